package client

import (
	"time"

	"mqttsn-gateway/mqttsn"
)

// startPublish takes a publication up where it is: at the topic, at the message, or, when the session was lost in
// between, at its release.
func (c *v12) startPublish(now time.Duration, out *Out) {
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
func (c *v12) enterPublish(now time.Duration, out *Out) {
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

func (c *v12) publishPacket() mqttsn.Publish {
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
func (c *v12) onPuback(now time.Duration, p *mqttsn.Puback, out *Out) {
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

func (c *v12) onPubrec(now time.Duration, p *mqttsn.Pubrec, out *Out) {
	if r := c.current; c.step == stepPublish && p.MsgID == r.msgID && r.message.QoS == mqttsn.QoS2 {
		r.released = true
		c.enter(now, stepPubrel, out)
	}
}

func (c *v12) onPubcomp(p *mqttsn.Pubcomp, out *Out) {
	if c.step == stepPubrel && p.MsgID == c.current.msgID {
		c.finish(Result{}, out)
	}
}
