package serial

import (
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

// Config says how a link uses a line.
type Config struct {
	// Open opens the line, each time that it was lost: port.Config{...}.Opener().
	Open port.Opener

	Framing Framing

	// MTU is the largest datagram either way, in octets; 0 means DefaultMTU.
	MTU int

	// Queue is how many datagrams may wait for the line, and as many for the reader; 0 means DefaultQueue. A slow line
	// with a long queue sends what nobody waits for any more.
	Queue int

	// OnEvent is told LinkUp and LinkDown, once each. It must not block. May be nil.
	OnEvent func(radio.Event)
}

// DefaultQueue is the length of a link's queues, in datagrams.
const DefaultQueue = 32

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
	in     chan []byte
	closed chan struct{}
	stop   context.CancelFunc
	done   sync.WaitGroup

	mu  sync.Mutex
	out chan []byte // nil while the port is down
}

var _ radio.Link = (*Link)(nil)

// Listen starts to keep a line open. It does not wait for the port to be there: OnEvent tells.
func Listen(c Config) (*Link, error) {
	if c.Open == nil {
		return nil, errors.New("serial: no function to open the port")
	}
	if int(c.Framing) >= len(framings) {
		return nil, fmt.Errorf("serial: no %v", c.Framing)
	}
	if c.MTU < 0 || c.MTU > radio.MaxUDP || c.Queue < 0 {
		return nil, fmt.Errorf("serial: MTU %d or queue %d out of range", c.MTU, c.Queue)
	}
	if c.MTU == 0 {
		c.MTU = DefaultMTU
	}
	if c.Queue == 0 {
		c.Queue = DefaultQueue
	}
	if c.OnEvent == nil {
		c.OnEvent = func(radio.Event) {}
	}
	ctx, stop := context.WithCancel(context.Background())
	l := &Link{config: c, in: make(chan []byte, c.Queue), closed: make(chan struct{}), stop: stop}
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

// readLine hands datagrams to the reader. One that finds the queue full is lost: the line does not wait.
func (l *Link) readLine(c *Conn) error {
	b := make([]byte, l.config.MTU)
	for {
		n, err := c.Read(b)
		if err != nil {
			return err
		}
		select {
		case l.in <- append([]byte(nil), b[:n]...):
		default:
			l.CountOverflow()
		}
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
func (l *Link) ReadBatch(ps []radio.Packet) (n int, err error) {
	for n == 0 {
		select {
		case <-l.closed:
			return 0, net.ErrClosed
		default:
		}
		select {
		case b := <-l.in:
			n += l.received(&ps[0], b)
		case <-l.closed:
			return 0, net.ErrClosed
		}
	}
	for n < len(ps) {
		select {
		case b := <-l.in:
			n += l.received(&ps[n], b)
		default:
			return n, nil
		}
	}
	return n, nil
}

// received copies b to the reader's packet and returns 1, or 0 if it does not fit.
func (l *Link) received(p *radio.Packet, b []byte) int {
	if len(b) > len(p.Data) {
		l.CountOversize()
		return 0
	}
	p.Peer, p.Data, p.RSSI = thePeer, p.Data[:copy(p.Data, b)], 0
	l.CountReceived(len(b))
	return 1
}

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
	case l.isClosed():
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
	case l.out <- append([]byte(nil), b...):
		return nil
	default:
		return ErrBusy
	}
}

func (l *Link) isClosed() bool {
	select {
	case <-l.closed:
		return true
	default:
		return false
	}
}

// Broadcast sends to the peer: everyone in reach.
func (l *Link) Broadcast(b []byte, _ uint8) error { return l.write(thePeer, b) }

// MTU implements radio.Link.
func (l *Link) MTU() int { return l.config.MTU }

// Close implements radio.Link. It returns when the port is closed.
func (l *Link) Close() error {
	l.mu.Lock()
	if !l.isClosed() {
		close(l.closed)
	}
	l.mu.Unlock()
	l.stop()
	l.done.Wait()
	return nil
}
