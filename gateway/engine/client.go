package engine

import (
	"fmt"
	"time"

	"mqttsn-gateway/gateway/access"
	"mqttsn-gateway/mqtt"
)

// A Client is the session of an ordinary MQTT client of the built-in broker. It may outlive its connection.
type Client struct {
	e      *Engine
	id     string
	record uint64 // the session's number on disk
	saved  bool   // it has records there

	conn      *clientConn // nil while the client is away
	version   mqtt.Version
	keepAlive time.Duration // 0: not supervised
	heard     time.Duration
	expiry    time.Duration // how long the session is kept without a connection; never for ever
	gone      time.Duration // since when there is none
	window    int           // QoS 1 and 2 messages that may be in flight to the client
	rights    access.Rights // as of the last connection
	quiet     bool          // the client wants no reason strings

	will   *Message
	delay  time.Duration // of the will
	willAt time.Duration // when it is published; never if not pending
	alarm  alarm
	mark   routing

	subs     map[string]*subscription // by the filter as subscribed to
	queue    queue
	flights  []clientFlight
	sent     int // flights[:sent] were sent on this connection
	lastID   uint16
	received map[uint16]struct{} // QoS 2 packet ids, until PUBREL

	overflowed bool
	dropped    uint64
	ackGate    uint64 // acknowledgements leave in order: none before this batch is on disk
	pumpGate   uint64 // the last one whose opening lets pump go on
}

// A clientFlight is a QoS 1 or 2 message that has a packet id, until its delivery is done.
type clientFlight struct {
	entry
	released bool // QoS 2: PUBREC was received
	fresh    bool // never sent so far
}

// A clientConn is a connection that was accepted, before and after its CONNECT.
type clientConn struct {
	e           *Engine
	id          ConnID
	info        ConnInfo
	who         Identity
	version     mqtt.Version // 0 before CONNECT
	c           *Client
	outstanding int // octets sent that the network may not have taken yet
	answers     int // of these, octets that are no messages
	owed        int // PUBACKs and PUBCOMPs that wait for the disk
	warned      bool
}

// ConnInfo is what the driver knows of a connection that it accepted.
type ConnInfo struct {
	Remote   string // the peer's address
	Listener string
	Welcome  bool // the client may connect without a password: see Identify
}

// Accepted serves a new connection of an ordinary client. The driver sees to it that CONNECT comes in time, or calls Lost.
func (e *Engine) Accepted(now time.Duration, id ConnID, info ConnInfo, out *Out) {
	e.enter(now, out)
	k := &clientConn{e: e, id: id, info: info}
	if !info.Welcome {
		k.who = Identity{Reason: mqtt.NotAuthorized, Why: "nobody may connect from there without a password"}
	}
	e.conns[id] = k
}

// Packet serves a packet from an MQTT connection. The engine keeps what it contains.
func (e *Engine) Packet(now time.Duration, id ConnID, p mqtt.Packet, out *Out) {
	e.enter(now, out)
	if k := e.conns[id]; k != nil {
		k.packet(p)
	}
}

// Buffered tells how many octets, sent on a connection, the network has not taken yet. While there are too many,
// messages wait in the session. The driver calls it after it has carried out effects on a connection, and when a
// buffer that was large is empty again.
func (e *Engine) Buffered(now time.Duration, id ConnID, octets int, out *Out) {
	e.enter(now, out)
	if k := e.conns[id]; k != nil {
		k.buffered(octets)
	}
}

// Unsendable says that a packet was longer than the peer accepts. MQTT 5 wants a message treated as if it had arrived
// then (3.1.2.11.4).
func (e *Engine) Unsendable(now time.Duration, id ConnID, p mqtt.Packet, out *Out) {
	e.enter(now, out)
	m, ok := p.(*mqtt.Publish)
	if k, isClient := e.conns[id].(*clientConn); ok && isClient && k.c != nil {
		k.c.unsendable(m)
	}
}

// Lost says that nothing more will come from a connection, or that it could not be made. The engine answers with Close.
func (e *Engine) Lost(now time.Duration, id ConnID, err error, out *Out) {
	e.enter(now, out)
	if k := e.conns[id]; k != nil {
		k.closed(err)
		out.Conns = append(out.Conns, ConnEffect{Conn: id, Close: true})
	}
}

// Dialed says that a connection asked for by Dial is there.
func (e *Engine) Dialed(now time.Duration, id ConnID, out *Out) {
	e.enter(now, out)
	if b, ok := e.conns[id].(*brokerConn); ok {
		b.opened()
	} else {
		out.Conns = append(out.Conns, ConnEffect{Conn: id, Close: true}) // nobody wants it any more
	}
}

func (k *clientConn) send(p mqtt.Packet) {
	size := packetSize(p)
	k.outstanding += size
	if p.Type() != mqtt.PUBLISH {
		k.answers += size
	}
	k.e.out.Conns = append(k.e.out.Conns, ConnEffect{Conn: k.id, Packet: p})
}

// packetSize is roughly what a packet costs in the connection's buffer.
func packetSize(p mqtt.Packet) int {
	if m, ok := p.(*mqtt.Publish); ok {
		return 16 + len(m.Topic) + len(m.Payload)
	}
	return 16
}

// maxAnswers bounds, in octets, what is owed to a client that asks and does not read. Messages have other limits.
const maxAnswers = 1 << 20

