package client

import (
	"time"

	"mqttsn-gateway/mqttsn"
)

func (c *v12) startConnect(now time.Duration, out *Out) {
	if c.cfg.CleanSession {
		c.inbound.clear()
		clear(c.predefined)
		for _, r := range c.queue {
			r.sent, r.released, r.msgID = false, false, 0 // the gateway knows nothing of them
		}
	}
	if c.cfg.CleanSession || c.state != Asleep {
		c.topics.startSession(c.cfg.CleanSession)
	}
	c.state = Connecting
	c.enter(now, stepConnect, out)
}

func (c *v12) connectPacket() mqttsn.Connect {
	p := mqttsn.Connect{
		ProtocolID: mqttsn.ProtocolID,
		Duration:   uint16(c.cfg.KeepAlive / time.Second),
		ClientID:   []byte(c.cfg.ClientID),
	}
	if c.cfg.CleanSession {
		p.Flags |= mqttsn.FlagCleanSession
	}
	if c.will != nil {
		p.Flags |= mqttsn.FlagWill
	}
	return p
}

// maxWillAnswers bounds the will handshake with a gateway that asks again and again.
const maxWillAnswers = 16

// onWillTopicReq answers also a second request: the gateway may have begun anew. One that asks without having been told
// of a will gets the empty one.
func (c *v12) onWillTopicReq(now time.Duration, out *Out) {
	if c.connecting() {
		c.tellWill(now, stepWillTopic, out)
	}
}

// onWillMsgReq may follow even an empty will topic: gateways differ.
func (c *v12) onWillMsgReq(now time.Duration, out *Out) {
	if c.step == stepWillTopic || c.step == stepWillMsg {
		c.tellWill(now, stepWillMsg, out)
	}
}

func (c *v12) tellWill(now time.Duration, s step, out *Out) {
	if r := c.current; r.willAnswers < maxWillAnswers {
		r.willAnswers++
		c.enter(now, s, out)
	}
}

func (c *v12) willTopicPacket() mqttsn.WillTopic {
	if c.will == nil {
		return mqttsn.WillTopic{}
	}
	return mqttsn.WillTopic{Flags: c.will.flags(), Topic: []byte(c.will.Topic)}
}

func (c *v12) willMsgPacket() mqttsn.WillMsg {
	if c.will == nil {
		return mqttsn.WillMsg{}
	}
	return mqttsn.WillMsg{Msg: c.will.Payload}
}

func (c *v12) onConnack(p *mqttsn.Connack, out *Out) {
	if !c.connecting() {
		return
	}
	if err := rejection(p.Type(), p.ReturnCode); err != nil {
		c.fail(err, out)
		return
	}
	c.state = Active
	c.finish(Result{}, out)
}

// onDisconnect is the answer to ours, or the end of the session (6.12). While we connect it is neither, but late.
func (c *v12) onDisconnect(out *Out) {
	switch {
	case c.step == stepDisconnect:
		c.state = Disconnected
		c.finish(Result{}, out)
	case c.step == stepSleep:
		c.state = Asleep
		c.finish(Result{}, out)
	case c.state != Connecting:
		c.lose(ErrDisconnected, out)
	}
}
