package engine

import (
	"strings"
	"time"

	"mqttsn-gateway/mqtt"
)

// A brokerConn is a connection to the upstream broker: dialled when it is wanted, greeted, kept alive, and made again
// when it is lost. What is said on it is its session's business.
type brokerConn struct {
	e        *Engine
	session  brokerSession
	key      string // the client id of the device that it serves, in notes
	clientID string // ours at the broker
	broker   int    // which of UplinkConfig.Brokers the connection is to
	login    Login
	authData []byte // what ended the authentication
	version  mqtt.Version

	state     brokerState
	id        ConnID
	alarm     alarm
	deadline  time.Duration // of the state; when ready: for the broker's next packet
	keepAlive time.Duration // as the broker wants it; 0 is off
	pingAt    time.Duration
	attempts  int // since the last success
	limits    serverLimits

	outstanding int // octets sent that the network may not have taken yet
}

// maxOutstanding is how many octets may wait for a broker that is slow to read before QoS 0 messages are dropped. What
// else may wait is bounded by its Receive Maximum.
const maxOutstanding = 4 << 20

// A brokerSession is what we are at the broker: one device, or the bridge.
type brokerSession interface {
	hello(p *mqtt.Connect) // fill in CONNECT
	up(present bool)       // the broker has accepted us; whether it knew our session
	receivePacket(mqtt.Packet)
	asked(p *mqtt.Auth)      // the broker wants proof of who the session is, or has it
	told(reason mqtt.Reason) // the broker ends the connection, for this reason
	down(reason mqtt.Reason) // the connection was refused or lost, or could not be made
	wanted() bool            // a connection is needed
	older() bool             // it can do with MQTT 3.1.1
	idle()                   // there is none, and none is needed
	due() time.Duration      // the session's own deadline
	tick(now time.Duration)  // serves it
}

type brokerState uint8

const (
	brokerIdle       brokerState = iota
	brokerWaiting                // for its turn to dial
	brokerDialing                // the driver connects
	brokerConnecting             // CONNECT was sent
	brokerReady
)

// serverLimits is what the broker's CONNACK allows.
type serverLimits struct {
	receiveMaximum int
	maximumQoS     uint8
	noRetain       bool
	noIDs          bool // no subscription identifiers
	packetSize     uint32
}

func limitsOf(p *mqtt.Connack) serverLimits {
	l := serverLimits{
		receiveMaximum: int(p.ReceiveMaximum), maximumQoS: 2, noRetain: p.NoRetain, noIDs: p.NoSubscriptionIDs,
		packetSize: p.MaximumPacketSize,
	}
	if l.receiveMaximum == 0 {
		l.receiveMaximum = 0xffff
	}
	if p.MaximumQoS != nil {
		l.maximumQoS = *p.MaximumQoS
	}
	return l
}

func (b *brokerConn) ready() bool { return b.state == brokerReady }

// become changes the state.
func (b *brokerConn) become(s brokerState) {
	if b.ready() {
		b.e.brokers.ready[b.broker]--
	}
	if b.state = s; b.ready() {
		b.e.brokers.ready[b.broker]++
	}
}

// dial asks for a connection as soon as the limit on new connections allows.
func (b *brokerConn) dial() {
	e := b.e
	if e.dialTime > e.now {
		b.await(e.dialTime)
		return
	}
	e.dialTime = e.now + time.Duration(float64(time.Second)/e.cfg.Uplink.DialRate)
	e.lastConn += 2
	b.id = e.lastConn
	e.conns[b.id] = b
	b.broker, b.login = e.brokers.current, Login{}
	b.become(brokerDialing) // the driver has its own time limit and always answers
	e.out.Conns = append(e.out.Conns, ConnEffect{Conn: b.id, Dial: &Dial{
		ClientID: b.clientID, Device: b.key, Override: e.overrides.match(b.key), Broker: b.broker,
	}})
	b.schedule()
}

func (b *brokerConn) await(at time.Duration) {
	b.become(brokerWaiting)
	b.deadline = at
	b.schedule()
}

