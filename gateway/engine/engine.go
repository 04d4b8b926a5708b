package engine

import (
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"time"

	"mqttsn-gateway/mqtt"
	"mqttsn-gateway/mqttsn"
	v2 "mqttsn-gateway/mqttsn/v2"
	"mqttsn-gateway/radio"
)

// An Engine is the gateway's protocol state. Its methods must be called from one goroutine, with times that never go
// back. What it wants done is in the Out that each call is given.
type Engine struct {
	cfg       Config
	predef    []*predefined // of everyone, by link
	overrides overrides
	mapping   []mappingRule

	// Now and out belong to the call under way.
	now  time.Duration
	out  *Out
	rssi int8 // of the datagram that is served; 0 where it is not known

	alarms     alarms
	devices    map[string]*Device
	byAddr     map[Addr]*Device
	forwarders map[Addr]*forwarder // by outer address
	handshakes map[Addr]*handshake
	checks     map[uint64]*check
	lastCheck  uint64
	links      []linkState // by LinkID
	strangers  bucket
	applicants applicants
	advertise  []advertiser
	unasked    sink // where their publications go

	rec       records
	protector protector
	router    router
	local     local
	bridge    *bridge // nil but in aggregating mode
	clients   map[string]*Client
	conns     map[ConnID]conn
	brokers   brokers
	uplinks   map[string]*uplink
	lastConn  ConnID
	dialTime  time.Duration // when the next dial may leave

	inner   []byte // scratch: what is about to be encapsulated
	closing bool
	stats   Stats
	sys     sys
}

// A conn is the owner of an MQTT connection.
type conn interface {
	packet(p mqtt.Packet)
	buffered(octets int)
	closed(err error)
}

// New makes an engine. The configuration's maps must not be changed afterwards.
func New(cfg Config) (*Engine, error) {
	if err := cfg.check(); err != nil {
		return nil, err
	}
	if cfg.Random == nil {
		cfg.Random = rand.New(rand.NewPCG(rand.Uint64(), rand.Uint64()))
	}
	e := &Engine{
		cfg:        cfg,
		overrides:  newOverrides(cfg.Devices),
		mapping:    newMappingRules(cfg.Mapping),
		devices:    make(map[string]*Device),
		byAddr:     make(map[Addr]*Device),
		forwarders: make(map[Addr]*forwarder),
		handshakes: make(map[Addr]*handshake),
		checks:     make(map[uint64]*check),
		links:      make([]linkState, len(cfg.Links)),
		strangers:  newBucket(cfg.Device.StrangerRate, cfg.Device.StrangerRate),
		applicants: newApplicants(cfg.Device.Applicants),
		router:     newRouter(),
		clients:    make(map[string]*Client),
		conns:      make(map[ConnID]conn),
		brokers:    newBrokers(cfg.Uplink.Brokers),
		uplinks:    make(map[string]*uplink),
	}
	for i := range cfg.Links {
		e.links[i].limit(&cfg.Links[i])
		e.predef = append(e.predef, newPredefined(cfg.Predefined, cfg.Links[i].Predefined))
	}
	e.local.e = e
	e.router.retained.init(e)
	e.sys.init(e)
	e.rec.durable, e.rec.lastID = cfg.Durable, bridgeRecord
	if cfg.bridged() {
		e.bridge = newBridge(e)
	}
	e.unasked = e.local
	if cfg.Mode == Transparent {
		e.unasked = &anonymousNorth{e}
	}
	if err := e.protector.init(e, cfg.Protection); err != nil {
		return nil, err
	}
	for i, l := range cfg.Links {
		if l.Advertise > 0 {
			e.advertise = append(e.advertise, advertiser{link: LinkID(i), every: l.Advertise})
		}
	}
	for i := range e.advertise {
		a := &e.advertise[i]
		a.e, a.alarm.owner = e, a
		e.alarms.set(&a.alarm, 0)
	}
	return e, nil
}

