package client

import (
	"time"

	"mqttsn-gateway/mqttsn"
)

// Subscribe asks for the messages of a topic or of a filter with wildcards (6.9). The result has the QoS that the
// gateway grants.
func (c *Core) Subscribe(now time.Duration, filter Topic, qos mqttsn.QoS, out *Out) Request {
	if !filter.validFilter() || qos < mqttsn.QoS0 || qos > mqttsn.QoS2 {
		return c.settle(ErrInvalid, out)
	}
	return c.ask(now, &request{kind: kindSubscribe, message: Message{Topic: filter, QoS: qos}}, out)
}

// Unsubscribe takes a subscription back.
func (c *Core) Unsubscribe(now time.Duration, filter Topic, out *Out) Request {
	if !filter.validFilter() {
		return c.settle(ErrInvalid, out)
	}
	return c.ask(now, &request{kind: kindUnsubscribe, message: Message{Topic: filter}}, out)
}

func (c *Core) subscribePacket() mqttsn.Subscribe {
	r := c.current
	p := mqttsn.Subscribe{MsgID: r.msgID, Flags: r.message.QoS.Flags() | r.message.Topic.Type.Flags()}
	p.TopicName, p.TopicID = []byte(r.message.Topic.Name), r.message.Topic.wireID()
	if c.resends > 0 {
		p.Flags |= mqttsn.FlagDUP
	}
	return p
}

func (c *Core) unsubscribePacket() mqttsn.Unsubscribe {
	topic := c.current.message.Topic
	p := mqttsn.Unsubscribe{MsgID: c.current.msgID, Flags: topic.Type.Flags()}
	p.TopicName, p.TopicID = []byte(topic.Name), topic.wireID()
	return p
}

// onSuback learns the id of a topic that was subscribed to by name. A filter with wildcards has none.
func (c *Core) onSuback(p *mqttsn.Suback, out *Out) {
	r := c.current
	if c.step != stepSubscribe || p.MsgID != r.msgID {
		return
	}
	if err := rejection(p.Type(), p.ReturnCode); err != nil {
		c.fail(err, out)
		return
	}
	switch topic := r.message.Topic; {
	case topic.Type == mqttsn.Predefined:
		c.predefined[topic.ID] = true
	case topic.Type == mqttsn.Normal && !topic.isWildcard() && validID(p.TopicID):
		if !c.topics.add(p.TopicID, topic.Name) {
			c.fail(ErrTooManyTopics, out)
			return
		}
	}
	c.finish(Result{TopicID: p.TopicID, QoS: p.Flags.QoS()}, out)
}

func (c *Core) onUnsuback(p *mqttsn.Unsuback, out *Out) {
	if r := c.current; c.step == stepUnsubscribe && p.MsgID == r.msgID {
		if r.message.Topic.Type == mqttsn.Predefined {
			delete(c.predefined, r.message.Topic.ID)
		}
		c.finish(Result{}, out)
	}
}
