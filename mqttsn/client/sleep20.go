package client

import (
	"time"

	v2 "mqttsn-gateway/mqttsn/v2"
)

// onSleepresp sends the client to sleep, for as long as the gateway says (3.16.4-1). If it refuses, the client is as
// active as before.
func (c *v20) onSleepresp(p *v2.Sleepresp, out *Out) {
	if !c.answers(stepSleep, p.PacketID) {
		return
	}
	if err := refusal(p.Type(), p.Reason); err != nil {
		c.fail(err, out)
		return
	}
	if c.options.DropAliases {
		c.topics.clear()
	}
	c.session.Sleep = time.Duration(c.current.duration) * time.Second
	if p.Duration > 0 {
		c.session.Sleep = time.Duration(p.Duration) * time.Second
	}
	c.state = Asleep
	c.finish(Result{Reason: p.Reason}, out)
}

// onPingresp ends a ping, and the time awake of a sleeping client.
func (c *v20) onPingresp(p *v2.Pingresp, out *Out) {
	switch {
	case c.answers(stepWake, p.PacketID):
		c.state = Asleep
	case !c.answers(stepPing, p.PacketID):
		return
	}
	c.session.Remaining = int(p.Remaining)
	if p.Remaining == v2.RemainingUnknown {
		c.session.Remaining = -1
	}
	c.finish(Result{}, out)
}
