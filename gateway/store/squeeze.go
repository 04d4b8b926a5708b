package store

import "math"

// garbage is what cleaning all segments would free.
func (l *log) garbage() int64 {
	var n int64
	for _, seg := range l.segs[:len(l.segs)-1] {
		n += seg.capacity - headerSize - frameHead - tailSize - seg.live
	}
	return n
}

// squeeze cleans one segment after the other, out of turn, until ready says
// yes or all have been cleaned. It does so only if there is something to gain,
// so that commits which are tried again and again on a full disk do not wear it
// out.
func (l *log) squeeze(ready func() (bool, error)) (bool, error) {
	gain := l.size / 8
	if l.garbage() < max(gain, l.hopeless) {
		return false, nil
	}
	for range len(l.segs) - 1 {
		done, err := l.cleanOldest()
		if err != nil {
			return false, err
		}
		if !done {
			break
		}
		if ok, err := ready(); ok || err != nil && !isFull(err) {
			return ok, err
		}
	}
	l.hopeless = l.garbage() + gain
	return false, nil
}

// cleanOldest moves everything in use out of the oldest segment and frees it.
// It does not begin if the room for all of it is lacking.
func (l *log) cleanOldest() (done bool, err error) {
	seg := l.segs[0]
	spare := l.prepared != nil || len(l.spares) > 0
	if seg.live > l.room() && (!spare || l.capacityFor(seg.live) > l.size) {
		return false, nil
	}
	if !l.openOldest() {
		return false, l.cleaner.err
	}
	for l.segs[0] == seg {
		if next := l.nextMove(); next > l.room() {
			if err := l.roll(next); err != nil {
				return false, err
			}
		}
		if _, err := l.appendMoving(math.MaxInt64, nil); err != nil {
			return false, err
		}
	}
	return true, nil
}