// opened says that the connection is there.
func (b *brokerConn) opened() {
	c := &b.e.cfg.Uplink
	b.version = b.newest()
	p := &mqtt.Connect{
		Version: b.version, ClientID: b.clientID, KeepAlive: uint16(c.KeepAlive / time.Second),
		SessionExpiry: uint32(c.SessionExpiry / time.Second), ReceiveMaximum: c.ReceiveMaximum,
		Username: b.login.Username, HasUsername: b.login.Username != "",
		Password: b.login.Password, HasPassword: len(b.login.Password) > 0,
	}
	b.session.hello(p)
	b.outstanding = 0
	b.become(brokerConnecting)
	b.deadline = b.e.now + c.ConnectTimeout
	b.send(p)
	b.schedule()
}

// newest is the newest version that may be spoken and that the broker has not refused.
func (b *brokerConn) newest() mqtt.Version {
	switch v := b.e.cfg.Uplink.Version; {
	case v != 0:
		return v
	case b.e.brokers.older[b.broker] && b.session.older():
		return mqtt.V311
	}
	return mqtt.V5
}

func (b *brokerConn) send(p mqtt.Packet) {
	b.outstanding += packetSize(p)
	b.e.out.Conns = append(b.e.out.Conns, ConnEffect{Conn: b.id, Packet: p})
}

// sendSafe sends when everything written so far is on disk, if the connection is still there then.
func (b *brokerConn) sendSafe(p mqtt.Packet) {
	id := b.id
	b.e.rec.whenSafe(func() {
		if b.id == id && b.ready() {
			b.send(p)
		}
	})
}

func (b *brokerConn) packet(p mqtt.Packet) {
	switch p := p.(type) {
	case *mqtt.Connack:
		b.connack(p)
		return
	case *mqtt.Auth:
		if b.state == brokerConnecting || b.ready() {
			b.asked(p)
			return
		}
	case *mqtt.Disconnect:
		b.session.told(p.Reason)
		b.drop(strings.TrimSpace("the broker says: " + p.Reason.String() + " " + p.ReasonString))
		return
	}
	if !b.ready() {
		b.drop("the broker sent " + p.Type().String() + " before CONNACK")
		return
	}
	b.heard()
	b.session.receivePacket(p)
	b.schedule()
}

// asked serves AUTH, which gives a CONNECT under way more time: it is the device's turn.
func (b *brokerConn) asked(p *mqtt.Auth) {
	if b.ready() {
		b.heard()
	} else {
		b.deadline = b.e.now + b.e.cfg.Uplink.ConnectTimeout
	}
	b.session.asked(p)
	b.schedule()
}

// heard pushes back the moment when the broker counts as gone.
func (b *brokerConn) heard() { b.deadline = b.in(b.keepAlive * 3 / 2) }

// in is the time after a part of the keep alive; one of 0 never comes.
func (b *brokerConn) in(wait time.Duration) time.Duration {
	if wait == 0 {
		return never
	}
	return b.e.now + wait
}

func (b *brokerConn) connack(p *mqtt.Connack) {
	if b.state != brokerConnecting {
		b.drop("the broker sent CONNACK twice")
		return
	}
	if p.Reason == mqtt.UnsupportedProtocolVersion && b.version == mqtt.V5 {
		if !b.e.brokers.older[b.broker] {
			b.e.brokers.older[b.broker] = true
			b.e.out.note(NoteUplinkOlder, b.key, Addr{}, b.at(""))
		}
		if b.newest() < b.version {
			b.close()
			b.dial()
			return
		}
	}
	if p.Reason.Failed() {
		b.e.stats.UplinkRefused++
		b.e.out.note(NoteUplinkRefused, b.key, Addr{}, b.at(strings.TrimSpace(p.Reason.String()+" "+p.ReasonString)))
		b.close()
		if unavailable(p.Reason) {
			b.e.brokers.failed(b.e, b.broker)
		}
		b.failed(p.Reason)
		return
	}
	b.e.stats.UplinkConnects++
	b.e.out.note(NoteUplinkUp, b.key, Addr{}, b.at(""))
	b.become(brokerReady)
	b.attempts = 0
	b.limits = limitsOf(p)
	b.keepAlive = b.e.cfg.Uplink.KeepAlive
	if p.ServerKeepAlive != nil {
		b.keepAlive = time.Duration(*p.ServerKeepAlive) * time.Second
	}
	b.heard()
	b.pingAt = b.in(b.keepAlive)
	b.authData = p.AuthData
	b.session.up(p.SessionPresent)
	b.schedule()
}

