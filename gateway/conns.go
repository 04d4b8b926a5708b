package gateway

import (
	"context"
	"net"

	"mqttsn-gateway/gateway/engine"
	"mqttsn-gateway/mqtt"
)

// A connEvent is what happened to an MQTT connection. The events of one connection come in order.
type connEvent struct {
	kind    connEventKind
	id      engine.ConnID
	conn    *mqtt.Conn      // accepted, dialled
	info    engine.ConnInfo // accepted
	packets []mqtt.Packet   // received
	err     error           // lost
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
		l.engine.Dialed(now, ev.id, &l.out)
	case connReceived:
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

// serve hands a connection, and all that comes from it, to the loop until it ends. It is the connection's one goroutine.
func (l *loop) serve(ctx context.Context, first connEvent) {
	id, c := first.id, first.conn
	c.OnDrained(crowdedAt, func() { l.post(ctx, connEvent{kind: connDrained, id: id}) })
	if !l.post(ctx, first) {
		c.Close()
		return
	}
	l.post(ctx, connEvent{kind: connLost, id: id, err: l.read(ctx, id, c)})
}

// maxPackets bounds how many packets travel together.
const maxPackets = 32

func (l *loop) read(ctx context.Context, id engine.ConnID, c *mqtt.Conn) error {
	for {
		var packets []mqtt.Packet
		var err error
		for err == nil && len(packets) < maxPackets && (len(packets) == 0 || c.ReadBuffered()) {
			var p mqtt.Packet
			if p, err = c.ReadPacket(); err == nil {
				packets = append(packets, p)
			}
		}
		if len(packets) > 0 && !l.post(ctx, connEvent{kind: connReceived, id: id, packets: packets}) {
			return net.ErrClosed
		}
		if err != nil {
			return err
		}
	}
}
