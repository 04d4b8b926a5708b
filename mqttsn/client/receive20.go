package client

import (
	"errors"
	"time"

	"mqttsn-gateway/mqttsn"
	v2 "mqttsn-gateway/mqttsn/v2"
)

var (
	errNoAlias      = errors.New("REGISTER of a gateway without an alias")
	errUnknownAlias = errors.New("predefined topic alias is unknown")
)

// onPublish takes a message. Every one is acknowledged (4.5-2), and one of QoS 2 handed on once, until its release
// (4.3.4-11). Then its identifier is a new message's, says the draft, whatever DUP says (4.3.4-13). On a network that
// changes the order, a copy may come after the release, too: what has DUP set, the same identifier and the same content
// is one for as long as it takes to try again.
func (c *v20) onPublish(now time.Duration, p *v2.Publish, out *Out) {
	if !c.listening() || c.full {
		return
	}
	topic, reason := c.resolve(p.Topic)
	if reason == v2.ProtocolError {
		c.refuse(now, &v2.Error{Type: p.Type(), Reason: reason, PacketID: p.PacketID, Err: errUnknownAlias}, out)
		return
	}
	isNew := true
	switch p.QoS {
	case v2.QoS1:
		c.tell(now, v2.Puback{PacketID: p.PacketID, Reason: reason}, out)
	case v2.QoS2:
		if reason == v2.Success {
			var ok bool
			if isNew, ok = c.inbound.add(now, p.PacketID, sum(topic, p.Payload), p.DUP); !ok {
				return // not acknowledged: it will come again
			}
		}
		c.tell(now, v2.Pubrec{PacketID: p.PacketID, Reason: reason}, out)
	}
	if reason == v2.Success && isNew {
		out.Messages = append(out.Messages,
			Message{Topic: topic, QoS: mqttsn.QoS(p.QoS), Retain: p.Retain, DUP: p.DUP, Payload: p.Payload})
	}
}

// resolve finds the topic of a message. A predefined alias that we do not know is an error of the gateway (4.7.2.1-2).
func (c *v20) resolve(t v2.Topic) (Topic, v2.ReasonCode) {
	switch t.Type {
	case v2.SessionAlias:
		if name, ok := c.topics.names[t.Alias]; ok {
			return Name(name), v2.Success
		}
		return Topic{}, v2.UnknownTopicAlias
	case v2.PredefinedAlias:
		name, ok := c.cfg.Predefined[t.Alias]
		if !ok && !c.predefined[t.Alias] && !c.options.AnyPredefined {
			return Topic{}, v2.ProtocolError
		}
		return Topic{Type: mqttsn.Predefined, Name: name, ID: t.Alias}, v2.Success
	}
	topic := Name(string(t.Name))
	if !topic.validTopic() {
		return Topic{}, v2.TopicNameInvalid
	}
	return topic, v2.Success
}

// onPubrel is always answered: the gateway asks until it is.
func (c *v20) onPubrel(now time.Duration, p *v2.Pubrel, out *Out) {
	if !c.listening() {
		return
	}
	answer := v2.Pubcomp{PacketID: p.PacketID}
	if !c.inbound.release(now, p.PacketID) {
		answer.Reason = v2.PacketIDNotFound
	}
	c.tell(now, answer, out)
}

// onPubwos takes a message that belongs to no connection. It must not say anything about one, nor wake the client.
func (c *v20) onPubwos(p *v2.Pubwos, out *Out) {
	topic, reason := c.resolve(p.Topic)
	if c.state != Asleep && !c.full && reason == v2.Success {
		out.Messages = append(out.Messages, Message{Topic: topic, QoS: mqttsn.QoSMinus1, Retain: p.Retain, Payload: p.Payload})
	}
}
