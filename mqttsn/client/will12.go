package client

import (
	"time"

	"mqttsn-gateway/mqttsn"
)

func (c *v12) willTopicUpdPacket() mqttsn.WillTopicUpd {
	will := c.current.will
	if will == nil {
		return mqttsn.WillTopicUpd{}
	}
	return mqttsn.WillTopicUpd{Flags: will.flags(), Topic: []byte(will.Topic)}
}

func (c *v12) onWillTopicResp(now time.Duration, p *mqttsn.WillTopicResp, out *Out) {
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

func (c *v12) onWillMsgResp(p *mqttsn.WillMsgResp, out *Out) {
	if c.step != stepWillMsgUpd {
		return
	}
	if err := rejection(p.Type(), p.ReturnCode); err != nil {
		c.fail(err, out)
		return
	}
	c.finishWill(out)
}

func (c *v12) finishWill(out *Out) {
	c.will = c.current.will
	c.finish(Result{}, out)
}
