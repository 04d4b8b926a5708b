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
	c.take(k)
	c.pump()
}

// take sends a message at once, or has it wait.
func (c *Client) take(k copyTo) {
	if c.conn != nil && !c.rights.Receive(k.msg.Topic) {
		return
	}
	en := entry{msg: k.msg, qos: k.qos, retain: k.retain, subIDs: k.subIDs, gate: k.msg.gate}
	if k.qos == 0 && c.queue.len() == 0 && c.open() && c.e.rec.passed(en.gate) {
		c.sendPublish(&en, false)
		return
	}
	en.subIDs = slices.Clone(k.subIDs)
	if k.qos > 0 && c.conn != nil && c.queue.len() == c.queue.zeros && len(c.flights) < c.window {
		c.takeOff(en) // its packet id goes to the disk with it
		return
	}
	c.enqueue(en)
}

// open reports whether there is a connection, and room in its buffer.
func (c *Client) open() bool {
	return c.conn != nil && c.conn.outstanding < c.e.cfg.Client.MaxOutstanding
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

// pump sends what waits, and then retained messages that are still to come: as many as find room at a time.
func (c *Client) pump() {
	c.sendQueued()
	for c.conn != nil && len(c.owed) > 0 && c.queue.hasRoom(c.window, c.e.cfg.Client.Queue) {
		if k, ok := c.owed.next(&c.e.router.retained, c.keptRecord()); ok {
			c.take(k)
			c.sendQueued()
		}
	}
}

// replay has the retained messages that s covers follow.
func (c *Client) replay(s *subscription) {
	c.owed = append(c.owed, s)
	c.pump()
}

// sendQueued sends what waits, in order. Messages of QoS 0 pass those above that wait for the window or the disk, and the other
// way round; neither passes its like (MQTT 5, 4.6).
func (c *Client) sendQueued() {
	c.sendFlights()
	var held [2]bool // QoS 0, and above: one must wait, and all of its kind behind it
	for i := 0; i < c.queue.len() && c.open() && !(held[1] && (held[0] || c.queue.zeros == 0)); {
		en := c.queue.at(i)
		kind := min(en.qos, 1)
		switch {
		case en.msg.expired(c.e.now):
			c.release(c.queue.remove(i))
			c.e.stats.ExpiredMessages++
		case !c.rights.Receive(en.msg.Topic): // the rules are others than when it came
			c.release(c.queue.remove(i))
			c.drop()
		case held[kind]:
			i++
		case !c.e.rec.passed(en.gate):
			held[kind] = true
			c.pumpAfter(en.gate)
		case kind == 0:
			en := c.queue.remove(i)
			c.sendPublish(&en, false)
		case len(c.flights) < c.window:
			c.takeOff(c.queue.remove(i))
		default:
			held[kind] = true
		}
	}
	if c.queue.len() == 0 {
		c.overflowed = false
	}
}

// pumpAfter goes on when a batch is on disk.
func (c *Client) pumpAfter(gate uint64) {
	if c.pumpGate < gate {
		c.pumpGate = gate
		c.e.rec.after(gate, c.pump)
	}
}

// takeOff sends a message of QoS 1 or 2 under a packet id. That is put on disk before: after a crash the message must not
// come again under another one (MQTT-4.4.0-1).
func (c *Client) takeOff(en entry) {
	en.id = c.newID()
	if c.kept() {
		c.e.rec.keepFlight(c.record, &en)
		en.gate = max(en.gate, c.e.rec.gate())
	}
	c.flights = append(c.flights, clientFlight{entry: en, fresh: true})
	c.sendFlights()
}

// sendFlights sends what was not sent on this connection, in order (MQTT 5, 4.4), as far as the window reaches.
func (c *Client) sendFlights() {
	for c.open() && c.sent < min(len(c.flights), c.window) {
		f := &c.flights[c.sent]
		if !c.e.rec.passed(f.gate) {
			c.pumpAfter(f.gate)
			return
		}
		c.sent++
		if !f.released {
			c.sendPublish(&f.entry, !f.fresh)
			f.fresh = false
		}
	}
}

// resume goes on, on a new connection, with what was under way on the last one. PUBREL waits for no window.
func (c *Client) resume() {
	c.sent = 0
	for i := range c.flights {
		if c.flights[i].released {
			c.acknowledge(c.e.rec.gate(), &mqtt.Ack{Kind: mqtt.PUBREL, PacketID: c.flights[i].id})
		}
	}
	c.pump()
}

// land forgets a message whose delivery is done, and makes use of the room.
func (c *Client) land(i int) {
	c.release(c.flights[i].entry)
	c.flights = slices.Delete(c.flights, i, i+1)
	if i < c.sent {
		c.sent--
	}
	c.pump()
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
		p.Expiry = uint32((max(0, left-c.e.now) + time.Second - 1) / time.Second) // less the whole seconds that it waited
	}
	c.e.stats.ClientSent++
	c.e.stats.ClientSentBytes += uint64(len(p.Payload))
	c.conn.send(p)
}

// unsendable gives up a message that is longer than the client accepts.
func (c *Client) unsendable(m *mqtt.Publish) {
	c.drop()
	if i := c.findFlight(m.PacketID); m.QoS > 0 && i >= 0 {
		c.land(i)
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
