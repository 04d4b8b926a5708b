package mqtt

import "time"

// Flush gets everything that was sent written, and returns without waiting for it. The goroutine that writes exists only
// as long as there is something to write.
func (c *Conn) Flush() {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.out != nil && c.cause == nil {
		c.startWriter()
	}
}

func (c *Conn) startWriter() {
	if !c.writing {
		c.writing = true
		go c.write()
	}
}

// Buffered returns how many octets were sent and not yet taken over by the network.
func (c *Conn) Buffered() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.buffered()
}

func (c *Conn) buffered() int {
	n := c.inFlight
	if c.out != nil {
		n += len(c.out.b)
	}
	return n
}

// OnDrained has f called whenever the buffer has become empty after it held more than highWater octets. f is called by a
// goroutine of the connection's, one call at a time, and should be quick; not after the connection is closed. OnDrained
// itself must be called before the first Send.
func (c *Conn) OnDrained(highWater int, f func()) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.highWater, c.onDrained = highWater, f
}

// write is the goroutine that writes.
func (c *Conn) write() {
	c.mu.Lock()
	defer c.mu.Unlock()
	for c.cause == nil {
		switch {
		case c.out != nil:
			c.writeOut()
		case c.crowded:
			c.crowded = false
			if f := c.onDrained; f != nil {
				c.mu.Unlock()
				f()
				c.mu.Lock()
			}
		case c.closing:
			c.linger()
		default:
			c.writing = false
			return
		}
	}
}

// writeOut writes what is in the buffer. It is called with the lock held, and gives it up while it waits.
func (c *Conn) writeOut() {
	batch := c.out
	c.out = nil
	c.inFlight = len(batch.b)
	for rest := batch.b; len(rest) > 0 && c.cause == nil; {
		chunk := rest[:min(len(rest), largestWrite)]
		c.nc.SetWriteDeadline(c.limit(c.cfg.patience(len(chunk)))) // if it fails, so does Write
		c.mu.Unlock()
		_, err := c.nc.Write(chunk)
		c.mu.Lock()
		if err != nil {
			c.fail(err)
		}
		rest = rest[len(chunk):]
		c.inFlight = len(rest)
	}
	recycle(batch)
}

// largestWrite is the number of octets that share a deadline.
const largestWrite = 64 << 10

// limit returns the time after d, or when a closing connection must be closed.
func (c *Conn) limit(d time.Duration) time.Time {
	t := time.Now().Add(d)
	if c.closing && c.closeBy.Before(t) {
		return c.closeBy
	}
	return t
}
