package engine

import (
	"slices"
	"time"

	"mqttsn-gateway/mqtt"
)

// receive takes a publication for the client.
func (c *Client) receive(k copyTo) {
	if c.conn == nil && k.qos == 0 {
		return // only QoS 1 and 2 are kept for those who are not connected
	}
	en := entry{msg: k.msg, qos: k.qos, retain: k.retain, subIDs: k.subIDs, gate: k.msg.gate}
	if k.qos == 0 && c.queue.len() == 0 && c.open(0) && c.e.rec.passed(en.gate) {
		c.transmit(en)
		return
	}
	en.subIDs = slices.Clone(k.subIDs)
	c.enqueue(en)
	c.pump()
}

// open reports whether a message of this QoS may be sent now.
func (c *Client) open(qos uint8) bool {
	return c.conn != nil && c.conn.outstanding < c.e.cfg.Client.MaxOutstanding &&
		(qos == 0 || len(c.flights) < c.window)
}

// enqueue keeps a message for a client that is away or slow. If the queue is full, the oldest QoS 0 message makes room;
// if there is none, the new one is dropped.
func (c *Client) enqueue(en entry) {
	for c.queue.full(c.e.cfg.Client.Queue) {
		i := c.queue.victim(en, DropOldest)
		if !c.overflowed {
			c.overflowed = true
			c.e.out.note(NoteQueueOverflow, c.id, Addr{}, en.msg.Topic)
		}
		c.drop()
		if i < 0 {
			return
		}
		c.release(c.queue.remove(i))
	}
	if c.kept() {
		c.e.rec.hold(c.record, &en)
	}
	c.queue.push(en)
}

func (c *Client) release(en entry) { c.e.rec.release(c.record, &en) }

func (c *Client) drop() {
	c.dropped++
	c.e.stats.ClientDropped++
}

func (c *Client) dropQoS0() {
	for i := c.queue.find(0, isQoS0); i >= 0; i = c.queue.find(i, isQoS0) {
		c.queue.remove(i)
		c.drop()
	}
}

// pump sends what waits, in order. While the window is full, QoS 0 messages pass.
func (c *Client) pump() {
	for i := 0; i < c.queue.len() && c.open(0); {
		en := c.queue.at(i)
		switch {
		case en.msg.expired(c.e.now):
			c.release(c.queue.remove(i))
			c.e.stats.ExpiredMessages++
		case !c.e.rec.passed(en.gate):
			if c.pumpGate != en.gate {
				c.pumpGate = en.gate
				c.e.rec.after(en.gate, c.pump)
			}
			i++
		case c.open(en.qos):
			c.transmit(c.queue.remove(i))
		case c.queue.zeros == 0:
			return
		default:
			i++
		}
	}
	if c.queue.len() == 0 {
		c.overflowed = false
	}
}

func (c *Client) transmit(en entry) {
	if en.qos > 0 {
		en.id = c.newID()
		c.flights = append(c.flights, clientFlight{entry: en})
	}
	if en.qos < 2 || en.record == 0 {
		c.sendPublish(&en, false)
		return
	}
	// After a crash a QoS 2 message must not come again under another packet id.
	f := &c.flights[len(c.flights)-1]
	c.e.rec.update(c.record, &f.entry, published)
	f.gate = c.e.rec.gate()
	k := c.conn
	c.e.rec.after(f.gate, func() {
		if i := c.findFlight(en.id); i >= 0 && c.conn == k {
			c.sendPublish(&c.flights[i].entry, false)
		}
	})
}

func (c *Client) sendPublish(en *entry, dup bool) {
	p := &mqtt.Publish{
		Topic: en.msg.Topic, Payload: en.msg.Payload, QoS: en.qos, PacketID: en.id, Retain: en.retain, Dup: dup,
		Props: en.msg.Props,
	}
	if len(en.subIDs) > 0 {
		p.SubscriptionIDs = slices.Clone(en.subIDs)
	}
	if left := en.msg.expires; left != never {
		p.HasExpiry = true
		p.Expiry = uint32(max(0, left-c.e.now) / time.Second)
	}
	c.conn.send(p)
}

// unsendable gives up a message that is longer than the client accepts.
func (c *Client) unsendable(m *mqtt.Publish) {
	c.drop()
	if i := c.findFlight(m.PacketID); m.QoS > 0 && i >= 0 {
		c.release(c.flights[i].entry)
		c.flights = append(c.flights[:i], c.flights[i+1:]...)
		c.pump()
	}
}

// resend repeats on a new connection what was in flight on the last, in its order (MQTT 5, 4.4).
func (c *Client) resend() {
	for i := range c.flights {
		f, k := &c.flights[i], c.conn
		id, released := f.id, f.released
		c.e.rec.after(max(f.gate, c.e.rec.gate()), func() {
			switch i := c.findFlight(id); {
			case i < 0 || c.conn != k:
			case released:
				k.send(&mqtt.Ack{Kind: mqtt.PUBREL, PacketID: id})
			default:
				c.sendPublish(&c.flights[i].entry, true)
			}
		})
	}
}

// newID counts up, and passes over 0 and what is in flight.
func (c *Client) newID() uint16 {
	for {
		c.lastID++
		if c.lastID != 0 && c.findFlight(c.lastID) < 0 {
			return c.lastID
		}
	}
}
