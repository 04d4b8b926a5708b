package client

import "time"

// A Session is what client and gateway have agreed upon. Only version 2.0 lets the gateway have a say in it.
type Session struct {
	// ClientID is that of the configuration, or what the gateway has assigned to a client that had none.
	ClientID string

	// Present says that the gateway has gone on with a session: the subscriptions are those of before.
	Present bool

	KeepAlive time.Duration
	Expiry    time.Duration // after the end of the connection
	Sleep     time.Duration // of the last Sleep: wake before it is over

	// Remaining is how many messages wait at the gateway, as it said last when it was pinged or woken for:
	// -1 for some, not counted.
	Remaining int
}

// Session tells what has been agreed upon. It is complete when the client is connected.
func (c *Core) Session() Session { return c.session }
