package client

import (
	"time"

	"mqttsn-gateway/mqttsn"
)

// onPublish takes a message (6.10). One of QoS 2 is handed on once, however often it comes.
func (c *v12) onPublish(now time.Duration, p *mqttsn.Publish, out *Out) {
	qos := p.Flags.QoS()
	if !c.listening() || c.full || qos == mqttsn.QoSMinus1 {
		return
	}
	topic, code := c.resolve(p.Flags.TopicIDType(), p.TopicID)
	if code != mqttsn.Accepted {
		c.send(now, mqttsn.Puback{TopicID: p.TopicID, MsgID: p.MsgID, ReturnCode: code}.Append(out.buf), out)
		return
	}
	switch qos {
	case mqttsn.QoS1:
		c.send(now, mqttsn.Puback{TopicID: p.TopicID, MsgID: p.MsgID}.Append(out.buf), out)
	case mqttsn.QoS2:
		isNew, ok := c.inbound.add(now, p.MsgID, sum(topic, p.Data), true)
		if !ok {
			return // not acknowledged: it will come again
		}
		c.send(now, mqttsn.Pubrec{MsgID: p.MsgID}.Append(out.buf), out)
		if !isNew {
			return
		}
	}
	out.Messages = append(out.Messages,
		Message{Topic: topic, QoS: qos, Retain: p.Flags.Retain(), DUP: p.Flags.DUP(), Payload: p.Data})
}

// resolve finds the topic that an id stands for.
func (c *v12) resolve(t mqttsn.TopicIDType, id uint16) (Topic, mqttsn.ReturnCode) {
	switch t {
	case mqttsn.Normal:
		if name, ok := c.topics.names[id]; ok {
			return Name(name), mqttsn.Accepted
		}
		return Topic{}, mqttsn.InvalidTopicID
	case mqttsn.Predefined:
		name, ok := c.cfg.Predefined[id]
		if ok || c.predefined[id] {
			return Topic{Type: t, Name: name, ID: id}, mqttsn.Accepted
		}
		return Topic{}, mqttsn.InvalidTopicID
	case mqttsn.ShortName:
		return Short(mqttsn.ShortTopicName(id)), mqttsn.Accepted
	}
	return Topic{}, mqttsn.NotSupported
}

// onPubrel is always answered: the gateway asks until it is.
func (c *v12) onPubrel(now time.Duration, p *mqttsn.Pubrel, out *Out) {
	if c.listening() {
		c.inbound.release(now, p.MsgID)
		c.send(now, mqttsn.Pubcomp{MsgID: p.MsgID}.Append(out.buf), out)
	}
}

// onPingresp ends a ping, and the time awake of a sleeping client: there are no more messages.
func (c *v12) onPingresp(out *Out) {
	switch c.step {
	case stepPing:
		c.finish(Result{}, out)
	case stepWake:
		c.state = Asleep
		c.finish(Result{}, out)
	}
}

func (c *v12) onPingreq(now time.Duration, out *Out) {
	if c.listening() {
		c.send(now, mqttsn.Pingresp{}.Append(out.buf), out)
	}
}
