package client

import "time"

// Ping asks whether the gateway is there. The client does so by itself in time for its keep alive.
func (c *Core) Ping(now time.Duration, out *Out) Request {
	return c.ask(now, &request{kind: kindPing}, out)
}

// pingAt is when an idle client must ask for a sign of life: early enough for a lost datagram or two, and also when it
// has been talking all the time and heard nothing (6.11).
func (c *Core) pingAt() (time.Duration, bool) {
	if c.state != Active || c.session.KeepAlive == 0 {
		return 0, false
	}
	return min(c.sentAt, c.heardAt) + c.session.KeepAlive/4*3, true
}
