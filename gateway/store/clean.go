package store

// A cleaner moves what is in use out of the oldest segment.
type cleaner struct {
	seg    *segment // the one whose puts are listed
	buf    []byte   // its content
	puts   []span
	pos    int   // of the first put that may have to be moved
	credit int64 // octets that may be moved
	err    error // why cleaning has stopped; it is tried again in the next segment
}

// A span is where a put stands in the segment.
type span struct{ off, size uint32 }

const (
	// movesPerOctet bounds the octets that cleaning writes for each octet that
	// is committed.
	movesPerOctet = 2

	// slackSegments is what the log may have beyond twice the octets in use.
	slackSegments = 4
)

// due tells whether the log has grown too large.
func (l *log) due() bool {
	return len(l.segs) > 1 && l.cleaner.err == nil && l.capacity() > 2*l.live+slackSegments*l.size
}

// dueMove gives credit for a commit of n octets if cleaning is due, and
// returns the room that the next step of cleaning needs.
func (l *log) dueMove(n int64) int64 {
	c := &l.cleaner
	if !l.due() || !l.openOldest() {
		c.credit = 0
		return 0
	}
	c.credit += movesPerOctet * n
	if next := l.nextMove(); next <= c.credit {
		return next
	}
	return 0
}

// nextMove passes over what is not in use in the oldest segment, or has been
// moved, and returns the size of the next record, or 0.
func (l *log) nextMove() int64 {
	c := &l.cleaner
	for ; c.pos < len(c.puts); c.pos++ {
		if s := c.puts[c.pos]; l.inUse(s) {
			return int64(s.size)
		}
	}
	return 0
}

// openOldest lists the puts of the oldest segment.
func (l *log) openOldest() bool {
	c := &l.cleaner
	seg := l.segs[0]
	if c.seg == seg {
		return true
	}
	*c = cleaner{seg: seg, credit: c.credit}
	_, c.buf, c.err = readSegment(l.fs, seg.number)
	if c.err == nil {
		c.err = eachPut(l.fs, seg, c.buf, nil, func(s span, _ op) bool {
			c.puts = append(c.puts, s)
			return true
		})
	}
	if c.err != nil {
		*c = cleaner{err: c.err}
	}
	return c.err == nil
}

// inUse tells whether the put in the oldest segment is the latest of its key.
func (l *log) inUse(s span) bool {
	o, _, _ := nextOp(l.cleaner.buf[s.off:])
	p := l.records[string(o.key)]
	return p.seg == l.cleaner.seg && p.off == s.off
}

// collect returns ops, of at most room octets, that put records of the oldest
// segment again, of at most credit octets. When nothing of use is left then, one
// more op forgets the segment; there is always room for it.
func (l *log) collect(room, credit int64) []byte {
	c := &l.cleaner
	if c.seg != l.segs[0] || len(l.segs) == 1 {
		return nil
	}
	var ops []byte
	for _, s := range c.puts[c.pos:] {
		if !l.inUse(s) {
			continue
		}
		if int64(len(ops))+int64(s.size) > min(room, credit) {
			return ops
		}
		ops = append(ops, c.buf[s.off:s.off+s.size]...)
	}
	return appendForget(ops, c.seg.number)
}

// appendMoving appends a frame with ops and with up to credit octets of moved
// records. It writes nothing if there is neither.
func (l *log) appendMoving(credit int64, ops []byte) (moved int64, err error) {
	moves := l.collect(l.room()-int64(len(ops)), credit)
	if len(moves)+len(ops) == 0 {
		return 0, nil
	}
	if err := l.append(moves, ops); err != nil {
		return 0, err
	}
	if len(l.forgotten) > 0 {
		l.cleaner = cleaner{credit: l.cleaner.credit}
		l.release()
	}
	return int64(len(moves)), nil
}