func (e *Engine) describe(a Addr) string {
	if e.cfg.Describe != nil {
		return e.cfg.Describe(a)
	}
	return fmt.Sprintf("%s %x", e.cfg.Links[a.Link].Name, a.Peer)
}

// enter begins a call.
func (e *Engine) enter(now time.Duration, out *Out) {
	e.now, e.out = now, out
	e.rec.now, e.rec.out = now, out
}

// Datagram serves one datagram from a link. Data is only read during the call.
func (e *Engine) Datagram(now time.Duration, link LinkID, peer radio.Peer, data []byte, out *Out) {
	e.enter(now, out)
	e.stats.Datagrams++
	e.links[link].stats.Received++
	a := Addr{Link: link, Peer: peer}
	err := e.datagram(a, data)
	e.rssi = 0
	if err != nil {
		e.blame(a, err)
	}
}

// blame counts a datagram that was nonsense.
func (e *Engine) blame(a Addr, err error) {
	e.links[a.Link].stats.Dropped++
	if errors.Is(err, mqttsn.ErrUnknownType) || errors.Is(err, v2.ErrReservedType) {
		e.stats.UnknownType++
	} else {
		e.stats.Malformed++
	}
	e.out.note(NoteMalformed, "", a, err.Error())
}

func (e *Engine) datagram(a Addr, data []byte) error {
	a, data, err := e.unwrap(a, data)
	switch {
	case err != nil:
		return err
	case !e.withinLimits(a):
		e.stats.Limited++
		return nil
	}
	switch v2.Detect(data, e.origin(a)) {
	case v2.V20:
		return e.receive20(a, data)
	case v2.Ambiguous:
		e.stats.Ambiguous++
		return nil
	}
	typ, body, err := mqttsn.Split(data)
	if err != nil {
		return err
	}
	return e.receive12(a, typ, body)
}

// origin is what is known of who sends from a.
func (e *Engine) origin(a Addr) v2.Origin {
	from := v2.Origin{Pubwos: e.cfg.QoSNeg1}
	switch d := e.byAddr[a]; {
	case d != nil:
		from.Version = d.traits().version
	case e.handshakes[a] != nil:
		from.Version = v2.V12
	}
	return from
}

// withinLimits reports whether a device may send now. One that floods is not served beyond its rate, and keeps nobody else
// from being served; nor do all of a link keep those of other links.
func (e *Engine) withinLimits(a Addr) bool {
	if d := e.byAddr[a]; d != nil && !d.rate.take(e.now) {
		return false
	}
	if f := e.forwarders[a.outer()]; a.Forwarded && f != nil && !f.rate.take(e.now) {
		return false
	}
	return e.links[a.Link].rate.take(e.now)
}

// A forwarder brings the datagrams of wireless nodes (v1.2, 5.5).
type forwarder struct {
	sessions int
	rate     bucket
}

// forwarder returns the forwarder at a's outer address, a new one if it is not known.
func (e *Engine) forwarder(a Addr) *forwarder {
	f := e.forwarders[a.outer()]
	if f == nil {
		f = &forwarder{rate: newBucket(e.cfg.Device.ForwarderRate, float64(e.cfg.Device.ForwarderBurst))}
		e.forwarders[a.outer()] = f
	}
	return f
}

// send lists a datagram to a, encapsulated if a is behind a forwarder. It reports false, and lists nothing, if the link
// cannot carry it.
func (e *Engine) send(a Addr, encode func(b []byte) []byte) bool {
	return e.sendTo(a, 0, 0, encode)
}