// end closes the connection after what was sent before.
func (k *clientConn) end() {
	delete(k.e.conns, k.id)
	k.e.out.Conns = append(k.e.out.Conns, ConnEffect{Conn: k.id, Close: true})
}

// fail tells the client why, as far as its version can be told, and ends the connection.
func (k *clientConn) fail(reason mqtt.Reason, why string) {
	k.e.out.note(NoteProtocolError, k.clientID(), Addr{}, k.info.Remote+": "+why)
	if k.version == mqtt.V5 && k.c != nil {
		k.send(&mqtt.Disconnect{Reason: reason, ReasonString: k.c.reasonString(why)})
	}
	c := k.c
	k.end()
	if c != nil {
		c.detached(true)
	}
}

func (k *clientConn) clientID() string {
	if k.c == nil {
		return ""
	}
	return k.c.id
}

func (c *Client) reasonString(why string) string {
	if c.quiet {
		return ""
	}
	return why
}

func (k *clientConn) buffered(octets int) {
	k.outstanding = octets
	if octets == 0 {
		k.answers = 0
	}
	if k.c != nil {
		k.c.pump()
	}
}

// closed says that the client closed the connection, or sent what cannot be read.
func (k *clientConn) closed(err error) {
	var bad *mqtt.ProtocolError
	if asProtocolError(err, &bad) {
		if k.c == nil {
			k.reject(bad.Reason, bad.Msg)
		} else {
			k.fail(bad.Reason, bad.Msg)
		}
		return
	}
	c := k.c
	delete(k.e.conns, k.id)
	if c != nil {
		k.e.out.note(NoteClientLost, c.id, Addr{}, k.info.Remote+": "+err.Error())
		c.detached(true)
	}
}

// reject refuses a CONNECT.
func (k *clientConn) reject(reason mqtt.Reason, why string) {
	k.e.stats.ClientRefused++
	k.e.out.note(NoteClientRefused, "", Addr{}, fmt.Sprintf("%s: %s: %s", k.info.Remote, reason, why))
	k.send(&mqtt.Connack{Reason: reason})
	k.end()
}

func (k *clientConn) packet(p mqtt.Packet) {
	if k.c == nil {
		if p, ok := p.(*mqtt.Connect); ok {
			k.connect(p)
		} else {
			k.end() // the first packet must be CONNECT (MQTT 5, 3.1)
		}
		return
	}
	if k.answers > maxAnswers {
		k.fail(mqtt.QuotaExceeded, "the client does not read what it asked for")
		return
	}
	k.c.heard = k.e.now
	switch p := p.(type) {
	case *mqtt.Publish:
		k.c.publish(p)
	case *mqtt.Ack:
		k.c.ack(p)
	case *mqtt.Subscribe:
		k.c.subscribe(p)
	case *mqtt.Unsubscribe:
		k.c.unsubscribe(p)
	case *mqtt.Pingreq:
		k.send(&mqtt.Pingresp{})
	case *mqtt.Disconnect:
		k.c.disconnect(p)
	default:
		k.fail(mqtt.ProtocolViolation, "unexpected "+p.Type().String())
	}
}

func (c *Client) routing() *routing { return &c.mark }
func (c *Client) present() bool     { return c.conn != nil }

// detached notes that the connection is gone, and whether the will shall follow.
func (c *Client) detached(withWill bool) {
	c.conn = nil
	c.gone = c.e.now
	if !withWill && c.will != nil {
		c.will = nil
		c.save()
	}
	if c.will != nil {
		c.willAt = c.e.now + min(c.delay, c.expiry)
	}
	if c.expiry == 0 {
		c.free()
		return
	}
	c.dropQoS0()
	c.schedule()
	if c.willAt <= c.e.now {
		c.publishWill()
	}
}

func (c *Client) publishWill() {
	w := c.will
	c.will, c.willAt = nil, never
	if w == nil {
		return
	}
	if w.lifetime > 0 {
		w.expires = c.e.now + w.lifetime
	}
	c.e.out.note(NoteWillPublished, c.id, Addr{}, w.Topic)
	c.save()
	c.e.publish(w)
}

// free ends the session. A will that waits is published: the session's end is its latest time (MQTT 5, 3.1.3.2.2).
func (c *Client) free() {
	c.forgetRecords()
	for _, s := range c.subs {
		c.e.detach(s)
	}
	c.subs, c.expiry = nil, 0
	c.e.alarms.set(&c.alarm, never)
	delete(c.e.clients, c.id)
	c.publishWill()
}

func (c *Client) schedule() {
	at := c.willAt
	switch {
	case c.conn == nil:
		at = min(at, later(c.gone, c.expiry))
	case c.keepAlive > 0:
		at = min(at, c.heard+c.keepAlive*3/2)
	}
	c.e.alarms.set(&c.alarm, at)
}

// later adds times without passing never.
func later(t, d time.Duration) time.Duration {
	if d >= never-t {
		return never
	}
	return t + d
}

func (c *Client) wake(now time.Duration) {
	switch {
	case c.conn != nil && c.keepAlive > 0 && now >= c.heard+c.keepAlive*3/2:
		c.conn.fail(mqtt.KeepAliveTimeout, "nothing heard within one and a half keep alive periods")
		return
	case c.conn == nil && now >= later(c.gone, c.expiry):
		c.free()
		return
	case now >= c.willAt:
		c.publishWill()
	}
	c.schedule()
}
