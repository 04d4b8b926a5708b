package sim

import (
	"errors"
	"time"

	"mqttsn-gateway/gateway/engine"
	"mqttsn-gateway/mqtt"
)

// A conn is an MQTT connection of the gateway's: packets arrive in order after a while, until it breaks.
type conn struct {
	w    *world
	id   engine.ConnID
	peer connPeer
	open bool

	lag       time.Duration
	down, up  time.Duration // when the last packet arrives, either way
	pace      int           // octets a second that the peer reads; 0: all at once
	buffered  int           // octets that it has not read
	isCrowded bool          // and the engine knows that these are many
}

// A connPeer is the other end of a connection: a client, or the broker.
type connPeer interface {
	enters(c *conn, p mqtt.Packet)  // what the peer sent comes to the engine
	leaves(c *conn, p mqtt.Packet)  // the engine sends something
	receive(c *conn, p mqtt.Packet) // it arrives at the peer
	closed(c *conn)                 // the peer notices that the connection is gone
}

var errCut = errors.New("connection reset by peer")

func newConn(w *world, id engine.ConnID, peer connPeer) *conn {
	return &conn{w: w, id: id, peer: peer, open: true, lag: w.dice.between(100*time.Microsecond, 50*time.Millisecond)}
}

// toPeer carries a packet from the engine.
func (c *conn) toPeer(p mqtt.Packet) {
	size := 16
	if m, ok := p.(*mqtt.Publish); ok {
		size += len(m.Topic) + len(m.Payload)
	}
	c.buffered += size
	at := c.w.now + c.lag
	if c.pace > 0 {
		at = max(at, c.down+time.Duration(size)*time.Second/time.Duration(c.pace))
	}
	c.down = max(c.down, at)
	c.w.at(c.down, func() {
		if !c.open {
			return
		}
		c.buffered -= size
		if c.isCrowded && c.buffered == 0 {
			c.isCrowded = false
			c.w.gateway.call(func(now time.Duration, out *engine.Out) { c.w.gateway.engine.Buffered(now, c.id, 0, out) })
		}
		c.peer.receive(c, p)
	})
}

// backlog is what the driver tells the engine about octets that the peer has not read.
func (c *conn) backlog() int {
	if c.isCrowded = c.buffered > crowdedAt; c.isCrowded {
		return c.buffered
	}
	return 0
}

const crowdedAt = 1000 // octets

// toEngine carries a packet from the peer.
func (c *conn) toEngine(p mqtt.Packet) {
	c.up = max(c.up, c.w.now+c.lag)
	c.w.at(c.up, func() {
		if c.open {
			c.peer.enters(c, p)
			c.w.gateway.packet(c.id, p)
		}
	})
}

// cut breaks the connection. The engine hears of it after a while; never if that is negative.
func (c *conn) cut(silence time.Duration) {
	if !c.open {
		return
	}
	c.open = false
	c.peer.closed(c)
	life := c.w.gateway.life
	if silence >= 0 {
		c.w.after(silence, func() {
			if c.w.gateway.life == life {
				c.w.gateway.lost(c.id, errCut)
			}
		})
	}
}

// closeByGateway closes behind everything that was sent.
func (c *conn) closeByGateway() {
	c.down = max(c.down, c.w.now+c.lag)
	c.w.at(c.down, c.end)
}

// gatewayDied is what a crash does to a connection.
func (c *conn) gatewayDied() {
	if c.open {
		c.open = false
		c.w.after(c.w.dice.around(500*time.Millisecond), func() { c.peer.closed(c) })
	}
}

func (c *conn) end() {
	if c.open {
		c.open = false
		c.peer.closed(c)
	}
}