// closed says that the connection could not be made, or is gone.
func (b *brokerConn) closed(err error) {
	b.e.stats.UplinkLost++
	kind := NoteUplinkLost
	if b.state == brokerDialing {
		kind = NoteUplinkFailure
	}
	if b.attempts < b.e.brokers.len() { // once for each
		b.e.out.note(kind, b.key, Addr{}, b.at(err.Error()))
	}
	delete(b.e.conns, b.id)
	b.unanswered()
	b.failed(mqtt.ServerUnavailable)
}

// drop ends a connection on which the broker, or nobody, speaks.
func (b *brokerConn) drop(why string) {
	b.e.stats.UplinkLost++
	b.e.out.note(NoteUplinkLost, b.key, Addr{}, b.at(why))
	b.close()
	b.unanswered()
	b.failed(mqtt.ServerUnavailable)
}

// unanswered is called when a connection ends by itself. One that the broker had accepted is first tried again there.
func (b *brokerConn) unanswered() {
	if b.state == brokerDialing || b.state == brokerConnecting {
		b.e.brokers.failed(b.e, b.broker)
	}
}

// at says which broker something is about, where there are several.
func (b *brokerConn) at(what string) string {
	if b.e.brokers.len() == 1 {
		return what
	}
	return strings.TrimSuffix(b.e.cfg.Uplink.Brokers[b.broker]+": "+what, ": ")
}

// close closes the connection; what was sent before still leaves.
func (b *brokerConn) close() {
	b.e.out.Conns = append(b.e.out.Conns, ConnEffect{Conn: b.id, Close: true})
	delete(b.e.conns, b.id)
}

// failed decides how to go on without a connection.
func (b *brokerConn) failed(reason mqtt.Reason) {
	b.become(brokerIdle)
	b.session.down(reason)
	if b.session.wanted() {
		b.backOff()
	} else {
		b.schedule()
		b.session.idle()
	}
}

// backOff waits twice as long each time that all brokers have failed, with jitter: a thousand devices must not come back in
// the same second.
func (b *brokerConn) backOff() {
	c := &b.e.cfg.Uplink
	wait := c.BackoffMin << min(b.attempts/b.e.brokers.len(), 16)
	if wait > c.BackoffMax || wait <= 0 {
		wait = c.BackoffMax
	}
	b.attempts++
	b.await(b.e.now + wait/2 + time.Duration(b.e.cfg.Random.Int64N(int64(wait))))
}

// hangUp ends the connection in an orderly way. The broker's copy of the will goes with it (MQTT 5, 3.14.4); if forget is
// set, so does the session.
func (b *brokerConn) hangUp(forget bool) {
	switch b.state {
	case brokerReady:
		p := &mqtt.Disconnect{Reason: mqtt.NormalDisconnection}
		if forget {
			p.SessionExpiry = new(uint32)
		}
		b.send(p)
		fallthrough
	case brokerDialing, brokerConnecting:
		b.close()
	}
	b.become(brokerIdle)
	b.schedule()
}

func (b *brokerConn) schedule() {
	at := b.session.due()
	switch b.state {
	case brokerWaiting, brokerConnecting:
		at = min(at, b.deadline)
	case brokerReady:
		at = min(at, b.deadline, b.pingAt)
	}
	b.e.alarms.set(&b.alarm, at)
}

func (b *brokerConn) wake(now time.Duration) {
	if now >= b.session.due() {
		b.session.tick(now)
	}
	switch {
	case b.state == brokerWaiting && now >= b.deadline:
		if b.session.wanted() {
			b.dial()
		} else {
			b.become(brokerIdle)
			b.session.idle()
		}
	case b.state == brokerConnecting && now >= b.deadline:
		b.drop("no CONNACK within " + b.e.cfg.Uplink.ConnectTimeout.String())
	case b.ready() && now >= b.deadline:
		b.drop("the broker is silent")
	case b.ready() && now >= b.pingAt:
		// Whatever else is said: a broker has no reason to answer QoS 0, nor we to answer the broker's.
		b.send(&mqtt.Pingreq{})
		b.pingAt = b.in(b.keepAlive)
	}
	b.schedule()
}

func (b *brokerConn) buffered(octets int) { b.outstanding = octets }

// upstreamHealthy reports whether any connection to the broker is there, or none has failed.
func (e *Engine) upstreamHealthy() bool {
	if len(e.uplinks) == 0 {
		return true
	}
	for _, u := range e.uplinks {
		if u.ready() || u.attempts == 0 {
			return true
		}
	}
	return false
}
