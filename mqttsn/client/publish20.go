package client

import (
	"time"

	"mqttsn-gateway/mqttsn"
	v2 "mqttsn-gateway/mqttsn/v2"
)

// startPublish takes a publication up where it is: at the topic, at the message, or, when the connection was lost in
// between, at its release (4.4.1-1).
func (c *v20) startPublish(now time.Duration, out *Out) {
	r := c.current
	switch {
	case r.released:
		c.enter(now, stepPubrel, out)
	case r.sent:
		c.enterPublish(now, out)
	case r.message.Topic.Type == mqttsn.Predefined:
		r.topic = filterOf(r.message.Topic)
		c.enterPublish(now, out)
	default:
		topic, ok := c.alias(r.message.Topic.Name)
		if !ok && !c.options.FullNames && !r.refusedAlias {
			r.registerID = c.nextMsgID()
			c.enter(now, stepRegister, out)
			return
		}
		r.topic = topic
		c.enterPublish(now, out)
	}
}

// alias is how a topic goes by the alias that it has, which must be used then (4.7.2-1), or by its name.
func (c *v20) alias(name string) (v2.Topic, bool) {
	if id, ok := c.topics.ids[name]; ok {
		return v2.Topic{Type: v2.SessionAlias, Alias: id}, true
	}
	if id, ok := c.aliases[name]; ok {
		return v2.Topic{Type: v2.PredefinedAlias, Alias: id}, true
	}
	return v2.Topic{Type: v2.TopicName, Name: []byte(name)}, false
}

func (c *v20) enterPublish(now time.Duration, out *Out) {
	r := c.current
	if r.message.QoS > mqttsn.QoS0 && r.msgID == 0 {
		r.msgID = c.nextMsgID()
	}
	c.enter(now, stepPublish, out)
	if c.current != r {
		return // too long
	}
	r.sent = true
	if r.message.QoS == mqttsn.QoS0 {
		c.finish(Result{}, out)
	}
}

// publishPacket is the same each time, but for DUP, which only QoS 2 has (3.6.2.2.3-1, 4.3.4-4).
func (c *v20) publishPacket() v2.Publish {
	r := c.current
	return v2.Publish{
		DUP:      r.sent && r.message.QoS == mqttsn.QoS2,
		Retain:   r.message.Retain,
		QoS:      v2.QoS(r.message.QoS),
		PacketID: r.msgID,
		Topic:    r.topic,
		Payload:  r.message.Payload,
	}
}

func (c *v20) onPuback(now time.Duration, p *v2.Puback, out *Out) {
	if c.answers(stepPublish, p.PacketID) && c.current.message.QoS == mqttsn.QoS1 {
		c.acknowledged(now, p.Type(), p.Reason, out)
	}
}

func (c *v20) onPubrec(now time.Duration, p *v2.Pubrec, out *Out) {
	if !c.answers(stepPublish, p.PacketID) || c.current.message.QoS != mqttsn.QoS2 {
		return
	}
	if p.Reason.Failed() {
		c.acknowledged(now, p.Type(), p.Reason, out)
		return
	}
	c.current.released = true
	c.enter(now, stepPubrel, out)
}

// acknowledged is the end of a message (4.4.1-2). If the gateway has forgotten our alias, a new message is sent, once,
// under a new one.
func (c *v20) acknowledged(now time.Duration, t v2.Type, reason v2.ReasonCode, out *Out) {
	r := c.current
	if reason == v2.UnknownTopicAlias && r.topic.Type == v2.SessionAlias && !r.reregistered {
		c.topics.forget(r.topic.Alias)
		r.reregistered, r.sent, r.msgID = true, false, 0
		c.startPublish(now, out)
		return
	}
	if err := refusal(t, reason); err != nil {
		c.fail(err, out)
		return
	}
	c.finish(Result{Reason: reason}, out)
}

// onPubcomp ends the exchange, also if the gateway does not remember it: the answer before was lost.
func (c *v20) onPubcomp(p *v2.Pubcomp, out *Out) {
	if c.answers(stepPubrel, p.PacketID) {
		c.finish(Result{Reason: p.Reason}, out)
	}
}
