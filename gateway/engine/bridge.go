package engine

import (
	"strings"
	"time"

	"mqttsn-gateway/gateway/topic"
	"mqttsn-gateway/mqtt"
)

// The bridge is the session that joins the router with the upstream broker in aggregating mode. What local sessions
// publish leaves in order, from a spool that outlives outages and restarts; what they subscribe to is subscribed to
// upstream once, see bridge_subscribe.go.
type bridge struct {
	brokerConn
	cfg  *BridgeConfig
	mark routing

	spool    queue
	flights  []clientFlight // have a packet id; flights[:sent] are under way on this connection
	sent     int
	lastID   uint16
	received map[uint16]struct{} // QoS 2 packet ids of the broker's, until PUBREL
	ackGate  uint64
	pumpGate uint64
	sendGate uint64 // the last one whose opening lets sendFlights go on

	wants      wants
	overflowed bool
	aged       bool                // the log has it, until the spool is empty again
	ageAt      time.Duration       // when its oldest message has waited too long
	stale      map[string]struct{} // retained messages from upstream that a new session has not confirmed
	staleBy    time.Duration

	statisticsAt time.Duration // when they are told next
}

// BridgeConfig is the rules for aggregating mode.
type BridgeConfig struct {
	Name    string   // client id at the broker
	Forward []string // filters of what goes upstream

	// PrefixUp is put before the names of what goes upstream, PrefixDown before the filters of what is wanted from
	// there and taken off again.
	PrefixUp, PrefixDown string

	// Clients also has the subscriptions of ordinary MQTT clients made upstream, Everything those to #, +/# and $SYS/#.
	Clients, Everything bool

	Spool       Limit
	SpoolAge    time.Duration // for which a message may wait there, of the time that the gateway runs; 0 for ever
	Window      int           // QoS 1 and 2 messages under way to the broker
	StatusTopic string        // retained "online" or "offline"; empty for none

	// StatisticsTopic is where Statistics are published, every StatisticsEvery; empty for nowhere.
	StatisticsTopic string
	StatisticsEvery time.Duration
}

// bridgeRecord is the bridge's number on disk.
const bridgeRecord = 1

// staleAfter is how long a broker that has lost our session has to confirm its retained messages.
const staleAfter = time.Minute

func newBridge(e *Engine) *bridge {
	b := &bridge{cfg: &e.cfg.Bridge, received: make(map[uint16]struct{}), staleBy: never, ageAt: never, statisticsAt: never}
	b.brokerConn = brokerConn{e: e, session: b, clientID: e.cfg.Bridge.Name}
	b.alarm.owner = &b.brokerConn
	b.wants.init()
	for _, f := range b.cfg.Forward {
		e.router.subscribe(&subscription{owner: b, filter: f, qos: 2, noLocal: true, retainAsPublished: true})
	}
	b.state, b.deadline = brokerWaiting, 0
	e.alarms.set(&b.alarm, 0)
	return b
}

func (b *bridge) routing() *routing  { return &b.mark }
func (b *bridge) present() bool      { return b.ready() }
func (b *bridge) wanted() bool       { return !b.e.closing }
func (b *bridge) older() bool        { return false } // without No Local, messages would go round
func (b *bridge) idle()              {}
func (b *bridge) down(mqtt.Reason)   {}
func (b *bridge) due() time.Duration { return min(b.staleBy, b.ageAt, b.statisticsAt) }

// refuses reports whether a QoS 1 or 2 message that would have to go upstream finds no room to wait.
func (b *bridge) refuses(m *Message) bool {
	if m.QoS == 0 || m.origin == b || !b.spool.full(b.cfg.Spool) {
		return false
	}
	for _, f := range b.cfg.Forward {
		if topic.Match(f, m.Topic) {
			return true
		}
	}
	return false
}

// receive takes a local publication for the broker. QoS 0 leaves at once or never.
func (b *bridge) receive(c copyTo) {
	en := entry{msg: c.msg, qos: c.qos, retain: c.retain, gate: c.msg.gate}
	switch {
	case c.qos > 0 && b.spool.len() == 0 && b.open():
		b.transmit(en) // its packet id goes to the disk with it
	case c.qos > 0 && !b.spool.full(b.cfg.Spool):
		b.e.rec.hold(bridgeRecord, &en)
		en.since = b.e.now
		b.spool.push(en)
		b.pump()
		if b.spool.len() == 1 {
			b.expectAge()
		}
	case c.qos == 0 && b.ready() && b.outstanding < maxOutstanding && b.e.rec.passed(en.gate):
		b.sendPublish(&en, false)
	default:
		b.drop(en)
	}
}

func (b *bridge) drop(en entry) {
	b.e.stats.SpoolDropped++
	if !b.overflowed && en.qos > 0 {
		b.overflowed = true
		b.e.out.note(NoteQueueOverflow, "", Addr{}, "spool: "+en.msg.Topic)
	}
	b.e.rec.release(bridgeRecord, &en)
}

// window is how many QoS 1 and 2 messages may be under way.
func (b *bridge) window() int { return min(b.cfg.Window, b.limits.receiveMaximum) }

