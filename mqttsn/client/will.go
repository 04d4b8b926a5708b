package client

import "time"

// UpdateWill changes the will of the session, topic and message; nil deletes it (6.4). The next Connect has the new
// will too. If the request fails halfway, the gateway may have a new topic and an old message.
func (c *Core) UpdateWill(now time.Duration, will *Will, out *Out) Request {
	if will != nil && (will.Topic == "" || !will.valid()) {
		return c.settle(ErrInvalid, out)
	}
	return c.ask(now, &request{kind: kindUpdateWill, will: will}, out)
}
