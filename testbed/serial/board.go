package serial

import (
	"errors"
	"net"
	"os"
	"sync"
	"time"

	"mqttsn-gateway/radio"
)

// A Board is a device at the far end of a line. Its methods are those of a datagram socket connected to the gateway. A
// line has one board at a time: close the old one before a new one is made.
type Board struct {
	line   *Line
	closed chan struct{}
	once   sync.Once
	read   sync.Mutex // held by Read
}

// NewBoard wires a board to the line.
func (l *Line) NewBoard() *Board {
	if conn, _, err := l.end(); err == nil && conn != nil {
		conn.SetReadDeadline(time.Time{}) // which its predecessor has left behind
	}
	return &Board{line: l, closed: make(chan struct{})}
}

// Read waits for a datagram, also while the line is unplugged.
func (b *Board) Read(p []byte) (int, error) {
	b.read.Lock()
	defer b.read.Unlock()
	for {
		conn, changed, err := b.line.end()
		if err != nil {
			return 0, err
		}
		if conn != nil && !b.isClosed() {
			n, err := conn.Read(p)
			if err == nil || errors.Is(err, radio.ErrTooLong) {
				return n, err
			}
		}
		select {
		case <-changed:
		case <-b.closed:
			return 0, net.ErrClosed
		}
	}
}

// writeTimeout is how long the line may refuse octets, which a real one never does, before they are lost.
const writeTimeout = time.Second

// Write sends a datagram. It is lost if nobody hears.
func (b *Board) Write(p []byte) (int, error) {
	conn, _, err := b.line.end()
	switch {
	case err != nil:
		return 0, err
	case b.isClosed():
		return 0, net.ErrClosed
	case conn == nil:
		return len(p), nil
	}
	conn.SetWriteDeadline(time.Now().Add(writeTimeout))
	if _, err := conn.Write(p); err != nil && !errors.Is(err, os.ErrClosed) && !errors.Is(err, os.ErrDeadlineExceeded) {
		return 0, err
	}
	return len(p), nil
}

// Close switches the board off, and ends a Read. The line stays.
func (b *Board) Close() error {
	b.once.Do(func() {
		close(b.closed)
		if conn, _, err := b.line.end(); err == nil && conn != nil {
			conn.SetReadDeadline(time.Now())
		}
		b.read.Lock() // wait for Read: it must not take what is for the next board
		defer b.read.Unlock()
	})
	return nil
}

func (b *Board) isClosed() bool {
	select {
	case <-b.closed:
		return true
	default:
		return false
	}
}