// sendTo is send with the radius of a broadcast behind a forwarder, and a limit that the receiver has set to its packets,
// in octets; 0 is none.
func (e *Engine) sendTo(a Addr, radius uint8, limit int, encode func(b []byte) []byte) bool {
	b := e.out.buf
	at := len(b)
	if a.Forwarded && !a.Forwarder2 {
		b = mqttsn.Forward{Radius: radius, NodeID: []byte(a.Node)}.Append(b)
	}
	head := len(b)
	if !a.Protected() {
		b = encode(b)
	} else if sealed, ok := e.protector.seal(b, a.Sender, encode); ok {
		b = sealed
	} else {
		return false
	}
	size := len(b) - head
	if a.Forwarder2 && size > 0 {
		b = e.wrap(b, head, a)
	}
	if size == 0 || limit > 0 && size > limit || len(b) == head || len(b)-at > e.mtu(a.Link) {
		e.stats.TooLong++
		return false
	}
	e.out.buf = b
	e.out.Datagrams = append(e.out.Datagrams, Datagram{Link: a.Link, Peer: a.Peer, Data: b[at:]})
	e.stats.Sent++
	e.links[a.Link].stats.Sent++
	return true
}

// Deadline is when Tick must be called next.
func (e *Engine) Deadline() time.Duration { return e.alarms.next() }

// Tick serves every deadline that has come.
func (e *Engine) Tick(now time.Duration, out *Out) {
	e.enter(now, out)
	for a := e.alarms.ring(now); a != nil; a = e.alarms.ring(now) {
		a.owner.wake(now)
	}
}

// Committed says that all batches of records up to this one are on disk.
func (e *Engine) Committed(now time.Duration, batch uint64, out *Out) {
	e.enter(now, out)
	e.rec.advance(batch)
}

// StoreFailing says that the disk takes no records, or takes them again. Meanwhile what needs the disk is refused.
func (e *Engine) StoreFailing(now time.Duration, failing bool, out *Out) {
	e.enter(now, out)
	e.rec.failing = failing
	for _, id := range slices.Sorted(maps.Keys(e.devices)) { // in order, so that a simulation repeats itself
		if d := e.devices[id]; failing {
			d.closeWindow()
		} else {
			d.carryOn()
		}
	}
}

// Stats returns the counters; they go on counting.
func (e *Engine) Stats() *Stats { return &e.stats }

func (e *Engine) northOf(d *Device) north {
	if e.modeOf(d.client) == Transparent {
		return e.uplinkOf(d.id)
	}
	return e.local
}

// modeOf says where the publications of a device go.
func (e *Engine) modeOf(id string) Mode {
	if o := e.overrides.of(id); o.Mode != nil {
		return *o.Mode
	}
	return e.cfg.Mode
}

// predefinedOf are the predefined topics of a device on a link: its own come first, then the link's, then everyone's.
func (e *Engine) predefinedOf(id string, link LinkID) *predefined {
	o := e.overrides.of(id)
	if len(o.Predefined) == 0 {
		return e.predef[link]
	}
	return newPredefined(e.cfg.Predefined, e.cfg.Links[link].Predefined, o.Predefined)
}

// identity is who the link, or the protection of its packets, proves the sender at a to be, empty where it proves nothing.
func (e *Engine) identity(a Addr) string {
	switch {
	case a.Protected():
		return a.Sender.String()
	case !e.authenticated(a):
		return ""
	case e.cfg.Identity != nil:
		return e.cfg.Identity(a)
	}
	return e.cfg.Links[a.Link].Name + " " + e.formatPeer(a)
}

// authenticated reports whether nobody else can send from a.
func (e *Engine) authenticated(a Addr) bool {
	return a.Protected() || e.cfg.Links[a.Link].Authenticated
}

// attach makes a subscription of a local session, and detach ends it. The broker is asked for what they want, too.
func (e *Engine) attach(s *subscription) {
	e.router.subscribe(s)
	if e.bridge != nil {
		e.bridge.want(s)
	}
}

func (e *Engine) detach(s *subscription) {
	e.router.unsubscribe(s)
	s.owed = nil
	if e.bridge != nil {
		e.bridge.unwant(s)
	}
}

