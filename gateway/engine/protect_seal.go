package engine

import (
	v2 "mqttsn-gateway/mqttsn/v2"
)

// seal appends to b the envelope, for a device, of what encode appends; of nothing, nothing. It reports false if it cannot:
// the key is gone, the packet too long, or the counter has no value left that a restart would not give again.
func (p *protector) seal(b []byte, to v2.SenderID, encode func(b []byte) []byte) (sealed []byte, ok bool) {
	p.plain = encode(p.plain[:0])
	if len(p.plain) == 0 {
		return b, true
	}
	g := p.guards[to]
	if g == nil {
		p.e.stats.Unsealed++
		return b, false
	}
	sealed, err := g.sender.Seal(b, p.plain)
	p.reserve(g.counter)
	if err != nil {
		p.e.stats.Unsealed++
		return b, false
	}
	return sealed, true
}

// reserve asks for more values of a counter while there are enough still for what is sent until they are on disk.
func (p *protector) reserve(c *counter) {
	limit := c.Reserve(counterBlock)
	if c.reserving || c.Left() >= counterBlock/2 || limit == c.limit {
		return // the last: no more values are left than those
	}
	c.reserving, c.limit = true, limit
	p.saveCounter(c)
	p.e.rec.whenSafe(func() {
		c.reserving = false
		c.Stored(c.limit)
	})
}

// overhead is how many octets longer a packet is for being protected.
func (p *protector) overhead(to v2.SenderID) int {
	if g := p.guards[to]; g != nil {
		return g.sender.Overhead()
	}
	return 0
}
