package protection

import "math"

// A Window remembers the counters of packets that one sender has sent, so that each is accepted once, also if they come
// in another order than they were sent. Its zero value has seen nothing. The fields are there to be stored.
type Window struct {
	Top  uint32 // the highest counter so far
	Seen uint64 // bit i: the counter Top-i has been seen
}

// windowLen is how far behind the highest a counter may be.
const windowLen = 64

// Fresh tells whether a packet with this counter may be accepted: it has not been seen, and is not too old to tell.
func (w *Window) Fresh(counter uint32) bool {
	if counter > w.Top {
		return true
	}
	age := w.Top - counter
	return age < windowLen && w.Seen&(1<<age) == 0
}

// Mark notes that a packet with this counter has been accepted, which must have been fresh and of a right tag.
func (w *Window) Mark(counter uint32) {
	if counter > w.Top {
		w.Seen <<= min(counter-w.Top, windowLen)
		w.Top = counter
	}
	w.Seen |= 1 << (w.Top - counter)
}

// Skip refuses the next n counters too, and all before them. Who stores a window less often than it changes, skips after
// a crash as many as may have been accepted since.
func (w *Window) Skip(n uint32) {
	w.Top += min(n, math.MaxUint32-w.Top)
	w.Seen = math.MaxUint64
}

// Covers tells whether this window accepts nothing that other has seen: what is on disk may stay as it is.
func (w *Window) Covers(other *Window) bool {
	if other.Seen == 0 {
		return true
	}
	if other.Top > w.Top {
		return false
	}
	behind := w.Top - other.Top
	return behind >= windowLen || other.Seen<<behind&^w.Seen == 0
}
