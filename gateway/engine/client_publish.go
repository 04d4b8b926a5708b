package engine

import (
	"strings"

	"mqttsn-gateway/gateway/topic"
	"mqttsn-gateway/mqtt"
)

// publish serves a PUBLISH of the client (MQTT 5, 3.3).
func (c *Client) publish(p *mqtt.Publish) {
	if err := topic.ValidName(p.Topic); err != nil {
		c.conn.fail(mqtt.TopicNameInvalid, err.Error())
		return
	}
	if p.QoS == 2 {
		if _, dup := c.received[p.PacketID]; dup {
			c.acknowledge(0, &mqtt.Ack{Kind: mqtt.PUBREC, PacketID: p.PacketID})
			return
		}
		if len(c.received) >= int(c.e.cfg.Client.ReceiveMaximum) {
			c.conn.fail(mqtt.ReceiveMaximumExceeded, "too many QoS 2 messages at a time")
			return
		}
	}
	m := &Message{
		Topic: p.Topic, Payload: p.Payload, QoS: p.QoS, Retain: p.Retain, Props: p.Props,
		expires: c.e.expiry(p), origin: c,
	}
	reason := c.e.refuses(m)
	switch {
	case strings.HasPrefix(p.Topic, "$SYS/"):
		reason = mqtt.NotAuthorized
	case !reason.Failed():
		reason = c.route(m, p.PacketID)
	case c.version != mqtt.V5:
		c.conn.fail(reason, "no room for messages") // it knows no refusal: what is not acknowledged comes again
		return
	}
	switch p.QoS {
	case 1:
		c.acknowledge(m.gate, &mqtt.Ack{Kind: mqtt.PUBACK, PacketID: p.PacketID, Reason: reason})
	case 2:
		c.acknowledge(m.gate, &mqtt.Ack{Kind: mqtt.PUBREC, PacketID: p.PacketID, Reason: reason})
	}
}

// route brings a message to those who want it; of a QoS 2 one, the packet id goes to the disk with it.
func (c *Client) route(m *Message, packetID uint16) mqtt.Reason {
	if m.QoS == 2 {
		c.received[packetID] = struct{}{}
		c.saveReceived(packetID)
		m.gate = c.e.rec.gate()
	}
	if c.e.publish(m) == 0 {
		return mqtt.NoMatchingSubscribers
	}
	return mqtt.Success
}

// acknowledge sends an acknowledgement when the batch is on disk, and never before those of earlier messages
// (MQTT 5, 4.6).
func (c *Client) acknowledge(gate uint64, p mqtt.Packet) {
	c.ackGate = max(c.ackGate, gate)
	if c.e.rec.passed(c.ackGate) {
		c.conn.send(p)
		return
	}
	k := c.conn
	c.e.rec.after(c.ackGate, func() {
		if c.conn == k {
			k.send(p)
		}
	})
}

// ack serves PUBACK, PUBREC, PUBREL and PUBCOMP.
func (c *Client) ack(p *mqtt.Ack) {
	if p.Kind == mqtt.PUBREL {
		reason := mqtt.Success
		if _, ok := c.received[p.PacketID]; !ok {
			reason = mqtt.PacketIdentifierNotFound
		}
		delete(c.received, p.PacketID)
		if c.kept() {
			// The client may use the id for another message once it has our PUBCOMP.
			c.e.rec.erase(recordInbound, c.record, uint64(p.PacketID)+1)
		}
		c.acknowledge(c.e.rec.gate(), &mqtt.Ack{Kind: mqtt.PUBCOMP, PacketID: p.PacketID, Reason: reason})
		return
	}
	i := c.findFlight(p.PacketID)
	switch {
	case i < 0:
		if p.Kind == mqtt.PUBREC {
			c.conn.send(&mqtt.Ack{Kind: mqtt.PUBREL, PacketID: p.PacketID, Reason: mqtt.PacketIdentifierNotFound})
		}
		return
	case p.Kind == mqtt.PUBREC && c.flights[i].qos == 2 && !p.Reason.Failed():
		f := &c.flights[i]
		f.released = true
		c.e.rec.update(c.record, &f.entry, released)
		c.acknowledge(c.e.rec.gate(), &mqtt.Ack{Kind: mqtt.PUBREL, PacketID: p.PacketID})
		return
	case p.Kind == mqtt.PUBACK && c.flights[i].qos != 1,
		p.Kind == mqtt.PUBREC && c.flights[i].qos != 2,
		p.Kind == mqtt.PUBCOMP && !c.flights[i].released:
		c.conn.fail(mqtt.ProtocolViolation, p.Kind.String()+" does not fit the message that it acknowledges")
		return
	}
	c.e.rec.release(c.record, &c.flights[i].entry)
	c.flights = append(c.flights[:i], c.flights[i+1:]...)
	c.pump()
}

func (c *Client) findFlight(id uint16) int {
	for i := range c.flights {
		if c.flights[i].id == id {
			return i
		}
	}
	return -1
}
