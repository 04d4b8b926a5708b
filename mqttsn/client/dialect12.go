package client

import (
	"math"
	"time"

	"mqttsn-gateway/mqttsn"
)

// v12 is the dialect of version 1.2.
type v12 struct{ *Core }

func (c *v12) check(r *request) error {
	switch {
	case r.kind == kindSleep && r.duration > math.MaxUint16:
		return ErrInvalid
	case r.options != SubscribeOptions{}:
		return ErrUnsupported
	}
	return nil
}

func (c *v12) begin(now time.Duration, out *Out) {
	r := c.current
	switch r.kind {
	case kindConnect:
		c.startConnect(now, out)
	case kindDisconnect:
		c.enter(now, stepDisconnect, out)
	case kindSleep:
		c.enter(now, stepSleep, out)
	case kindWake:
		c.state = Awake
		c.enter(now, stepWake, out)
	case kindPing:
		c.enter(now, stepPing, out)
	case kindRegister:
		c.startRegister(now, out)
	case kindPublish:
		c.startPublish(now, out)
	case kindSubscribe:
		r.msgID = c.nextMsgID()
		c.enter(now, stepSubscribe, out)
	case kindUnsubscribe:
		r.msgID = c.nextMsgID()
		c.enter(now, stepUnsubscribe, out)
	case kindUpdateWill:
		c.enter(now, stepWillTopicUpd, out)
	}
}

func (c *v12) packet(b []byte) ([]byte, error) {
	before := len(b)
	if b = c.appendStep(b); len(b) == before {
		return b, mqttsn.ErrTooLong
	}
	return b, nil
}

func (c *v12) appendStep(b []byte) []byte {
	r := c.current
	switch c.step {
	case stepConnect:
		return c.connectPacket().Append(b)
	case stepWillTopic:
		return c.willTopicPacket().Append(b)
	case stepWillMsg:
		return c.willMsgPacket().Append(b)
	case stepDisconnect:
		return mqttsn.Disconnect{}.Append(b)
	case stepSleep:
		return mqttsn.Disconnect{Duration: uint16(r.duration)}.Append(b)
	case stepWake:
		return mqttsn.Pingreq{ClientID: []byte(c.cfg.ClientID)}.Append(b)
	case stepPing:
		return mqttsn.Pingreq{}.Append(b)
	case stepRegister:
		return mqttsn.Register{MsgID: r.registerID, TopicName: []byte(r.message.Topic.Name)}.Append(b)
	case stepPublish:
		return c.publishPacket().Append(b)
	case stepPubrel:
		return mqttsn.Pubrel{MsgID: r.msgID}.Append(b)
	case stepSubscribe:
		return c.subscribePacket().Append(b)
	case stepUnsubscribe:
		return c.unsubscribePacket().Append(b)
	case stepWillTopicUpd:
		return c.willTopicUpdPacket().Append(b)
	case stepWillMsgUpd:
		return mqttsn.WillMsgUpd{Msg: r.will.Payload}.Append(b)
	}
	return b
}

// patience does not grow: the specification has one T_retry (6.13).
func (c *v12) patience() time.Duration { return c.cfg.RetryInterval }

// unanswered gives the session up if the request needed one (6.13). A client that nobody answers when it wakes is asleep
// again.
func (c *v12) unanswered(_ time.Duration, out *Out) {
	switch c.current.kind {
	case kindConnect, kindDisconnect, kindWake:
		c.fail(ErrTimeout, out)
	default:
		c.lose(ErrTimeout, out)
	}
}

func (c *v12) hear(now time.Duration, datagram []byte, out *Out) {
	if c.state == Disconnected || c.state == Asleep && c.current == nil {
		return
	}
	packet, err := mqttsn.Parse(datagram)
	if err != nil {
		return
	}
	c.heardNow(now)
	switch p := packet.(type) {
	case *mqttsn.Disconnect:
		c.onDisconnect(out)

	// What a gateway begins.
	case *mqttsn.Register:
		c.onRegister(now, p, out)
	case *mqttsn.Publish:
		c.onPublish(now, p, out)
	case *mqttsn.Pubrel:
		c.onPubrel(now, p, out)
	case *mqttsn.Pingreq:
		c.onPingreq(now, out)

	// What answers us.
	case *mqttsn.WillTopicReq:
		c.onWillTopicReq(now, out)
	case *mqttsn.WillMsgReq:
		c.onWillMsgReq(now, out)
	case *mqttsn.Connack:
		c.onConnack(p, out)
	case *mqttsn.Regack:
		c.onRegack(now, p, out)
	case *mqttsn.Puback:
		c.onPuback(now, p, out)
	case *mqttsn.Pubrec:
		c.onPubrec(now, p, out)
	case *mqttsn.Pubcomp:
		c.onPubcomp(p, out)
	case *mqttsn.Suback:
		c.onSuback(p, out)
	case *mqttsn.Unsuback:
		c.onUnsuback(p, out)
	case *mqttsn.Pingresp:
		c.onPingresp(out)
	case *mqttsn.WillTopicResp:
		c.onWillTopicResp(now, p, out)
	case *mqttsn.WillMsgResp:
		c.onWillMsgResp(p, out)
	}
}

func (c *v12) stray(b []byte, m Message) ([]byte, error) {
	if m.Topic.Type == mqttsn.Normal {
		return b, ErrInvalid
	}
	p := mqttsn.Publish{Flags: messageFlags(m), TopicID: m.Topic.wireID(), Data: m.Payload}
	if p.Len() > mqttsn.MaxLen {
		return b, mqttsn.ErrTooLong
	}
	return p.Append(b), nil
}
