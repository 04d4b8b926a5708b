package engine

import (
	"cmp"
	"math"
	"slices"
	"weak"
)

// A replay is how far a new subscription has come with the retained messages that it covers. They come as fast as the
// session takes them, so that however many there are they overflow no queue; in the order of their numbers on disk, so
// that a restart knows where to go on.
type replay struct {
	since uint64 // what was retained later came to the session as it was published
	after uint64 // the number of the last one
	begun bool
	rest  []weak.Pointer[Message] // one that was replaced or deleted meanwhile need not be kept for us
}

func (p *replay) write(f *fields) { f.num(p.after) }

func readReplay(f *fields) *replay { return &replay{since: math.MaxUint64, after: f.readNum()} }

// owes reports how s is to get the retained messages that it covers; nil if there are none.
func (r *retained) owes(s *subscription) (p *replay) {
	r.names.Match(s.filter, func(_ string, m *Message) bool {
		if m.expired(r.e.now) {
			return true
		}
		p = &replay{since: r.serial}
		return false
	})
	return p
}

// begin lists what there is for s.
func (r *retained) begin(s *subscription) {
	var all []*Message
	r.names.Match(s.filter, func(_ string, m *Message) bool {
		if m.serial <= s.owed.since && m.retained > s.owed.after {
			all = append(all, m)
		}
		return true
	})
	slices.SortFunc(all, func(a, b *Message) int { return cmp.Compare(a.retained, b.retained) })
	s.owed.begun, s.owed.rest = true, make([]weak.Pointer[Message], len(all))
	for i, m := range all {
		s.owed.rest[i] = weak.Make(m)
	}
}

// next takes the next message for s, or returns nil. One in the place of another came to s when it was published.
func (r *retained) next(s *subscription) *Message {
	if s.owed != nil && !s.owed.begun {
		r.begin(s)
	}
	for s.owed != nil && len(s.owed.rest) > 0 {
		m := s.owed.rest[0].Value()
		s.owed.rest = s.owed.rest[1:]
		if m != nil && m == r.current(m.Topic) && !m.expired(r.e.now) {
			s.owed.after = m.retained
			return m
		}
	}
	return nil
}

// replays are the subscriptions of a session that retained messages are still to come for, in turn.
type replays []*subscription

// next takes the next copy. How far its subscription has come is noted in the session's records, unless it has none: 0. That
// goes to the disk together with the copy.
func (l *replays) next(r *retained, session uint64) (copyTo, bool) {
	for len(*l) > 0 {
		s := (*l)[0]
		if m := r.next(s); m != nil {
			k := copyTo{msg: m, qos: min(m.QoS, s.qos), retain: true}
			if s.id != 0 {
				k.subIDs = []uint32{s.id}
			}
			if k.qos > 0 && session != 0 {
				r.e.rec.putLazily(recordSub, session, s.record, s.write)
			}
			return k, true
		}
		if s.owed != nil { // and it was not given up meanwhile
			s.owed = nil
			if session != 0 {
				r.e.rec.putLazily(recordSub, session, s.record, s.write)
			}
		}
		*l = (*l)[1:]
	}
	*l = nil
	return copyTo{}, false
}
