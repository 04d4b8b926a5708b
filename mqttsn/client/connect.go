package client

import "time"

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

// connecting tells whether CONNACK is what we wait for in the end.
func (c *Core) connecting() bool { return c.current != nil && c.current.kind == kindConnect }
