package store

import "cmp"

// Three spare files are kept, so that there is a way out of a full disk which
// needs no more space than the store has already: a batch after which more
// octets are in use leaves two of them, any other leaves one, and that is for
// cleaning.
const (
	leaveGrowing = 2
	leaveOthers  = 1
)

// leave is how many spares a batch must leave. It is not worth the effort to
// look closely as long as there are enough.
func (l *log) leave(b *Batch) int {
	if b.puts == 0 || l.spareErr != nil && !l.grows(b.ops) {
		return leaveOthers
	}
	return leaveGrowing
}

// grows tells whether more octets are in use after ops than before.
func (l *log) grows(ops []byte) bool {
	after := make(map[string]int64)
	var growth int64
	for len(ops) > 0 {
		o, size, err := nextOp(ops)
		if err != nil {
			return true
		}
		before, again := after[string(o.key)]
		if !again {
			before = int64(l.records[string(o.key)].size)
		}
		var now int64
		if o.kind == opPut {
			now = int64(size)
		}
		after[string(o.key)] = now
		growth += now - before
		ops = ops[size:]
	}
	return growth > 0
}

// room is the size of the ops that the active segment can still take.
func (l *log) room() int64 {
	seg := l.active()
	return seg.capacity - seg.end - frameHead - tailSize
}

// capacityFor is the size of a segment that can take n octets of ops.
func (l *log) capacityFor(n int64) int64 {
	return max(l.size, headerSize+frameHead+n+tailSize)
}

// makeRoom gets the active segment ready for n octets of ops, such that so many
// spares are left.
func (l *log) makeRoom(n int64, leave int) error {
	ready := func() (bool, error) {
		if n > l.room() && l.mayRoll(n, leave) {
			if err := l.roll(n); err != nil {
				return false, err
			}
		}
		return n <= l.room() && len(l.spares) >= leave, nil
	}
	ok, err := ready()
	if !ok && err == nil {
		l.topUp()
		ok, err = ready()
	}
	if ok || err != nil && !isFull(err) {
		return err
	}
	full := cmp.Or(err, l.spareErr, ErrFull)
	if ok, err = l.squeeze(ready); ok {
		return nil
	}
	return cmp.Or(err, full)
}

// mayRoll tells whether the next segment may be begun for n octets.
func (l *log) mayRoll(n int64, leave int) bool {
	return l.prepared != nil || l.capacityFor(n) > l.size || len(l.spares) > leave
}