// ahead is how many QoS 1 and 2 messages may have a packet id. That is on disk before it is used, so with a disk many get
// theirs before the window reaches them: otherwise each write to the store would let no more than a window pass.
func (b *bridge) ahead() int {
	if b.e.cfg.Durable {
		return aheadWindows * b.window()
	}
	return b.window()
}

const aheadWindows = 16

// open reports whether another message of QoS 1 or 2 gets a packet id at once, and goes to the broker as such.
func (b *bridge) open() bool {
	return b.ready() && len(b.flights) < b.ahead() && b.limits.maximumQoS > 0
}

// pump sends what the broker's Receive Maximum allows, in the order of the spool.
func (b *bridge) pump() {
	for b.ready() && b.spool.len() > 0 && len(b.flights) < b.ahead() {
		en := b.spool.at(0)
		if !b.e.rec.passed(en.gate) {
			if b.pumpGate != en.gate {
				b.pumpGate = en.gate
				b.e.rec.after(en.gate, b.pump)
			}
			return
		}
		b.transmit(b.spool.remove(0))
	}
	if b.spool.len() == 0 {
		b.overflowed, b.aged = false, false
	}
}

func (b *bridge) transmit(en entry) {
	switch {
	case en.msg.expired(b.e.now):
		b.e.stats.ExpiredMessages++
		b.e.rec.release(bridgeRecord, &en)
		return
	case b.limits.packetSize > 0 && len(b.cfg.PrefixUp)+en.msg.size() > int(b.limits.packetSize):
		b.e.out.note(NoteUndeliverable, "", Addr{}, "longer than the broker accepts: "+en.msg.Topic)
		b.drop(en)
		return
	}
	if en.qos = min(en.qos, b.limits.maximumQoS); en.qos == 0 {
		b.sendPublish(&en, false) // downgraded: this broker has nothing better
		b.e.rec.release(bridgeRecord, &en)
		return
	}
	en.id = b.newID()
	b.e.rec.keepFlight(bridgeRecord, &en) // after a crash it must go on under the same packet id (MQTT-4.4.0-1)
	en.gate = max(en.gate, b.e.rec.gate())
	b.flights = append(b.flights, clientFlight{entry: en, fresh: true})
	b.sendFlights()
}

func (b *bridge) sendPublish(en *entry, dup bool) {
	p := &mqtt.Publish{
		Topic: b.cfg.PrefixUp + en.msg.Topic, Payload: en.msg.Payload, QoS: en.qos, PacketID: en.id,
		Retain: en.msg.Retain && !b.limits.noRetain, Dup: dup, Props: en.msg.Props,
	}
	if en.msg.expires != never {
		p.HasExpiry, p.Expiry = true, uint32(max(0, en.msg.expires-b.e.now)/time.Second)
	}
	b.send(p)
}

func (b *bridge) newID() uint16 {
	for {
		b.lastID++
		if b.lastID != 0 && b.findFlight(b.lastID) < 0 && !b.wants.asked(b.lastID) {
			return b.lastID
		}
	}
}

func (b *bridge) findFlight(id uint16) int {
	for i := range b.flights {
		if b.flights[i].id == id {
			return i
		}
	}
	return -1
}

func (b *bridge) hello(p *mqtt.Connect) {
	p.ReceiveMaximum = uint16(b.cfg.Window)
	if b.cfg.StatusTopic != "" {
		p.Will = &mqtt.Will{
			Topic: b.cfg.StatusTopic, Payload: []byte("offline"), Retain: true,
			Delay: uint32(b.e.cfg.Uplink.WillDelay / time.Second),
		}
	}
}

// up takes up the session where the last connection left it, or builds it anew.
func (b *bridge) up(present bool) {
	b.sayStatus("online")
	b.sent, b.sendGate = 0, 0
	for i := range b.flights {
		f := &b.flights[i]
		if f.released && !present {
			// The broker has had it, and has perhaps forgotten it, as it waited for PUBREL.
			f.released = false
			b.e.rec.update(bridgeRecord, &f.entry, published)
			f.gate = b.e.rec.gate()
		}
		f.fresh = f.fresh || !present
		if f.released {
			b.sendSafe(&mqtt.Ack{Kind: mqtt.PUBREL, PacketID: f.id})
		}
	}
	b.sendFlights()
	if !present {
		for id := range b.received {
			b.e.rec.erase(recordUpstream, bridgeRecord, uint64(id)+1) // the broker uses the ids again
		}
		clear(b.received)
		b.expectRetained()
	}
	b.subscribeAll(present)
	b.pump()
	b.tellStatistics()
}

// sendFlights sends what was not sent on this connection, in order, as far as the window reaches and as soon as it is on
// disk how far each has come.
func (b *bridge) sendFlights() {
	for b.ready() && b.sent < min(len(b.flights), b.window()) {
		f := &b.flights[b.sent]
		if !b.e.rec.passed(f.gate) {
			if b.sendGate != f.gate {
				b.sendGate = f.gate
				b.e.rec.after(f.gate, b.sendFlights)
			}
			return
		}
		b.sent++
		if !f.released {
			b.sendPublish(&f.entry, !f.fresh)
			f.fresh = false
		}
	}
}

