package trace

import (
	"slices"
	"sync"

	"mqttsn-gateway/gateway/engine"
)

// A Tap is somebody who watches. One goroutine offers packets, and another takes them.
type Tap struct {
	client string
	link   *engine.LinkID

	mu      sync.Mutex
	packets []Packet
	octets  int
	lost    uint64 // since the last packet
	closed  bool
	ready   chan struct{}
}

// A Tap keeps no more than this until it is read. What comes then is counted, not kept.
const (
	maxPackets = 4096
	maxOctets  = 1 << 20
)

// NewTap makes a tap for the packets of one client, unless client is empty, and on one link, unless link is nil.
func NewTap(client string, link *engine.LinkID) *Tap {
	return &Tap{client: client, link: link, ready: make(chan struct{}, 1)}
}

// Client is whose packets the tap is for, empty if everyone's.
func (t *Tap) Client() string { return t.client }

// Wants reports whether the tap is for such packets.
func (t *Tap) Wants(p *Packet) bool {
	return (t.client == "" || t.client == p.Client) && (t.link == nil || *t.link == p.Addr.Link)
}

// Offer hands over a packet, which nobody may change after that. It never waits.
func (t *Tap) Offer(p Packet) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.closed {
		return
	}
	if len(t.packets) == maxPackets || t.octets+len(p.Data) > maxOctets {
		t.lost++
		return
	}
	p.Lost, t.lost = t.lost, 0
	t.packets = append(t.packets, p)
	t.octets += len(p.Data)
	select {
	case t.ready <- struct{}{}:
	default:
	}
}

// Ready tells when there are packets to take.
func (t *Tap) Ready() <-chan struct{} { return t.ready }

// Take returns what was offered since the last call.
func (t *Tap) Take() []Packet {
	t.mu.Lock()
	defer t.mu.Unlock()
	ps := t.packets
	t.packets, t.octets = nil, 0
	return ps
}

// Close ends the watch. What was offered is forgotten.
func (t *Tap) Close() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.closed, t.packets, t.octets = true, nil, 0
}

// Closed reports whether Close was called.
func (t *Tap) Closed() bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.closed
}

// Taps are all who watch, and what was learned meanwhile of the senders. The zero value is nobody.
type Taps struct {
	list    []*Tap
	witness witness
}

// Add lets one more watch.
func (ts *Taps) Add(t *Tap) { ts.list = append(ts.list, t) }

// Know says whose an address is now. When its session ends that is what its last packets are shown as.
func (ts *Taps) Know(a engine.Addr, client string) {
	s := ts.witness.seen[a]
	s.client = client
	ts.witness.remember(a, s)
}

// Prune forgets those who do not watch any more, and returns how many are left.
func (ts *Taps) Prune() int {
	ts.list = slices.DeleteFunc(ts.list, (*Tap).Closed)
	return len(ts.list)
}

// Show shows a packet to who wants it. Its data is copied, once and only then. It reports whether anyone watches at all.
func (ts *Taps) Show(p Packet) bool {
	ts.witness.see(&p)
	copied, gone := false, false
	for _, t := range ts.list {
		switch {
		case t.Closed():
			gone = true
			continue
		case !t.Wants(&p):
			continue
		case !copied:
			p.Data, copied = slices.Clone(p.Data), true
		}
		t.Offer(p)
	}
	return !gone || ts.Prune() > 0
}
