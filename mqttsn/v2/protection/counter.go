package protection

import "math"

// A Counter makes the values of a Monotonic Counter, each of them once, even if the process dies in between: it gives
// only values below a limit that is on disk. It belongs to a sender identifier, and counts everything that is sent in its
// name, in whatever session and to whomever (3.17.7-1). The first value is 1. Values do not start again: after the last
// one the sender needs another key or identifier.
type Counter struct {
	next  uint64 // the value that comes next
	limit uint64 // the first value that must not be given yet
}

// counterEnd is the first value that four octets cannot hold.
const counterEnd = math.MaxUint32 + 1

// NewCounter goes on from the limit that was stored last, 0 if none was. Before it gives the first value, reserve some.
func NewCounter(stored uint64) *Counter {
	stored = min(max(stored, 1), counterEnd)
	return &Counter{next: stored, limit: stored}
}

// Reserve is the limit to store, so that n more values can be given than now, or all that are left. Say so with Stored
// when it is on disk.
func (c *Counter) Reserve(n uint32) (limit uint64) { return min(c.limit+uint64(n), counterEnd) }

// Stored says that this limit is on disk. A lower one than before changes nothing.
func (c *Counter) Stored(limit uint64) { c.limit = min(max(c.limit, limit), counterEnd) }

// Left is how many values can be given before more have to be reserved.
func (c *Counter) Left() uint32 { return uint32(min(c.limit-c.next, math.MaxUint32)) }

// Next is a new value. It returns false if none is left.
func (c *Counter) Next() (value uint32, ok bool) {
	if c.next >= c.limit {
		return 0, false
	}
	value = uint32(c.next)
	c.next++
	return value, true
}
