package client

import (
	"time"

	"mqttsn-gateway/mqttsn"
)

// Connect asks the gateway for a session (6.2). It also ends a sleep.
func (c *Core) Connect(now time.Duration, out *Out) Request {
	if c.will != nil && !c.will.valid() {
		return c.settle(ErrInvalid, out)
	}
	return c.ask(now, &request{kind: kindConnect}, out)
}

// Disconnect ends the session. The gateway does not publish the will (6.12).
func (c *Core) Disconnect(now time.Duration, out *Out) Request {
	return c.ask(now, &request{kind: kindDisconnect}, out)
}

func (c *Core) startConnect(now time.Duration, out *Out) {
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

func (c *Core) connectPacket() mqttsn.Connect {
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
func (c *Core) onWillTopicReq(now time.Duration, out *Out) {
	if c.connecting() {
		c.tellWill(now, stepWillTopic, out)
	}
}

// onWillMsgReq may follow even an empty will topic: gateways differ.
func (c *Core) onWillMsgReq(now time.Duration, out *Out) {
	if c.step == stepWillTopic || c.step == stepWillMsg {
		c.tellWill(now, stepWillMsg, out)
	}
}

func (c *Core) tellWill(now time.Duration, s step, out *Out) {
	if r := c.current; r.willAnswers < maxWillAnswers {
		r.willAnswers++
		c.enter(now, s, out)
	}
}

// connecting tells whether CONNACK is what we wait for in the end.
func (c *Core) connecting() bool { return c.current != nil && c.current.kind == kindConnect }

func (c *Core) willTopicPacket() mqttsn.WillTopic {
	if c.will == nil {
		return mqttsn.WillTopic{}
	}
	return mqttsn.WillTopic{Flags: c.will.flags(), Topic: []byte(c.will.Topic)}
}

func (c *Core) willMsgPacket() mqttsn.WillMsg {
	if c.will == nil {
		return mqttsn.WillMsg{}
	}
	return mqttsn.WillMsg{Msg: c.will.Payload}
}

func (c *Core) onConnack(p *mqttsn.Connack, out *Out) {
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
func (c *Core) onDisconnect(out *Out) {
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