// refuses says why a QoS 1 or 2 message cannot be taken now, if it cannot.
func (e *Engine) refuses(m *Message) mqtt.Reason {
	switch {
	case m.QoS == 0:
	case e.rec.durable && !m.fitsRecord():
		return mqtt.PacketTooLarge
	case e.bridge != nil && e.bridge.refuses(m),
		e.router.retained.refuses(m),
		e.rec.failing && (m.Retain || m.QoS == 2 || e.router.keeps(m)):
		return mqtt.QuotaExceeded
	}
	return mqtt.Success
}

// publish routes a publication and keeps it if it is retained.
func (e *Engine) publish(m *Message) int {
	e.stats.Routed++
	if m.Retain {
		e.router.retained.keep(m)
	}
	return e.router.route(m)
}

// serving reports whether the gateway can serve devices now (v1.2, 6.1): one with its own broker always can.
func (e *Engine) serving() bool {
	return !e.closing && (e.cfg.Mode != Transparent || e.upstreamHealthy())
}

// sameHost compares two addresses without their ports.
func (e *Engine) sameHost(a, b Addr) bool { return e.cfg.SameHost != nil && e.cfg.SameHost(a, b) }

// An advertiser broadcasts ADVERTISE on one link (v1.2, 6.1), and in version 2.0 (v2.0, 3.20) where a device of that version
// was heard: to devices of version 1.2 it reads as a PINGREQ, which they might all answer.
type advertiser struct {
	e     *Engine
	link  LinkID
	every time.Duration
	alarm alarm
}

func (a *advertiser) wake(now time.Duration) {
	e := a.e
	e.alarms.set(&a.alarm, now+a.every)
	if !e.serving() {
		return
	}
	seconds := min(a.every/time.Second, 0xffff)
	id := e.cfg.Links[a.link].GatewayID
	e.broadcast(Addr{Link: a.link}, 0, mqttsn.Advertise{GwID: id, Duration: uint16(seconds)}.Append)
	if e.links[a.link].v20 {
		e.broadcast(Addr{Link: a.link}, 0, v2.Advertise{GatewayID: id, Duration: uint16(seconds)}.Append)
	}
}

// Busy reports whether something that was taken is still on its way to the disk or to a broker that can be reached. A
// driver that is about to end waits for it, within bounds.
func (e *Engine) Busy() bool {
	if !e.rec.passed(e.rec.required) && !e.rec.failing {
		return true
	}
	if b := e.bridge; b != nil && b.ready() && b.spool.len()+len(b.flights) > 0 {
		return true
	}
	for _, u := range e.uplinks {
		if u.ready() && len(u.sends) > 0 {
			return true
		}
	}
	return false
}

// Shutdown says goodbye: active devices are told to connect again, ordinary clients that the server goes. Sleeping devices
// are left in peace. Nothing may be handed to the engine afterwards but Lost.
func (e *Engine) Shutdown(now time.Duration, out *Out) {
	e.enter(now, out)
	e.closing = true
	for _, id := range slices.Sorted(maps.Keys(e.devices)) {
		d := e.devices[id]
		// What is on disk goes on after a restart, and nobody need notice.
		if d.located && d.state == Active && !e.rec.durable {
			d.send(func(b []byte) []byte { return d.dialect.disconnect(b, mqtt.ServerShuttingDown) })
		}
	}
	if e.bridge != nil && e.bridge.ready() {
		e.bridge.sayStatus("offline")
	}
	for _, id := range slices.Sorted(maps.Keys(e.conns)) {
		switch k := e.conns[id].(type) {
		case *clientConn:
			if k.version == mqtt.V5 {
				k.send(&mqtt.Disconnect{Reason: mqtt.ServerShuttingDown})
			}
			k.end()
		case *brokerConn:
			if e.rec.durable && k.session != brokerSession(e.bridge) {
				k.close() // without a goodbye: the session goes on, and its will waits for us to come back
			} else {
				k.hangUp(false)
			}
		}
		delete(e.conns, id)
	}
}
