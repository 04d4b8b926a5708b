package store

import "math"

// movable is the room that cleaning needs to free the oldest segment.
func (l *log) movable() int64 {
	if len(l.segs) == 1 {
		return 0
	}
	return l.segs[0].live + maxOpHead
}

// garbage is what cleaning all segments would free.
func (l *log) garbage() int64 {
	var n int64
	for _, seg := range l.segs[:len(l.segs)-1] {
		n += seg.capacity - headerSize - frameHead - sealSize - seg.live
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
// It stops short of it if the disk has no room left.
func (l *log) cleanOldest() (done bool, err error) {
	if !l.openOldest() {
		return false, l.cleaner.err
	}
	for seg := l.segs[0]; l.segs[0] == seg; {
		next := l.nextMove()
		if next <= l.room() {
			if _, err := l.appendMoving(math.MaxInt64, nil); err != nil {
				return false, err
			}
			continue
		}
		if !l.mayRoll(next, false) {
			return false, nil
		}
		if err := l.roll(next); err != nil {
			return false, err
		}
	}
	return true, nil
}
