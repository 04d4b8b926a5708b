package store

import "fmt"

// A segment is one file of the log.
type segment struct {
	header
	end  int64 // of the last good frame
	live int64 // octets of records in use
}

func (s *segment) path(fs FS) string { return fs.Path(segmentName(s.number)) }

// A place is where a record's put stands: all that is kept of it in memory.
type place struct {
	seg       *segment
	off, size uint32
}

// state is what the frames of a log add up to.
type state struct {
	fs       FS
	id       [8]byte
	segs     []*segment // ascending; the last is the active one
	prepared *segment   // the next active one if its file exists already
	oldest   uint32     // segments below are forgotten
	next     uint64     // number of the next frame
	records  map[string]place
	live     int64 // octets of records in use

	forgotten []*segment // not yet released
	salvage   bool       // forget nothing: frames may be missing
}

func newState(fs FS) *state {
	return &state{fs: fs, next: 1, records: make(map[string]place)}
}

func (s *state) active() *segment { return s.segs[len(s.segs)-1] }

// capacity is the size of all segments, in octets.
func (s *state) capacity() int64 {
	var n int64
	for _, seg := range s.segs {
		n += seg.capacity
	}
	return n
}

// apply carries out the ops of a frame, which stand at off in seg, and tells
// whether they end with a seal.
func (s *state) apply(seg *segment, off int64, ops []byte) (sealed bool, err error) {
	for len(ops) > 0 {
		o, size, err := nextOp(ops)
		if err != nil {
			return false, &DamageError{seg.path(s.fs), off, err.Error()}
		}
		switch o.kind {
		case opPut:
			s.unuse(o.key)
			s.records[string(o.key)] = place{seg, uint32(off), uint32(size)}
			seg.live += int64(size)
			s.live += int64(size)
		case opDelete:
			s.unuse(o.key)
			delete(s.records, string(o.key))
		case opForget:
			if err := s.forget(o.number); err != nil {
				return false, &DamageError{seg.path(s.fs), off, err.Error()}
			}
		case opSeal:
			return true, nil
		}
		ops, off = ops[size:], off+int64(size)
	}
	return false, nil
}

// unuse counts the octets of a record as garbage.
func (s *state) unuse(key []byte) {
	if p, ok := s.records[string(key)]; ok {
		p.seg.live -= int64(p.size)
		s.live -= int64(p.size)
	}
}

// forget drops the oldest segment. One that is not there any more was dropped
// before the crash that left us with this log.
func (s *state) forget(number uint32) error {
	s.oldest = max(s.oldest, number+1)
	first := s.segs[0]
	if first.number > number || s.salvage {
		return nil
	}
	if first.number < number || first.live != 0 || len(s.segs) == 1 {
		return fmt.Errorf("a frame forgets segment %d, which is in use", number)
	}
	s.segs = s.segs[1:]
	s.forgotten = append(s.forgotten, first)
	return nil
}
