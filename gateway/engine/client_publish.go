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
			c.conn.send(&mqtt.Ack{Kind: mqtt.PUBREC, PacketID: p.PacketID})
			return
		}
		if len(c.received) >= int(c.e.cfg.Client.ReceiveMaximum) {
			c.conn.fail(mqtt.ReceiveMaximumExceeded, "too many QoS 2 messages at a time")
			return
		}
	}
	reason := mqtt.Success
	if strings.HasPrefix(p.Topic, "$SYS/") {
		reason = mqtt.NotAuthorized
	} else {
		m := &Message{
			Topic: p.Topic, Payload: p.Payload, QoS: p.QoS, Retain: p.Retain, Props: p.Props,
			expires: c.e.expiry(p), origin: c,
		}
		if c.e.publish(m) == 0 {
			reason = mqtt.NoMatchingSubscribers
		}
	}
	switch p.QoS {
	case 1:
		c.conn.send(&mqtt.Ack{Kind: mqtt.PUBACK, PacketID: p.PacketID, Reason: reason})
	case 2:
		if !reason.Failed() {
			c.received[p.PacketID] = struct{}{}
		}
		c.conn.send(&mqtt.Ack{Kind: mqtt.PUBREC, PacketID: p.PacketID, Reason: reason})
	}
}

// ack serves PUBACK, PUBREC, PUBREL and PUBCOMP.
func (c *Client) ack(p *mqtt.Ack) {
	if p.Kind == mqtt.PUBREL {
		reason := mqtt.Success
		if _, ok := c.received[p.PacketID]; !ok {
			reason = mqtt.PacketIdentifierNotFound
		}
		delete(c.received, p.PacketID)
		c.conn.send(&mqtt.Ack{Kind: mqtt.PUBCOMP, PacketID: p.PacketID, Reason: reason})
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
		c.flights[i].released = true
		c.conn.send(&mqtt.Ack{Kind: mqtt.PUBREL, PacketID: p.PacketID})
		return
	case p.Kind == mqtt.PUBACK && c.flights[i].qos != 1,
		p.Kind == mqtt.PUBREC && c.flights[i].qos != 2,
		p.Kind == mqtt.PUBCOMP && !c.flights[i].released:
		c.conn.fail(mqtt.ProtocolViolation, p.Kind.String()+" does not fit the message that it acknowledges")
		return
	}
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
