package client

import (
	"time"

	v2 "mqttsn-gateway/mqttsn/v2"
)

func (c *v20) startRegister(now time.Duration, out *Out) {
	r := c.current
	if topic, ok := c.alias(r.message.Topic.Name); ok {
		c.finish(Result{TopicID: topic.Alias}, out)
		return
	}
	r.registerID = c.nextMsgID()
	c.enter(now, stepRegister, out)
}

// onRegack goes on with the PUBLISH for which the alias was wanted, if there is one. A gateway that has no more aliases
// gets the name.
func (c *v20) onRegack(now time.Duration, p *v2.Regack, out *Out) {
	r := c.current
	if c.step != stepRegister || p.PacketID != r.registerID {
		return
	}
	err := refusal(p.Type(), p.Reason)
	switch {
	case err != nil:
		r.refusedAlias = p.Reason == v2.QuotaExceeded && r.kind == kindPublish
	case p.HasAlias && p.AliasType == v2.PredefinedAlias:
		c.aliases[r.message.Topic.Name] = p.Alias
	case p.HasAlias && !c.topics.add(p.Alias, r.message.Topic.Name):
		err = ErrTooManyTopics
	case !p.HasAlias:
		err = &ReasonError{p.Type(), v2.UnknownTopicAlias, "no alias"}
	}
	switch {
	case err != nil && !r.refusedAlias:
		c.fail(err, out)
	case r.kind == kindRegister:
		c.finish(Result{TopicID: p.Alias, Reason: p.Reason}, out)
	default:
		c.startPublish(now, out)
	}
}

// onRegister takes the alias under which the gateway is going to publish a topic (3.4-2).
func (c *v20) onRegister(now time.Duration, p *v2.Register, out *Out) {
	switch {
	case !c.listening():
	case !p.HasAlias:
		c.refuse(now, &v2.Error{Type: p.Type(), Reason: v2.ProtocolError, PacketID: p.PacketID, Err: errNoAlias}, out)
	case len(p.TopicName) == 0:
		c.tell(now, v2.Regack{PacketID: p.PacketID, Reason: v2.ImplementationSpecificError}, out)
	case !c.topics.add(p.Alias, string(p.TopicName)):
		c.tell(now, v2.Regack{PacketID: p.PacketID, Reason: v2.QuotaExceeded}, out)
	default:
		c.tell(now, v2.Regack{PacketID: p.PacketID}, out)
	}
}
