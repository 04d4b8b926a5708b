package serial

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"sync"
	"time"

	"mqttsn-gateway/radio"
	"mqttsn-gateway/radio/port"
)

// writeTimeout ends a line that takes no octets: the other side holds us up by flow control, or is gone.
const writeTimeout = 5 * time.Second

var errStuck = fmt.Errorf("serial: the line took nothing for %v", writeTimeout)

// ErrDown says that the port is not there now. The datagram was not sent.
var ErrDown = errors.New("serial: the port is down")

// ErrBusy says that as many datagrams wait for the line as may. The datagram was not sent.
var ErrBusy = errors.New("serial: too much waits for the line")

// A Link is the gateway's end of a line. While the port is gone, it is open and has nothing to read.
type Link struct {
	radio.Counters

	config Config
	inbox  *radio.Inbox
	stop   context.CancelFunc
	done   sync.WaitGroup

	mu  sync.Mutex
	out chan []byte // nil while the port is down
}

var _ radio.Link = (*Link)(nil)

// Listen starts to keep a line open. It does not wait for the port to be there: OnEvent tells.
func Listen(c Config) (*Link, error) {
	c, err := c.complete()
	if err != nil {
		return nil, err
	}
	ctx, stop := context.WithCancel(context.Background())
	l := &Link{config: c, stop: stop}
	l.inbox = radio.NewInbox(c.Queue, &l.Counters)
	l.done.Go(func() { port.Keep(ctx, c.Open, l.use, c.OnEvent) })
	return l, nil
}

// use moves datagrams until the line fails or ctx is done.
func (l *Link) use(ctx context.Context, line io.ReadWriteCloser, up func()) error {
	conn := NewConn(line, l.config.Framing, l.config.MTU)
	conn.dropped = l.countDropped
	out := make(chan []byte, l.config.Queue)
	failed := make(chan error, 1)
	var reader sync.WaitGroup
	reader.Go(func() { failed <- l.readLine(conn) })
	defer reader.Wait()
	defer conn.Close()
	defer context.AfterFunc(ctx, func() { conn.Close() })() // ends what waits for the line, and so the loop below

	l.setOut(out)
	defer l.drop(out)
	up()
	for {
		select {
		case b := <-out:
			if err := l.writeLine(conn, b); err != nil {
				return err
			}
		case err := <-failed:
			return err
		}
	}
}

// readLine hands datagrams to the link's reader.
func (l *Link) readLine(c *Conn) error {
	b := make([]byte, l.config.MTU)
	for {
		n, err := c.Read(b)
		if err != nil {
			return err
		}
		l.inbox.Put(radio.Packet{Peer: thePeer, Data: bytes.Clone(b[:n])})
	}
}

func (l *Link) countDropped(err error) {
	if errors.Is(err, radio.ErrTooLong) {
		l.CountOversize()
	} else {
		l.CountInvalid()
	}
}

func (l *Link) writeLine(c *Conn, b []byte) error {
	stuck := time.AfterFunc(writeTimeout, func() { c.Close() })
	_, err := c.Write(b)
	if !stuck.Stop() {
		err = errStuck
	}
	if err != nil {
		l.CountSendError()
		return err
	}
	l.CountSent(len(b))
	return nil
}

func (l *Link) setOut(out chan []byte) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.out = out
}

// drop gives up what waits for a line that is gone. When it comes back, nobody waits for it any more.
func (l *Link) drop(out chan []byte) {
	l.setOut(nil)
	for len(out) > 0 {
		<-out
		l.CountSendError()
	}
}

// ReadBatch implements radio.Link.
func (l *Link) ReadBatch(ps []radio.Packet) (int, error) { return l.inbox.ReadBatch(ps) }

// WriteBatch implements radio.Link. Datagrams wait for the line in a queue; one that is lost there, because the port was
// pulled, is counted.
func (l *Link) WriteBatch(ps []radio.Packet) (n int, err error) {
	for i := range ps {
		e := l.write(ps[i].Peer, ps[i].Data)
		if errors.Is(e, net.ErrClosed) {
			return i, e
		}
		if err == nil {
			err = e
		}
	}
	return len(ps), err
}

func (l *Link) write(p radio.Peer, b []byte) error {
	err := l.enqueue(p, b)
	if err != nil && !errors.Is(err, net.ErrClosed) {
		l.CountSendError()
	}
	return err
}

func (l *Link) enqueue(p radio.Peer, b []byte) error {
	switch {
	case l.inbox.Closed():
		return net.ErrClosed
	case p != thePeer:
		return errNotPeer
	case len(b) > l.config.MTU:
		return radio.ErrTooLong
	case len(b) == 0:
		return errEmpty
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.out == nil {
		return ErrDown
	}
	select {
	case l.out <- bytes.Clone(b):
		return nil
	default:
		return ErrBusy
	}
}

// Broadcast sends to the peer: everyone in reach.
func (l *Link) Broadcast(b []byte, _ uint8) error { return l.write(thePeer, b) }

// MTU implements radio.Link.
func (l *Link) MTU() int { return l.config.MTU }

// Close implements radio.Link. It returns when the port is closed.
func (l *Link) Close() error {
	l.inbox.Shut()
	l.stop()
	l.done.Wait()
	return nil
}
