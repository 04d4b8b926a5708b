package client

import "mqttsn-gateway/mqttsn"

func (c *v12) subscribePacket() mqttsn.Subscribe {
	r := c.current
	p := mqttsn.Subscribe{MsgID: r.msgID, Flags: r.message.QoS.Flags() | r.message.Topic.Type.Flags()}
	p.TopicName, p.TopicID = []byte(r.message.Topic.Name), r.message.Topic.wireID()
	if c.resends > 0 {
		p.Flags |= mqttsn.FlagDUP
	}
	return p
}

func (c *v12) unsubscribePacket() mqttsn.Unsubscribe {
	topic := c.current.message.Topic
	p := mqttsn.Unsubscribe{MsgID: c.current.msgID, Flags: topic.Type.Flags()}
	p.TopicName, p.TopicID = []byte(topic.Name), topic.wireID()
	return p
}

// onSuback learns the id of a topic that was subscribed to by name. A filter with wildcards has none.
func (c *v12) onSuback(p *mqttsn.Suback, out *Out) {
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

func (c *v12) onUnsuback(p *mqttsn.Unsuback, out *Out) {
	if r := c.current; c.step == stepUnsubscribe && p.MsgID == r.msgID {
		if r.message.Topic.Type == mqttsn.Predefined {
			delete(c.predefined, r.message.Topic.ID)
		}
		c.finish(Result{}, out)
	}
}
