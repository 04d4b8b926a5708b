package client

import (
	"time"

	"mqttsn-gateway/mqttsn"
)

// UpdateWill changes the will of the session, topic and message; nil deletes it (6.4). The next Connect has the new
// will too. If the request fails halfway, the gateway may have a new topic and an old message.
func (c *Core) UpdateWill(now time.Duration, will *Will, out *Out) Request {
	if will != nil && (will.Topic == "" || !will.valid()) {
		return c.settle(ErrInvalid, out)
	}
	return c.ask(now, &request{kind: kindUpdateWill, will: will}, out)
}

func (c *Core) willTopicUpdPacket() mqttsn.WillTopicUpd {
	will := c.current.will
	if will == nil {
		return mqttsn.WillTopicUpd{}
	}
	return mqttsn.WillTopicUpd{Flags: will.flags(), Topic: []byte(will.Topic)}
}

func (c *Core) onWillTopicResp(now time.Duration, p *mqttsn.WillTopicResp, out *Out) {
	if c.step != stepWillTopicUpd {
		return
	}
	err := rejection(p.Type(), p.ReturnCode)
	switch {
	case err != nil:
		c.fail(err, out)
	case c.current.will == nil:
		c.finishWill(out)
	default:
		c.enter(now, stepWillMsgUpd, out)
	}
}

func (c *Core) onWillMsgResp(p *mqttsn.WillMsgResp, out *Out) {
	if c.step != stepWillMsgUpd {
		return
	}
	if err := rejection(p.Type(), p.ReturnCode); err != nil {
		c.fail(err, out)
		return
	}
	c.finishWill(out)
}

func (c *Core) finishWill(out *Out) {
	c.will = c.current.will
	c.finish(Result{}, out)
}
