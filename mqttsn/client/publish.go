package client

import (
	"time"

	"mqttsn-gateway/mqttsn"
)

// Publish sends a message (6.6). A topic that goes by its name is registered before, if need be. The request is done
// when a message of QoS 0 or -1 has been sent, when one of QoS 1 has been acknowledged, and when the exchange of QoS 2
// has been completed.
//
// QoS -1 needs no connection, and neither registration nor a turn in the queue; only predefined and short topics can
// have it (6.8). The payload must not be changed before the request is done.
func (c *Core) Publish(now time.Duration, m Message, out *Out) Request {
	switch {
	case !m.Topic.validTopic() || m.QoS < mqttsn.QoSMinus1 || m.QoS > mqttsn.QoS2:
		return c.settle(ErrInvalid, out)
	case m.QoS == mqttsn.QoSMinus1:
		return c.publishUnconnected(m, out)
	}
	return c.ask(now, &request{kind: kindPublish, message: m}, out)
}

func (c *Core) publishUnconnected(m Message, out *Out) Request {
	if m.Topic.Type == mqttsn.Normal {
		return c.settle(ErrInvalid, out)
	}
	p := mqttsn.Publish{Flags: messageFlags(m), TopicID: m.Topic.wireID(), Data: m.Payload}
	if p.Len() > c.cfg.MTU {
		return c.settle(mqttsn.ErrTooLong, out)
	}
	out.add(p.Append(out.buf))
	return c.settle(nil, out)
}

// startPublish takes a publication up where it is: at the topic, at the message, or, when the session was lost in
// between, at its release.
func (c *Core) startPublish(now time.Duration, out *Out) {
	r := c.current
	if r.released {
		c.enter(now, stepPubrel, out)
		return
	}
	if topic := r.message.Topic; topic.Type == mqttsn.Normal {
		if _, ok := c.topics.ids[topic.Name]; !ok {
			r.registerID = c.nextMsgID()
			c.enter(now, stepRegister, out)
			return
		}
	}
	c.enterPublish(now, out)
}

// enterPublish sends the message itself; its topic id is known.
func (c *Core) enterPublish(now time.Duration, out *Out) {
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

func (c *Core) publishPacket() mqttsn.Publish {
	r := c.current
	p := mqttsn.Publish{Flags: messageFlags(r.message), MsgID: r.msgID, Data: r.message.Payload}
	p.TopicID = r.message.Topic.wireID()
	if r.message.Topic.Type == mqttsn.Normal {
		p.TopicID = c.topics.ids[r.message.Topic.Name]
	}
	if r.sent {
		p.Flags |= mqttsn.FlagDUP
	}
	return p
}

func messageFlags(m Message) mqttsn.Flags {
	f := m.QoS.Flags() | m.Topic.Type.Flags()
	if m.Retain {
		f |= mqttsn.FlagRetain
	}
	return f
}

// onPuback is the end of a message of QoS 1, or the refusal of any. A topic id that the gateway has forgotten is
// registered again, once, and the message sent anew.
func (c *Core) onPuback(now time.Duration, p *mqttsn.Puback, out *Out) {
	r := c.current
	if p.MsgID == 0 && p.ReturnCode == mqttsn.InvalidTopicID {
		c.topics.forget(p.TopicID) // of QoS 0: the message is gone, the next one will be registered
	}
	if c.step != stepPublish && c.step != stepPubrel || p.MsgID != r.msgID {
		return
	}
	switch {
	case p.ReturnCode == mqttsn.InvalidTopicID && r.message.Topic.Type == mqttsn.Normal && !r.reregistered:
		c.topics.forget(p.TopicID)
		r.reregistered, r.sent, r.released = true, false, false
		c.startPublish(now, out)
	case p.ReturnCode != mqttsn.Accepted:
		c.fail(rejection(p.Type(), p.ReturnCode), out)
	case r.message.QoS == mqttsn.QoS1:
		c.finish(Result{}, out)
	}
}

func (c *Core) onPubrec(now time.Duration, p *mqttsn.Pubrec, out *Out) {
	if r := c.current; c.step == stepPublish && p.MsgID == r.msgID && r.message.QoS == mqttsn.QoS2 {
		r.released = true
		c.enter(now, stepPubrel, out)
	}
}

func (c *Core) onPubcomp(p *mqttsn.Pubcomp, out *Out) {
	if c.step == stepPubrel && p.MsgID == c.current.msgID {
		c.finish(Result{}, out)
	}
}
