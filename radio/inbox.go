package radio

import (
	"net"
	"sync"
)

// An Inbox is the receiving half of a link that has goroutines of its own: it holds what they have received until the
// link's reader takes it. What comes when it is full is lost and counted, as on the air.
type Inbox struct {
	counters *Counters
	packets  chan Packet
	closed   chan struct{}
	once     sync.Once
}

// NewInbox makes an inbox for so many datagrams, which counts in a link's counters.
func NewInbox(size int, c *Counters) *Inbox {
	return &Inbox{counters: c, packets: make(chan Packet, size), closed: make(chan struct{})}
}

// Put hands over a datagram, whose Data belongs to the inbox from then on. It does not wait.
func (i *Inbox) Put(p Packet) {
	select {
	case i.packets <- p:
	default:
		i.counters.CountOverflow()
	}
}

// ReadBatch is that of Link.
func (i *Inbox) ReadBatch(ps []Packet) (n int, err error) {
	for n == 0 {
		if i.Closed() {
			return 0, net.ErrClosed
		}
		select {
		case in := <-i.packets:
			n += i.take(&ps[0], in)
		case <-i.closed:
			return 0, net.ErrClosed
		}
	}
	for n < len(ps) {
		select {
		case in := <-i.packets:
			n += i.take(&ps[n], in)
		default:
			return n, nil
		}
	}
	return n, nil
}

// take copies in to the reader's packet and returns 1, or 0 if it does not fit.
func (i *Inbox) take(p *Packet, in Packet) int {
	if len(in.Data) > len(p.Data) {
		i.counters.CountOversize()
		return 0
	}
	p.Peer, p.Data, p.RSSI = in.Peer, p.Data[:copy(p.Data, in.Data)], in.RSSI
	i.counters.CountReceived(len(in.Data))
	return 1
}

// Shut ends reading. It may be called more than once.
func (i *Inbox) Shut() { i.once.Do(func() { close(i.closed) }) }

// Closed reports whether the inbox was shut; Done is closed when it is.
func (i *Inbox) Closed() bool {
	select {
	case <-i.closed:
		return true
	default:
		return false
	}
}

// Done is closed when the inbox is shut.
func (i *Inbox) Done() <-chan struct{} { return i.closed }
