package mqtt

import (
	"io"
	"net"
	"time"
)

// Close closes the connection at once: what is still buffered is lost, and TLS and WebSocket get no goodbye of their own.
// It never waits, and may be called more than once. ReadPacket fails with net.ErrClosed.
func (c *Conn) Close() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.fail(net.ErrClosed)
}

// CloseAfterFlush has everything that was sent written, and closes the connection then, or after [Config].CloseTimeout. It
// does not wait. From now on Send fails, and ReadPacket returns no more packets.
func (c *Conn) CloseAfterFlush() {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.closed() == nil {
		c.closeAfterFlush()
	}
}

// CloseWith closes the connection as CloseAfterFlush does, and tells the peer why, in the words that the state of the
// connection and the peer's version allow: by CONNACK if the peer waits for it, by DISCONNECT, or not at all.
func (c *Conn) CloseWith(r Reason, text string) {
	if c.Send(c.goodbye(r, text)) != nil { // and so not closing yet, perhaps
		c.CloseAfterFlush()
	}
}

func (c *Conn) goodbye(r Reason, text string) Packet {
	c.mu.Lock()
	defer c.mu.Unlock()
	awaited := DISCONNECT
	if c.server && !c.answered {
		awaited = CONNACK
	}
	if !r.validIn(awaited, c.server) || awaited == CONNACK && !r.Failed() {
		r = UnspecifiedError
	}
	if awaited == CONNACK {
		return &Connack{Reason: r, ReasonString: text}
	}
	return &Disconnect{Reason: r, ReasonString: text}
}

// closed returns why nothing can be sent, nil if it can.
func (c *Conn) closed() error {
	if c.cause == nil && c.closing {
		return net.ErrClosed
	}
	return c.cause
}

func (c *Conn) isClosing() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.closing
}

func (c *Conn) closeAfterFlush() {
	c.closing = true
	c.closeBy = time.Now().Add(c.cfg.CloseTimeout)
	c.raw.SetDeadline(c.closeBy) // for what is waiting now; if it fails, so has that
	c.startWriter()
}

// fail closes the connection, unless it is closed, for that cause; or if it was closing anyway, for no other.
func (c *Conn) fail(cause error) {
	if c.cause != nil {
		return
	}
	if c.closing {
		cause = net.ErrClosed
	}
	c.cause, c.out = cause, nil
	c.raw.Close() // nothing that it could report matters any more
}

// linger ends our side of the stream, after the last packet, and waits until the peer has ended its own or its time is
// up. Closing at once would, if something from the peer lay unread, make TCP take back what the peer has not yet read. It
// is called with the lock held, and gives it up while it waits.
func (c *Conn) linger() {
	c.nc.SetWriteDeadline(c.closeBy)
	c.mu.Unlock()
	ended := endStream(c.nc)
	if c.raw != c.nc {
		ended = endStream(c.raw)
	}
	if ended {
		io.Copy(io.Discard, c.raw) // also ends at closeBy
	}
	c.mu.Lock()
	c.fail(net.ErrClosed)
}

// endStream tells the peer that nothing more will come, and reports whether that is possible without closing.
func endStream(nc net.Conn) bool {
	half, ok := nc.(interface{ CloseWrite() error })
	return ok && half.CloseWrite() == nil
}
