package engine

import (
	"strings"

	"mqttsn-gateway/gateway/topic"
	"mqttsn-gateway/mqtt"
)

// publish serves a PUBLISH of the client (MQTT 5, 3.3).
func (c *Client) publish(p *mqtt.Publish) {
	c.e.stats.ClientReceived++
	c.e.stats.ClientReceivedBytes += uint64(len(p.Payload))
	if p.QoS == 2 {
		if _, dup := c.received[p.PacketID]; dup {
			c.acknowledge(0, &mqtt.Ack{Kind: mqtt.PUBREC, PacketID: p.PacketID})
			return
		}
	}
	if p.QoS > 0 && len(c.received)+c.conn.owed >= c.receiveMaximum() {
		c.conn.fail(mqtt.ReceiveMaximumExceeded, "too many messages that are not acknowledged")
		return
	}
	m := &Message{
		Topic: p.Topic, Payload: p.Payload, QoS: p.QoS, Retain: p.Retain, Props: p.Props,
		expires: c.e.expiry(p), origin: c,
	}
	reason := c.refuses(m)
	switch {
	case !reason.Failed():
		reason = c.route(m, p.PacketID)
	case reason == mqtt.NotAuthorized && (c.version != mqtt.V5 || p.QoS == 0): // goes nowhere; who knows refusals is told
	case c.version != mqtt.V5 || p.QoS == 0:
		c.conn.fail(reason, "message refused") // no acknowledgement can say so
		return
	}
	switch p.QoS {
	case 1:
		c.acknowledge(m.gate, &mqtt.Ack{Kind: mqtt.PUBACK, PacketID: p.PacketID, Reason: reason})
	case 2:
		c.acknowledge(m.gate, &mqtt.Ack{Kind: mqtt.PUBREC, PacketID: p.PacketID, Reason: reason})
	}
}

// receiveMaximum is how many messages of QoS 1 and 2 may be under way from the client (MQTT 5, 3.3.4). Older versions
// know no other limit than that of their packet ids.
func (c *Client) receiveMaximum() int {
	if c.version == mqtt.V5 {
		return int(c.e.cfg.Client.ReceiveMaximum)
	}
	return 1<<16 - 1
}

// refuses says why a message cannot be routed; Success if it can.
func (c *Client) refuses(m *Message) mqtt.Reason {
	switch {
	case topic.ValidName(m.Topic) != nil:
		return mqtt.TopicNameInvalid
	case strings.HasPrefix(m.Topic, "$SYS/"):
		return mqtt.NotAuthorized
	case !c.rights.Publish(m.Topic):
		c.forbidden("publish " + m.Topic)
		return mqtt.NotAuthorized
	}
	return c.e.refuses(m)
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
	ack, ok := p.(*mqtt.Ack)
	ends := ok && (ack.Kind == mqtt.PUBACK || ack.Kind == mqtt.PUBCOMP)
	if ends {
		k.owed++
	}
	c.e.rec.after(c.ackGate, func() {
		if c.conn != k {
			return
		}
		if ends {
			k.owed--
		}
		k.send(p)
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
	c.land(i)
}

func (c *Client) findFlight(id uint16) int {
	for i := range c.flights {
		if c.flights[i].id == id {
			return i
		}
	}
	return -1
}
