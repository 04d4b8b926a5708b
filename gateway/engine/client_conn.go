package engine

import (
	"errors"
	"fmt"
	"time"

	"mqttsn-gateway/mqtt"
)

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
	if errors.As(err, &bad) {
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
