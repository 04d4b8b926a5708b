package client

import (
	"slices"
	"time"
)

// A State says how a client stands with its gateway (6.14). Sleep is the client's own decision; a gateway sees Awake
// and Asleep in the same way.
type State uint8

const (
	Disconnected State = iota
	Connecting         // CONNECT has been sent
	Active
	Asleep // hears nothing
	Awake  // has asked for the messages that were kept while it was asleep
)

func (s State) String() string {
	return [...]string{"disconnected", "connecting", "active", "asleep", "awake"}[s]
}

// A Core is one client's conversation with one gateway. It does no I/O and reads no clock: each method takes the time,
// counted from any moment that suits the caller and never going back, and writes down in an [Out] what follows. Methods
// that ask for something return the number of the [Request]; its [Result] comes in this Out or a later one.
//
// A Core is not safe for concurrent use.
type Core struct {
	cfg     Config
	version dialect
	state   State
	session Session
	will    *Will

	queue   []*request // waiting, in order
	current *request   // nil: nothing under way
	step    step       // of current
	resends int        // of the step's packet
	retryAt time.Duration

	sentAt, heardAt time.Duration // when the gateway should have heard from us, and when we did hear from it

	lastRequest Request
	lastMsgID   uint16

	topics     topics
	predefined map[uint16]bool // subscribed to, whether or not the configuration names them
	inbound    inbound
	full       bool // whoever drives us has no room for a message: it is not acknowledged, and comes again
}

// NewCore is a client that has not connected yet.
func NewCore(cfg Config) *Core {
	cfg = cfg.withDefaults()
	c := &Core{
		cfg:        cfg,
		session:    Session{ClientID: cfg.ClientID, KeepAlive: cfg.KeepAlive},
		will:       cfg.Will,
		topics:     topics{max: cfg.Topics},
		lastMsgID:  max(cfg.FirstMsgID, 1) - 1,
		predefined: make(map[uint16]bool),
		inbound:    newInbound(cfg.RetryInterval),
	}
	if cfg.V2 != nil {
		c.version = newV20(c)
	} else {
		c.version = &v12{c}
	}
	return c
}

// State tells how the client stands with its gateway.
func (c *Core) State() State { return c.state }

// Waiting is the number of requests that have not come to their end.
func (c *Core) Waiting() int {
	n := len(c.queue)
	if c.current != nil {
		n++
	}
	return n
}

// Deadline is when Tick wants to be called. It returns false if nothing but a datagram or a request can happen next.
func (c *Core) Deadline() (time.Duration, bool) {
	if c.current != nil {
		return c.retryAt, true
	}
	return c.pingAt()
}

// Tick tells that time has passed. To call it before the Deadline does no harm.
func (c *Core) Tick(now time.Duration, out *Out) {
	if at, ok := c.Deadline(); !ok || now < at {
		return
	}
	switch {
	case c.current == nil:
		c.start(now, &request{kind: kindPing}, out)
	case c.resends < c.cfg.Retries:
		c.resends++
		c.transmit(now, out)
	default:
		c.version.unanswered(now, out)
	}
	c.pump(now, out)
}

// Receive takes a datagram from the gateway. What is malformed or out of place is ignored, and so is everything while
// the client is asleep: its radio is off. In version 2.0, a packet that is wrong ends the connection, and a sleeping
// client hears of a WAKEUP or DISCONNECT if its radio is on after all. Messages share memory with the datagram.
func (c *Core) Receive(now time.Duration, datagram []byte, out *Out) {
	c.version.hear(now, datagram, out)
	c.pump(now, out)
}

// heardNow is for every packet of the gateway.
func (c *Core) heardNow(now time.Duration) {
	c.heardAt = now
	if c.state == Awake {
		c.stayAwake(now)
	}
}

// listening tells whether the gateway may send us messages.
func (c *Core) listening() bool { return c.state == Active || c.state == Awake }

// send hands a datagram that does not wait for an answer to the gateway. It was appended to out.buf.
func (c *Core) send(now time.Duration, buf []byte, out *Out) {
	out.add(buf)
	c.sentAt = now
}

// nextMsgID is never 0, which stands for "none" in a PUBLISH, and not one that a message waits with for a new connection.
func (c *Core) nextMsgID() uint16 {
	for {
		c.lastMsgID++
		taken := func(r *request) bool { return r.msgID == c.lastMsgID }
		if c.lastMsgID != 0 && !slices.ContainsFunc(c.queue, taken) {
			return c.lastMsgID
		}
	}
}
