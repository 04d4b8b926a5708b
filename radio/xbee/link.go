package xbee

import (
	"context"
	"errors"
	"fmt"
	"net"
	"sync"
	"time"

	"mqttsn-gateway/radio"
)

var (
	// ErrDown says that the modem is away or not ready. Why, the LinkDown event has told, and Status tells.
	ErrDown = errors.New("xbee: the modem is not ready")

	errForeign  = errors.New("xbee: not a node of this kind of network")
	errOtherPAN = errors.New("xbee: a node of another PAN")
)

// minPayload is the least that MTU tells: what every module carries, and what we stop at when a modem finds datagrams
// too large again and again.
const minPayload = 32

// unknownPayload is the MTU before the modem has told: the most of all families (DigiMesh at 868 and 900 MHz), lest a
// message be given up that only has to wait until the modem is there.
const unknownPayload = 256

// A Link is a radio.Link over an XBee modem. Beside that it tells how the modem and the nodes are.
type Link struct {
	radio.Counters

	cfg    Config
	inbox  inbox
	outbox outbox
	nodes  nodes

	stop context.CancelFunc
	done <-chan struct{} // closed by stop
	gone sync.WaitGroup

	mu      sync.Mutex
	up      chan struct{} // closed while the link is up
	isUp    bool
	problem error // why it is not
	modem   Modem
	mtu     int
	serial  SerialCounters
	status  string // the latest modem status
}

var _ radio.Link = (*Link)(nil)

// Open starts a link. It fails only for mistakes in c: a modem that is not there yet is waited for.
func Open(c Config) (*Link, error) {
	c, err := c.withDefaults()
	if err != nil {
		return nil, err
	}
	ctx, stop := context.WithCancel(context.Background())
	l := &Link{cfg: c, stop: stop, done: ctx.Done(), up: make(chan struct{}), mtu: unknownPayload}
	if c.MaxPayload > 0 {
		l.mtu = min(l.mtu, c.MaxPayload)
	}
	l.inbox.init()
	l.outbox.init(c.Queue)
	l.nodes.init()
	l.gone.Go(func() { l.run(ctx) })
	return l, nil
}

// Close implements radio.Link. It returns when the port is closed.
func (l *Link) Close() error {
	l.stop()
	l.gone.Wait()
	return nil
}

// WaitUp waits until the link is up. If ctx is done before, the error says what the link waits for.
func (l *Link) WaitUp(ctx context.Context) error {
	l.mu.Lock()
	up := l.up
	l.mu.Unlock()
	select {
	case <-up:
		return nil
	case <-l.done:
		return net.ErrClosed
	case <-ctx.Done():
		if s := l.Status(); s.Problem != nil {
			return fmt.Errorf("xbee: %w", s.Problem)
		}
		return ctx.Err()
	}
}

// MTU implements radio.Link: what the modem allows, or the configured limit if that is less. It changes when another
// modem is plugged in.
func (l *Link) MTU() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.mtu
}

// ReadBatch implements radio.Link.
func (l *Link) ReadBatch(ps []radio.Packet) (int, error) {
	for {
		select {
		case <-l.done:
			return 0, net.ErrClosed
		default:
		}
		n, dropped := l.inbox.take(ps)
		for range dropped {
			l.CountOversize()
		}
		for i := range n {
			l.CountReceived(len(ps[i].Data))
		}
		if n > 0 {
			return n, nil
		}
		select {
		case <-l.inbox.arrived:
		case <-l.done:
			return 0, net.ErrClosed
		}
	}
}

// WriteBatch implements radio.Link. A datagram that was taken waits at most 10 s for its turn; if it is not delivered, a
// SendFailed event tells.
func (l *Link) WriteBatch(ps []radio.Packet) (int, error) {
	now := time.Now()
	var first error
	for i := range ps {
		err := l.writable(len(ps[i].Data), ps[i].Peer)
		if errors.Is(err, net.ErrClosed) {
			return i, err
		}
		if err == nil {
			err = l.outbox.add(ps[i].Peer, ps[i].Data, now)
		}
		if err != nil {
			l.CountSendError()
			if first == nil {
				first = err
			}
		}
	}
	return len(ps), first
}

// writable tells whether a datagram of n octets to p could be sent.
func (l *Link) writable(n int, p radio.Peer) error {
	select {
	case <-l.done:
		return net.ErrClosed
	default:
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	pan, _ := addr16(p)
	switch {
	case n > l.mtu:
		return radio.ErrTooLong
	case !l.isUp:
		return ErrDown
	case p[0] == kindNode64:
		return nil
	case p[0] != kindNode16:
		return errForeign
	case pan != l.modem.PAN16:
		return errOtherPAN
	}
	return nil
}

// Broadcast implements radio.Link. Broadcasts are sent one a second; one that is already waiting is not sent twice. A
// 802.15.4 network has no hops for radius to limit.
func (l *Link) Broadcast(b []byte, radius uint8) error {
	err := l.broadcast(b, radius)
	if err != nil && !errors.Is(err, net.ErrClosed) {
		l.CountSendError()
	}
	return err
}

func (l *Link) broadcast(b []byte, radius uint8) error {
	select {
	case <-l.done:
		return net.ErrClosed
	default:
	}
	l.mu.Lock()
	limit, up := l.mtu, l.isUp
	if up {
		limit = min(limit, l.modem.broadcastPayload())
	}
	l.mu.Unlock()
	switch {
	case len(b) > limit:
		return radio.ErrTooLong
	case !up:
		return ErrDown
	}
	return l.outbox.addBroadcast(b, radius, time.Now())
}
