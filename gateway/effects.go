package gateway

import (
	"errors"

	"mqttsn-gateway/gateway/engine"
	"mqttsn-gateway/mqtt"
	"mqttsn-gateway/radio"
)

// carryOut does what the engine listed, and empties the list.
func (l *loop) carryOut() {
	if l.out.Records.Len() > 0 || l.out.Urgent {
		l.committer.add(&l.out.Records, l.out.Batch, l.out.Urgent)
	}
	if l.taps != nil {
		l.watchSent()
	}
	l.flushDatagrams()
	for _, b := range l.out.Broadcasts {
		if err := l.links[b.Link].Broadcast(b.Data, b.Radius); err != nil {
			l.links[b.Link].sendFailed(err)
		}
	}
	// Effects on connections may cause more of them: a packet that was too long, a buffer that is empty.
	for i := 0; i < len(l.out.Conns); i++ {
		l.connEffect(&l.out.Conns[i])
	}
	for _, c := range l.out.Checks {
		l.check(c)
	}
	l.notes()
	l.out.Reset()
	l.announce()
	l.flushConns()
	if len(l.out.Conns) > 0 || len(l.out.Datagrams) > 0 || l.out.Records.Len() > 0 {
		l.carryOut()
	}
}

// flushDatagrams hands runs of datagrams for the same link to it in one call each.
func (l *loop) flushDatagrams() {
	ds := l.out.Datagrams
	for len(ds) > 0 {
		id := ds[0].Link
		l.batch = l.batch[:0]
		n := 0
		for ; n < len(ds) && ds[n].Link == id; n++ {
			l.batch = append(l.batch, radio.Packet{Peer: ds[n].Peer, Data: ds[n].Data})
		}
		if _, err := l.links[id].WriteBatch(l.batch); err != nil {
			l.links[id].sendFailed(err)
		}
		ds = ds[n:]
	}
}

func (l *loop) connEffect(ef *engine.ConnEffect) {
	if ef.Dial != nil {
		l.dial(ef.Conn, *ef.Dial)
		return
	}
	c := l.conns[ef.Conn]
	switch {
	case c == nil: // was lost before the engine knew
	case ef.Close:
		c.CloseAfterFlush()
		delete(l.conns, ef.Conn)
	default:
		if err := c.Send(ef.Packet); errors.Is(err, mqtt.ErrPacketTooLarge) {
			l.engine.Unsendable(l.now(), ef.Conn, ef.Packet, &l.out)
		}
		l.touch(ef.Conn)
	}
}

func (l *loop) touch(id engine.ConnID) {
	if n := len(l.touched); n == 0 || l.touched[n-1] != id {
		l.touched = append(l.touched, id)
	}
}

// flushConns gets what was sent written, and tells the engine of connections whose peers are slow.
func (l *loop) flushConns() {
	now := l.now()
	for _, id := range l.touched {
		c := l.conns[id]
		if c == nil {
			continue
		}
		c.Flush()
		n := c.Buffered()
		if n <= crowdedAt {
			n = 0
		}
		l.engine.Buffered(now, id, n, &l.out)
	}
	l.touched = l.touched[:0]
}

// crowdedAt is how many octets may wait for a peer before it counts as slow. It is told again when all are gone.
const crowdedAt = 256 << 10
