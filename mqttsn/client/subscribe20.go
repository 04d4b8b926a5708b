package client

import (
	"mqttsn-gateway/mqttsn"
	v2 "mqttsn-gateway/mqttsn/v2"
)

func (c *v20) subscribePacket() v2.Subscribe {
	r := c.current
	return v2.Subscribe{
		PacketID:          r.msgID,
		Topic:             filterOf(r.message.Topic),
		QoS:               v2.QoS(r.message.QoS),
		NoLocal:           r.options.NoLocal,
		RetainAsPublished: r.options.RetainAsPublished,
		RetainHandling:    r.options.RetainHandling,
	}
}

// onSuback learns the alias under which messages are going to come. A filter with wildcards has none.
func (c *v20) onSuback(p *v2.Suback, out *Out) {
	if !c.answers(stepSubscribe, p.PacketID) {
		return
	}
	if err := refusal(p.Type(), p.Reason); err != nil {
		c.fail(err, out)
		return
	}
	switch topic := c.current.message.Topic; {
	case topic.Type == mqttsn.Predefined:
		c.predefined[topic.ID] = true
	case p.HasAlias && p.AliasType == v2.PredefinedAlias:
		c.predefined[p.Alias], c.aliases[topic.Name] = true, p.Alias
	case p.HasAlias && !c.topics.add(p.Alias, topic.Name):
		c.fail(ErrTooManyTopics, out)
		return
	}
	c.finish(Result{TopicID: p.Alias, QoS: mqttsn.QoS(p.Reason), Reason: p.Reason}, out)
}

// onUnsuback takes "no subscription existed" for a success.
func (c *v20) onUnsuback(p *v2.Unsuback, out *Out) {
	if !c.answers(stepUnsubscribe, p.PacketID) {
		return
	}
	if err := refusal(p.Type(), p.Reason); err != nil {
		c.fail(err, out)
		return
	}
	if topic := c.current.message.Topic; topic.Type == mqttsn.Predefined {
		delete(c.predefined, topic.ID)
	}
	c.finish(Result{Reason: p.Reason}, out)
}
