package serial

import (
	"context"
	"errors"
	"io"
	"net"
	"time"

	"mqttsn-gateway/radio"
	"mqttsn-gateway/radio/port"
)

// A Conn is one end of a line as a datagram connection: a Read is a datagram, and so is a Write. One goroutine may read
// while another writes.
type Conn struct {
	line    io.ReadWriteCloser
	framing Framing
	mtu     int

	decoder *Decoder
	chunk   []byte
	ready   [][]byte // datagrams decoded and not yet read
	dropped func(error)

	frame []byte // of the datagram being written
}

var _ net.Conn = (*Conn)(nil)

// DefaultMTU is the largest datagram on a line whose configuration says nothing, in octets.
const DefaultMTU = 1024

// NewConn makes a connection of an open line, which Close closes. Datagrams are at most mtu octets long, 0 means
// DefaultMTU.
func NewConn(line io.ReadWriteCloser, f Framing, mtu int) *Conn {
	if mtu == 0 {
		mtu = DefaultMTU
	}
	return &Conn{
		line: line, framing: f, mtu: mtu,
		decoder: f.NewDecoder(mtu),
		chunk:   make([]byte, 1024),
		dropped: func(error) {},
	}
}

// Dial opens a device's end of a line.
func Dial(ctx context.Context, c port.Config, f Framing, mtu int) (*Conn, error) {
	p, err := port.Open(ctx, c)
	if err != nil {
		return nil, err
	}
	return NewConn(p, f, mtu), nil
}

// Read waits for the next whole datagram. Damaged ones are passed over. If b is too short, the datagram is lost and the
// error is radio.ErrTooLong; the next one can be read.
func (c *Conn) Read(b []byte) (int, error) {
	for len(c.ready) == 0 {
		n, err := c.line.Read(c.chunk)
		c.decoder.Feed(c.chunk[:n], func(datagram []byte, err error) {
			if err != nil {
				c.dropped(err)
				return
			}
			c.ready = append(c.ready, append([]byte(nil), datagram...))
		})
		if err != nil && len(c.ready) == 0 {
			return 0, err
		}
	}
	next := c.ready[0]
	c.ready = c.ready[1:]
	if len(next) > len(b) {
		return 0, radio.ErrTooLong
	}
	return copy(b, next), nil
}

var errEmpty = errors.New("serial: an empty datagram cannot be framed")

// Write sends one datagram.
func (c *Conn) Write(b []byte) (int, error) {
	if len(b) > c.mtu {
		return 0, radio.ErrTooLong
	}
	if len(b) == 0 {
		return 0, errEmpty
	}
	c.frame = c.framing.Append(c.frame[:0], b)
	if _, err := c.line.Write(c.frame); err != nil {
		return 0, err
	}
	return len(b), nil
}

// Close closes the line, and ends a Read and a Write.
func (c *Conn) Close() error { return c.line.Close() }

// LocalAddr and RemoteAddr name the line, which is all that there is of an address.
func (c *Conn) LocalAddr() net.Addr  { return lineAddr{} }
func (c *Conn) RemoteAddr() net.Addr { return lineAddr{} }

type lineAddr struct{}

func (lineAddr) Network() string { return "serial" }
func (lineAddr) String() string  { return linePeer }

// deadliner is a line that can stop waiting: a port.Port or a net.Conn.
type deadliner interface {
	SetReadDeadline(time.Time) error
	SetWriteDeadline(time.Time) error
}

// SetDeadline, SetReadDeadline and SetWriteDeadline are as in net.Conn, if the line has them. A datagram of which a part
// has come when the deadline passes is not lost.
func (c *Conn) SetDeadline(t time.Time) error {
	return errors.Join(c.SetReadDeadline(t), c.SetWriteDeadline(t))
}

// SetReadDeadline implements net.Conn.
func (c *Conn) SetReadDeadline(t time.Time) error {
	if d, ok := c.line.(deadliner); ok {
		return d.SetReadDeadline(t)
	}
	return errors.ErrUnsupported
}

// SetWriteDeadline implements net.Conn.
func (c *Conn) SetWriteDeadline(t time.Time) error {
	if d, ok := c.line.(deadliner); ok {
		return d.SetWriteDeadline(t)
	}
	return errors.ErrUnsupported
}
