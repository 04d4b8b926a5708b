package gateway

import (
	"slices"

	"mqttsn-gateway/gateway/engine"
	"mqttsn-gateway/mqttsn"
	"mqttsn-gateway/radio"
)

// A crowd is devices that come all at once, after a power cut say, or because they were told to sleep for the same time:
// datagrams that begin something, with which those that are in the middle of something need not wait. It is filled only
// while batches come in full; otherwise every datagram is served as it comes.
type crowd struct {
	waiting []arrival
	head    int            // waiting[:head] were served
	senders map[sender]int // how many datagrams of each wait
}

// An arrival is a datagram that waits.
type arrival struct {
	link   engine.LinkID
	packet radio.Packet
}

type sender struct {
	link engine.LinkID
	peer radio.Peer
}

const (
	crowdRoom   = 1 << 14 // datagrams that may wait; those beyond are served as they come
	crowdLength = 256     // octets of such a datagram at most: what is longer does not wait
	crowdTurn   = 16      // datagrams that are served in a turn of the loop
)

func (c *crowd) len() int { return len(c.waiting) - c.head }

// takes has a datagram wait, and reports whether it does: one that begins something, or that comes after one of the same
// peer's that waits. It keeps a copy.
func (c *crowd) takes(link engine.LinkID, p *radio.Packet) bool {
	who := sender{link, p.Peer}
	if !begins(p.Data) && c.senders[who] == 0 || len(p.Data) > crowdLength || c.len() == crowdRoom {
		return false
	}
	if c.senders == nil {
		c.senders = make(map[sender]int)
	}
	c.senders[who]++
	kept := *p
	kept.Data = slices.Clone(p.Data)
	c.waiting = append(c.waiting, arrival{link, kept})
	return true
}

// next returns the datagram that has waited longest; there must be one.
func (c *crowd) next() (engine.LinkID, radio.Packet) {
	a := c.waiting[c.head]
	c.waiting[c.head] = arrival{}
	who := sender{a.link, a.packet.Peer}
	if c.senders[who]--; c.senders[who] == 0 {
		delete(c.senders, who)
	}
	if c.head++; c.len() == 0 {
		*c = crowd{} // rare enough to give the memory back
	}
	return a.link, a.packet
}

// begins reports whether a datagram is the CONNECT of a device or the PINGREQ of one that wakes.
func begins(datagram []byte) bool {
	typ, body, err := mqttsn.Split(datagram)
	return err == nil && (typ == mqttsn.TypeConnect || typ == mqttsn.TypePingreq && len(body) > 0)
}
