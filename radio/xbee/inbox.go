package xbee

import (
	"sync"

	"mqttsn-gateway/radio"
)

// inboxSize bounds the datagrams that wait for the reader. It is more than a modem can bring in a second.
const inboxSize = 1024

// An inbox holds the datagrams that have come in until somebody reads them. What comes when it is full is lost, as on
// the air.
type inbox struct {
	mu      sync.Mutex
	packets []radio.Packet // the slots of a ring; their Data is kept for reuse
	first   int
	count   int
	arrived chan struct{} // capacity 1: something may be there
}

func (b *inbox) init() {
	b.packets = make([]radio.Packet, inboxSize)
	b.arrived = make(chan struct{}, 1)
}

// put copies a datagram in. It reports false if there is no room.
func (b *inbox) put(p radio.Packet) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.count == len(b.packets) {
		return false
	}
	slot := &b.packets[(b.first+b.count)%len(b.packets)]
	slot.Peer, slot.RSSI, slot.Data = p.Peer, p.RSSI, append(slot.Data[:0], p.Data...)
	b.count++
	signal(b.arrived)
	return true
}

// take moves datagrams to ps and returns how many, and how many were dropped for being longer than the caller's Data.
// Whoever has taken less than there is gets told by arrived again.
func (b *inbox) take(ps []radio.Packet) (n, dropped int) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for n < len(ps) && b.count > 0 {
		slot := &b.packets[b.first]
		b.first = (b.first + 1) % len(b.packets)
		b.count--
		p := &ps[n]
		if len(slot.Data) > len(p.Data) {
			dropped++
			continue
		}
		p.Peer, p.RSSI, p.Data = slot.Peer, slot.RSSI, p.Data[:copy(p.Data, slot.Data)]
		n++
	}
	if b.count > 0 {
		signal(b.arrived)
	}
	return n, dropped
}

// signal makes a channel of capacity 1 ready, if it is not already.
func signal(c chan struct{}) {
	select {
	case c <- struct{}{}:
	default:
	}
}
