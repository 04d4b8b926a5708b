package engine

import (
	"maps"
	"time"

	"mqttsn-gateway/gateway/access"
	"mqttsn-gateway/mqtt"
)

// A Client is the session of an ordinary MQTT client of the built-in broker. It may outlive its connection.
type Client struct {
	e      *Engine
	id     string
	record uint64 // the session's number on disk
	saved  bool   // it has records there

	conn      *clientConn // nil while the client is away
	version   mqtt.Version
	keepAlive time.Duration // 0: not supervised
	heard     time.Duration
	expiry    time.Duration // how long the session is kept without a connection; never for ever
	gone      time.Duration // since when there is none
	window    int           // QoS 1 and 2 messages that may be in flight to the client
	rights    access.Rights // as of the last connection
	quiet     bool          // the client wants no reason strings

	will   *Message
	delay  time.Duration // of the will
	willAt time.Duration // when it is published; never if not pending
	alarm  alarm
	mark   routing

	subs     map[string]*subscription // by the filter as subscribed to
	queue    queue
	owed     replays
	flights  []clientFlight
	sent     int // flights[:sent] were sent on this connection
	lastID   uint16
	received map[uint16]struct{} // QoS 2 packet ids, until PUBREL

	overflowed bool
	dropped    uint64
	ackGate    uint64 // acknowledgements leave in order: none before this batch is on disk
	pumpGate   uint64 // the last one whose opening lets pump go on
}

// A clientFlight is a QoS 1 or 2 message that has a packet id, until its delivery is done.
type clientFlight struct {
	entry
	released bool // QoS 2: PUBREC was received
	fresh    bool // never sent so far
}

func (c *Client) reasonString(why string) string {
	if c.quiet {
		return ""
	}
	return why
}

func (c *Client) routing() *routing { return &c.mark }
func (c *Client) present() bool     { return c.conn != nil }

// detached notes that the connection is gone, and whether the will shall follow.
func (c *Client) detached(withWill bool) {
	c.conn = nil
	c.gone = c.e.now
	if !withWill && c.will != nil {
		c.will = nil
		c.save()
	}
	if c.will != nil {
		c.willAt = c.e.now + min(c.delay, c.expiry)
	}
	if c.expiry == 0 {
		c.free()
		return
	}
	c.dropQoS0()
	c.schedule()
	if c.willAt <= c.e.now {
		c.publishWill()
	}
}

func (c *Client) publishWill() {
	w := c.will
	c.will, c.willAt = nil, never
	if w == nil {
		return
	}
	if w.lifetime > 0 {
		w.expires = c.e.now + w.lifetime
	}
	c.e.out.note(NoteWillPublished, c.id, Addr{}, w.Topic)
	c.save()
	c.e.publish(w)
}

// free ends the session. A will that waits is published: the session's end is its latest time (MQTT 5, 3.1.3.2.2).
func (c *Client) free() {
	for _, s := range c.subs {
		c.e.detach(s)
	}
	c.e.router.handOn(maps.Values(c.subs), c.left)
	c.forgetRecords()
	c.subs, c.expiry = nil, 0
	c.e.alarms.set(&c.alarm, never)
	delete(c.e.clients, c.id)
	c.publishWill()
}

// left lists what the client has neither acknowledged nor begun to take with QoS 2.
func (c *Client) left(yield func(*entry) bool) {
	for i := range c.flights {
		if f := &c.flights[i]; f.qos == 1 && !yield(&f.entry) {
			return
		}
	}
	for i := range c.queue.len() {
		if !yield(c.queue.at(i)) {
			return
		}
	}
}

func (c *Client) schedule() {
	at := c.willAt
	switch {
	case c.conn == nil:
		at = min(at, later(c.gone, c.expiry))
	case c.keepAlive > 0:
		at = min(at, c.heard+c.keepAlive*3/2)
	}
	c.e.alarms.set(&c.alarm, at)
}

// later adds times without passing never.
func later(t, d time.Duration) time.Duration {
	if d >= never-t {
		return never
	}
	return t + d
}

func (c *Client) wake(now time.Duration) {
	switch {
	case c.conn != nil && c.keepAlive > 0 && now >= c.heard+c.keepAlive*3/2:
		c.conn.fail(mqtt.KeepAliveTimeout, "nothing heard within one and a half keep alive periods")
		return
	case c.conn == nil && now >= later(c.gone, c.expiry):
		c.free()
		return
	case now >= c.willAt:
		c.publishWill()
	}
	c.schedule()
}