func (b *bridge) asked(*mqtt.Auth) {} // nobody has begun an authentication
func (b *bridge) told(mqtt.Reason) {}

func (b *bridge) receivePacket(p mqtt.Packet) {
	switch p := p.(type) {
	case *mqtt.Publish:
		b.receivePublish(p)
	case *mqtt.Ack:
		b.ack(p)
	case *mqtt.Suback:
		b.suback(p)
	case *mqtt.Unsuback:
		b.wants.answered(p.PacketID)
	}
}

func (b *bridge) ack(p *mqtt.Ack) {
	if p.Kind == mqtt.PUBREL {
		b.pubrel(p.PacketID)
		return
	}
	i := b.findFlight(p.PacketID)
	switch {
	case i < 0 || i >= b.sent:
		if p.Kind == mqtt.PUBREC {
			b.send(&mqtt.Ack{Kind: mqtt.PUBREL, PacketID: p.PacketID, Reason: mqtt.PacketIdentifierNotFound})
		}
		return
	case p.Reason.Failed() && p.Kind != mqtt.PUBCOMP:
		b.e.out.note(NoteUndeliverable, "", Addr{}, "the broker refuses "+b.flights[i].msg.Topic+": "+p.Reason.String())
		b.e.stats.SpoolDropped++
	case p.Kind == mqtt.PUBREC:
		b.flights[i].released = true
		b.e.rec.update(bridgeRecord, &b.flights[i].entry, released)
		b.sendSafe(&mqtt.Ack{Kind: mqtt.PUBREL, PacketID: p.PacketID})
		return
	default:
		b.e.stats.Forwarded++
	}
	b.e.rec.release(bridgeRecord, &b.flights[i].entry)
	b.flights = append(b.flights[:i], b.flights[i+1:]...)
	if i < b.sent {
		b.sent--
	}
	b.sendFlights()
	b.pump()
}

// receivePublish brings a publication of the broker's to those who want it. It is acknowledged when they have it or it is
// on disk for them.
func (b *bridge) receivePublish(p *mqtt.Publish) {
	if _, dup := b.received[p.PacketID]; dup && p.QoS == 2 {
		b.acknowledge(0, &mqtt.Ack{Kind: mqtt.PUBREC, PacketID: p.PacketID})
		return
	}
	m := &Message{
		Topic: strings.TrimPrefix(p.Topic, b.cfg.PrefixDown), Payload: p.Payload, QoS: p.QoS, Retain: p.Retain,
		Props: p.Props, expires: b.e.expiry(p), origin: b, upstream: true,
	}
	if p.QoS == 2 {
		b.received[p.PacketID] = struct{}{}
		b.e.rec.put(recordUpstream, bridgeRecord, uint64(p.PacketID)+1, func(*fields) {})
		m.gate = b.e.rec.gate()
	}
	if topic.ValidName(m.Topic) == nil && b.wants.first(m.Topic, p.SubscriptionIDs) {
		delete(b.stale, m.Topic)
		b.e.stats.Fetched++
		b.e.publish(m)
	}
	switch p.QoS {
	case 1:
		b.acknowledge(m.gate, &mqtt.Ack{Kind: mqtt.PUBACK, PacketID: p.PacketID})
	case 2:
		b.acknowledge(m.gate, &mqtt.Ack{Kind: mqtt.PUBREC, PacketID: p.PacketID})
	}
}

// acknowledge sends an acknowledgement when the batch is on disk, and never before those of earlier messages.
func (b *bridge) acknowledge(gate uint64, p mqtt.Packet) {
	b.ackGate = max(b.ackGate, gate)
	conn := b.id
	b.e.rec.after(b.ackGate, func() {
		if b.id == conn && b.ready() {
			b.send(p)
		}
	})
}

func (b *bridge) pubrel(id uint16) {
	reason := mqtt.Success
	if _, ok := b.received[id]; !ok {
		reason = mqtt.PacketIdentifierNotFound
	}
	delete(b.received, id)
	b.e.rec.erase(recordUpstream, bridgeRecord, uint64(id)+1)
	b.acknowledge(b.e.rec.gate(), &mqtt.Ack{Kind: mqtt.PUBCOMP, PacketID: id, Reason: reason})
}

// expectRetained begins to doubt the retained messages that came from a broker which has lost our session: those that it
// does not send again were deleted meanwhile.
func (b *bridge) expectRetained() {
	b.stale = make(map[string]struct{})
	b.e.router.retained.names.Each(func(name string, m *Message) bool {
		if m.upstream {
			b.stale[name] = struct{}{}
		}
		return true
	})
	b.staleBy = b.e.now + staleAfter
}

func (b *bridge) tick(now time.Duration) {
	if now >= b.statisticsAt {
		b.tellStatistics()
	}
	if now >= b.ageAt {
		b.dropAged(now)
	}
	if now < b.staleBy {
		return
	}
	for name := range b.stale {
		if m, ok := b.e.router.retained.names.Get(name); ok {
			b.e.router.retained.forget(m)
		}
	}
	b.stale, b.staleBy = nil, never
}
