package store

import (
	"cmp"
	"slices"
)

// eachPut calls visit for the puts of a segment, whose content is b, until that
// says no. A frame that has gone bad is skipped if it can be noted.
func eachPut(fs FS, seg *segment, b []byte, problems *[]error, visit func(span, op) bool) error {
	b = b[:seg.end]
	for pos := headerSize; pos < len(b); {
		_, ops, ok := parseFrame(b[pos:], seg.salt)
		if !ok {
			err := note(problems, &DamageError{seg.path(fs), int64(pos), "a frame has changed since it was written"})
			skip := findFrame(b[pos:], seg.salt, seg.seq)
			if err != nil || skip < 0 {
				return err
			}
			pos += skip
			continue
		}
		pos += frameHead
		for len(ops) > 0 {
			o, size, err := nextOp(ops)
			if err != nil {
				return &DamageError{seg.path(fs), int64(pos), err.Error()}
			}
			if o.kind == opPut && !visit(span{uint32(pos), uint32(size)}, o) {
				return nil
			}
			ops, pos = ops[size:], pos+size
		}
	}
	return nil
}

// A part is what a snapshot holds of one segment: where its records stand.
type part struct {
	seg  segment
	offs []uint32
}

// snapshot lists the records of the moment. It stays valid as long as no
// segment is released.
func (s *state) snapshot() []*part {
	parts := make([]*part, len(s.segs))
	of := make(map[*segment]*part, len(s.segs))
	for i, seg := range s.segs {
		parts[i] = &part{seg: *seg}
		of[seg] = parts[i]
	}
	for _, p := range s.records {
		of[p.seg].offs = append(of[p.seg].offs, p.off)
	}
	return parts
}

// each reads the records of the part from disk. What cannot be read is an
// error, or is noted.
func (p *part) each(fs FS, problems *[]error, visit func(key, value []byte) error) error {
	if len(p.offs) == 0 {
		return nil
	}
	slices.Sort(p.offs)
	_, b, err := readSegment(fs, p.seg.number)
	if err != nil {
		return note(problems, err)
	}
	var visitErr error
	err = eachPut(fs, &p.seg, b, problems, func(s span, o op) bool {
		if _, wanted := slices.BinarySearch(p.offs, s.off); wanted {
			visitErr = visit(o.key, o.value)
		}
		return visitErr == nil
	})
	return cmp.Or(visitErr, err)
}

// Load implements [Store].
func (l *log) Load(visit func(key, value []byte) error) error {
	l.mu.Lock()
	if l.closed {
		l.mu.Unlock()
		return ErrClosed
	}
	l.snapshots++
	parts := l.snapshot()
	l.mu.Unlock()
	defer l.endSnapshot()
	for _, p := range parts {
		if err := p.each(l.fs, nil, visit); err != nil {
			return err
		}
		if l.isClosed() {
			return ErrClosed
		}
	}
	return nil
}

func (l *log) isClosed() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.closed
}

func (l *log) endSnapshot() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.snapshots--
	if l.snapshots == 0 {
		l.release()
		l.idle.Broadcast()
	}
}
