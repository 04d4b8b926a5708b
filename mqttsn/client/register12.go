package client

import (
	"time"

	"mqttsn-gateway/mqttsn"
)

func (c *v12) startRegister(now time.Duration, out *Out) {
	r := c.current
	if id, ok := c.topics.ids[r.message.Topic.Name]; ok {
		c.finish(Result{TopicID: id}, out)
		return
	}
	r.registerID = c.nextMsgID()
	c.enter(now, stepRegister, out)
}

// onRegack goes on with the PUBLISH for which the topic was registered, if there is one.
func (c *v12) onRegack(now time.Duration, p *mqttsn.Regack, out *Out) {
	r := c.current
	if c.step != stepRegister || p.MsgID != r.registerID {
		return
	}
	err := rejection(p.Type(), p.ReturnCode)
	switch {
	case err != nil:
	case !validID(p.TopicID):
		err = &RejectedError{p.Type(), mqttsn.InvalidTopicID}
	case !c.topics.add(p.TopicID, r.message.Topic.Name):
		err = ErrTooManyTopics
	}
	switch {
	case err != nil:
		c.fail(err, out)
	case r.kind == kindRegister:
		c.finish(Result{TopicID: p.TopicID}, out)
	default:
		c.enterPublish(now, out)
	}
}

// onRegister takes the id under which the gateway is going to publish a topic (6.10).
func (c *v12) onRegister(now time.Duration, p *mqttsn.Register, out *Out) {
	if !c.listening() {
		return
	}
	ack := mqttsn.Regack{TopicID: p.TopicID, MsgID: p.MsgID}
	switch {
	case !validID(p.TopicID):
		ack.ReturnCode = mqttsn.InvalidTopicID
	case len(p.TopicName) == 0:
		ack.ReturnCode = mqttsn.NotSupported
	case !c.topics.add(p.TopicID, string(p.TopicName)):
		ack.ReturnCode = mqttsn.Congestion
	}
	c.send(now, ack.Append(out.buf), out)
}
