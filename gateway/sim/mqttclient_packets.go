package sim

import (
	"slices"
	"time"

	"mqttsn-gateway/mqtt"
)

// enters reads what the client sent on its way to the engine.
func (c *mqttClient) enters(_ *conn, p mqtt.Packet) {
	c.w.tell(c.party.name, "->  %s", c.text(p))
	switch p := p.(type) {
	case *mqtt.Publish:
		if m := c.w.ledger.find(p.Payload); m != nil {
			c.w.ledger.enters(m)
		}
	case *mqtt.Connect:
		if p.CleanStart {
			c.w.ledger.sessionEnds(c.party, exemptEnded)
		}
		clear(c.flights)
	case *mqtt.Ack:
		if p.Kind == mqtt.PUBACK || p.Kind == mqtt.PUBCOMP {
			delete(c.flights, p.PacketID)
		}
	}
}

// text is empty unless somebody reads the story.
func (c *mqttClient) text(p mqtt.Packet) string {
	if c.w.trace == nil {
		return ""
	}
	return packetText(p)
}

// leaves reads what the engine sends to the client.
func (c *mqttClient) leaves(k *conn, p mqtt.Packet) {
	c.w.tell(c.party.name, "<-  %s", c.text(p))
	switch p := p.(type) {
	case *mqtt.Publish:
		c.leavesPublish(p)
	case *mqtt.Ack:
		i := c.find(p.PacketID)
		isAck := p.Kind == mqtt.PUBACK || p.Kind == mqtt.PUBREC
		if isAck && i >= 0 && !p.Reason.Failed() {
			c.w.ledger.isSafe(c.sends[i].m)
		}
	case *mqtt.Suback:
		for i, s := range c.requests[p.PacketID] {
			if i < len(p.Reasons) && !p.Reasons[i].Failed() && k == c.conn {
				c.w.ledger.begins(c.party, s.Filter, byte(p.Reasons[i]))
			}
		}
	}
}

func (c *mqttClient) leavesPublish(p *mqtt.Publish) {
	if p.QoS > 0 {
		c.flights[p.PacketID] = struct{}{}
		limit := int(c.w.config.Client.MaxInFlight)
		if c.window > 0 {
			limit = min(limit, c.window)
		}
		if len(c.flights) > limit {
			c.w.fail(c.party.name, nil, "%d messages are in flight, it takes %d at a time", len(c.flights), limit)
		}
	}
	if m := c.w.ledger.find(p.Payload); m != nil {
		c.w.ledger.leaves(c.party, m, p.QoS, p.Retain)
	}
}

// receive takes a packet.
func (c *mqttClient) receive(k *conn, p mqtt.Packet) {
	if k != c.conn {
		return
	}
	switch p := p.(type) {
	case *mqtt.Connack:
		c.connected(p)
	case *mqtt.Publish:
		c.receivePublish(p)
	case *mqtt.Ack:
		c.receiveAck(p)
	case *mqtt.Suback:
		delete(c.requests, p.PacketID)
		c.promised = true
	case *mqtt.Disconnect:
		if p.Reason != mqtt.ServerShuttingDown && p.Reason != mqtt.SessionTakenOver {
			c.w.fail(c.party.name, nil, "the gateway ended the connection: %v", p.Reason)
		}
	}
}

func (c *mqttClient) connected(p *mqtt.Connack) {
	if p.Reason.Failed() {
		c.w.fail(c.party.name, nil, "CONNECT was refused: %v", p.Reason)
		return
	}
	c.up = true
	if !p.SessionPresent {
		if c.promised && !c.clean && c.w.now-c.began < clientExpiry {
			c.w.fail(c.party.name, nil, "its session is gone")
		}
		c.sends, c.promised = nil, false
		clear(c.received)
		c.w.ledger.sessionEnds(c.party, exemptEnded)
	}
	for i := range c.sends {
		if s := &c.sends[i]; s.released {
			c.send(&mqtt.Ack{Kind: mqtt.PUBREL, PacketID: s.id})
		} else {
			c.send(s.packet(true))
		}
	}
	if !p.SessionPresent && len(c.filters) > 0 {
		id := c.nextID()
		c.requests[id] = c.filters
		c.send(&mqtt.Subscribe{PacketID: id, Subscriptions: c.filters})
	}
	if c.over {
		c.send(&mqtt.Disconnect{})
	}
}

func (c *mqttClient) receivePublish(p *mqtt.Publish) {
	ack := &mqtt.Ack{Kind: mqtt.PUBACK, PacketID: p.PacketID}
	if p.QoS == 2 {
		ack.Kind = mqtt.PUBREC
		if _, known := c.received[p.PacketID]; known {
			c.answer(ack)
			return
		}
		c.received[p.PacketID] = struct{}{}
	}
	if m := c.w.ledger.find(p.Payload); m != nil {
		c.w.ledger.delivered(c.party, m, p.Topic, p.QoS, p.Retain)
	} else if !p.Retain {
		c.w.wills.published(p.Topic, p.Payload)
	}
	if p.QoS > 0 {
		c.answer(ack)
	}
}

// answer sends an acknowledgement when the client has thought about it.
func (c *mqttClient) answer(p mqtt.Packet) {
	k := c.conn
	c.w.after(c.think, func() {
		if c.conn == k {
			c.send(p)
		}
	})
}

func (c *mqttClient) receiveAck(p *mqtt.Ack) {
	if p.Kind == mqtt.PUBREL {
		delete(c.received, p.PacketID)
		c.answer(&mqtt.Ack{Kind: mqtt.PUBCOMP, PacketID: p.PacketID})
		return
	}
	i := c.find(p.PacketID)
	switch {
	case i < 0:
	case p.Kind == mqtt.PUBREC && !p.Reason.Failed():
		c.sends[i].released = true
		c.send(&mqtt.Ack{Kind: mqtt.PUBREL, PacketID: p.PacketID})
	default:
		c.sends = slices.Delete(c.sends, i, i+1)
	}
}

// closed is when the client notices that its connection is gone.
func (c *mqttClient) closed(k *conn) {
	if k != c.conn {
		return
	}
	c.conn, c.up = nil, false
	c.ping.stop()
	clear(c.requests)
	c.began = c.w.now
	if c.clean {
		c.sends, c.promised = nil, false
		clear(c.received)
		c.w.ledger.sessionEnds(c.party, exemptEnded)
	}
	if !c.over && !c.again.set {
		c.again.after(c.w.dice.between(100*time.Millisecond, 5*time.Second))
	}
}
