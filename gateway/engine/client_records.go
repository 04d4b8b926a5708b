package engine

import (
	"time"

	"mqttsn-gateway/mqtt"
)

// restartGrace is how long an ordinary client that was connected when the gateway ended has to come back before its
// will is published. Its delay, if longer, counts instead.
const restartGrace = time.Minute

// kept reports whether the session outlives its connection, and so a restart.
func (c *Client) kept() bool { return c.expiry > 0 }

// save puts what the session is on disk, if there is anything to remember: a session that is kept, or a will.
func (c *Client) save() {
	if !c.kept() && c.will == nil {
		return
	}
	c.e.rec.put(recordClient, c.record, 0, func(f *fields) {
		f.string(c.id)
		f.num(uint64(c.version))
		f.int(int64(c.expiry))
		f.flags(c.will != nil)
		if c.will != nil {
			f.int(int64(c.delay))
			f.int(int64(c.will.lifetime))
			c.will.write(f, c.e.now)
		}
	})
	c.saved = true
}

// restoreClient makes a session of its record. Its client is away.
func (e *Engine) restoreClient(record uint64, f *fields) *Client {
	c := e.newClient(f.readString())
	c.record, c.saved = record, true
	c.version = mqtt.Version(f.readNum())
	c.expiry = time.Duration(f.readInt())
	c.gone = e.now
	var hasWill bool
	if f.readFlags(&hasWill); hasWill {
		c.delay = time.Duration(f.readInt())
		lifetime := time.Duration(f.readInt())
		c.will = &Message{origin: c}
		c.will.read(f, e.now)
		c.will.lifetime = lifetime
		c.willAt = e.now + max(restartGrace, c.delay)
		c.expiry = max(c.expiry, restartGrace)
	}
	return c
}

// keptRecord is the session's number on disk, 0 if it is not kept there.
func (c *Client) keptRecord() uint64 {
	if c.kept() {
		return c.record
	}
	return 0
}

func (c *Client) saveSub(s *subscription) {
	if c.kept() {
		c.e.rec.put(recordSub, c.record, s.record, s.write)
	}
}

func (c *Client) saveReceived(id uint16) {
	if c.kept() {
		c.e.rec.put(recordInbound, c.record, uint64(id)+1, func(*fields) {})
	}
}

// forgetRecords removes everything of the session from the disk.
func (c *Client) forgetRecords() {
	if !c.saved {
		return
	}
	r := &c.e.rec
	for _, s := range c.subs {
		r.drop(recordSub, c.record, s.record)
	}
	for i := range c.flights {
		r.release(c.record, &c.flights[i].entry)
	}
	for i := range c.queue.len() {
		r.release(c.record, c.queue.at(i))
	}
	for id := range c.received {
		r.drop(recordInbound, c.record, uint64(id)+1)
	}
	r.drop(recordClient, c.record, 0)
}
