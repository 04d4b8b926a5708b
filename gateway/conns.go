package gateway

import (
	"context"
	"net"

	"mqttsn-gateway/gateway/engine"
	"mqttsn-gateway/gateway/passwd"
	"mqttsn-gateway/mqtt"
)

// A connEvent is what happened to an MQTT connection. The events of one connection come in order.
type connEvent struct {
	kind    connEventKind
	id      engine.ConnID
	conn    *mqtt.Conn       // accepted, dialled
	info    engine.ConnInfo  // accepted
	login   engine.Login     // dialled
	who     *engine.Identity // received: who has sent CONNECT, if one is among the packets
	packets []mqtt.Packet    // received
	err     error            // lost
}

type connEventKind uint8

const (
	connAccepted connEventKind = iota
	connDialled
	connReceived
	connDrained
	connLost
)

func (l *loop) connEvent(ev connEvent) {
	now := l.now()
	switch ev.kind {
	case connAccepted:
		l.conns[ev.id] = ev.conn
		l.engine.Accepted(now, ev.id, ev.info, &l.out)
	case connDialled:
		l.conns[ev.id] = ev.conn
		l.engine.Login(ev.id, ev.login)
		l.engine.Dialed(now, ev.id, &l.out)
	case connReceived:
		if ev.who != nil {
			l.engine.Identify(ev.id, *ev.who)
		}
		for _, p := range ev.packets {
			l.engine.Packet(now, ev.id, p, &l.out)
		}
	case connDrained:
		l.engine.Buffered(now, ev.id, 0, &l.out)
	case connLost:
		l.engine.Lost(now, ev.id, ev.err, &l.out)
	}
}

// post hands an event to the loop, and reports false if that has ended.
func (l *loop) post(ctx context.Context, ev connEvent) bool {
	select {
	case l.events <- ev:
		return true
	case <-ctx.Done():
		return false
	}
}

// An identifier finds out who has sent CONNECT, and may take its time.
type identifier func(*mqtt.Connect) engine.Identity

// serve hands a connection, and all that comes from it, to the loop until it ends. It is the connection's one goroutine.
// identify is for connections that we accepted.
func (l *loop) serve(ctx context.Context, first connEvent, identify identifier) {
	id, c := first.id, first.conn
	c.OnDrained(crowdedAt, func() { l.post(ctx, connEvent{kind: connDrained, id: id}) })
	if !l.post(ctx, first) {
		c.Close()
		return
	}
	l.post(ctx, connEvent{kind: connLost, id: id, err: l.read(ctx, id, c, identify)})
}

// maxPackets bounds how many packets travel together.
const maxPackets = 32

func (l *loop) read(ctx context.Context, id engine.ConnID, c *mqtt.Conn, identify identifier) error {
	for {
		ev := connEvent{kind: connReceived, id: id}
		var err error
		for err == nil && len(ev.packets) < maxPackets && (len(ev.packets) == 0 || c.ReadBuffered()) {
			var p mqtt.Packet
			if p, err = c.ReadPacket(); err != nil {
				break
			}
			ev.packets = append(ev.packets, p)
			if p, ok := p.(*mqtt.Connect); ok && identify != nil {
				ev.who = new(identify(p))
			}
		}
		if len(ev.packets) > 0 && !l.post(ctx, ev) {
			return net.ErrClosed
		}
		if err != nil {
			return err
		}
	}
}

// verify checks the password of a device.
func (l *loop) verify(ctx context.Context, users *passwd.Users, c engine.Check) {
	right := users.Verify(c.User, c.Password)
	select {
	case l.probes <- func() { l.engine.Checked(l.now(), c.ID, right, &l.out) }:
	case <-ctx.Done():
	}
}
