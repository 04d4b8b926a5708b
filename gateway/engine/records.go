package engine

import (
	"encoding/binary"
	"time"
)

// records are what the engine keeps on disk: one record for each session, topic id, subscription, queued message and so
// on, small enough that a change rewrites little. What belongs together is written in one call of the engine, so in one
// commit.
//
// Each batch has a number. What must not happen before a batch is on disk waits here for that number.
type records struct {
	out       *Out
	now       time.Duration
	durable   bool
	batch     uint64 // the one being filled
	committed uint64
	required  uint64 // the last one that holds more than removals of what is merely no longer needed
	lastID    uint64
	waiting   []waiter
	failing   bool // the disk takes nothing at present

	key, value []byte // scratch
}

// A waiter is done when its batch is on disk.
type waiter struct {
	batch uint64
	do    func()
}

// A recordKind is the first octet of a record's key. Two numbers of eight octets may follow: the session's and the
// record's own.
type recordKind byte

const (
	recordDevice   recordKind = 'd'
	recordClient   recordKind = 'c'
	recordTopic    recordKind = 't' // of a device: number is the topic id
	recordSub      recordKind = 's'
	recordMessage  recordKind = 'm'
	recordQueued   recordKind = 'q' // in order of their numbers
	recordInbound  recordKind = 'i' // QoS 2 packet ids that wait for PUBREL: number is the packet id
	recordRetained recordKind = 'r'
	recordUpstream recordKind = 'u' // QoS 2 packet ids of the broker's that the device has: number is the packet id
	recordWant     recordKind = 'w' // filters that the bridge has subscribed to: number is the subscription identifier
	recordApproval recordKind = 'a' // a device that an operator has let in
	recordWindow   recordKind = 'p' // of a protected sender, in the session's place: number is the fingerprint of its key
	recordCounter  recordKind = 'k' // of what is sent protected, under our sender identifier in the session's place
	recordSend     recordKind = 'o' // QoS 2 messages on their way to the broker: number is the token
)

// newID numbers sessions, messages and the like. Numbers are never used again.
func (r *records) newID() uint64 {
	r.lastID++
	return r.lastID
}

func (r *records) makeKey(kind recordKind, session, number uint64) []byte {
	r.key = append(r.key[:0], byte(kind))
	r.key = binary.BigEndian.AppendUint64(r.key, session)
	if number != 0 {
		r.key = binary.BigEndian.AppendUint64(r.key, number)
	}
	return r.key
}

// put writes a record; write appends its fields.
func (r *records) put(kind recordKind, session, number uint64, write func(f *fields)) {
	if r.durable {
		r.putLazily(kind, session, number, write)
		r.required = r.batch
	}
}

// putLazily writes a record that nobody was promised, whenever there is something else to write.
func (r *records) putLazily(kind recordKind, session, number uint64, write func(f *fields)) {
	if !r.durable {
		return
	}
	f := fields{b: r.value[:0]}
	write(&f)
	r.value = f.b
	r.begin()
	r.out.Records.Put(r.makeKey(kind, session, number), f.b)
}

// drop removes a record that is no longer needed, whenever there is something else to write.
func (r *records) drop(kind recordKind, session, number uint64) {
	r.remove(r.makeKey(kind, session, number))
}

// remove is drop by the record's key.
func (r *records) remove(key []byte) {
	if r.durable {
		r.begin()
		r.out.Records.Delete(key)
	}
}

// erase removes a record whose return after a crash would do harm.
func (r *records) erase(kind recordKind, session, number uint64) {
	r.drop(kind, session, number)
	if r.durable {
		r.required = r.batch
	}
}

func (r *records) begin() {
	if r.out.Records.Len() == 0 {
		r.batch++
		r.out.Batch = r.batch
	}
}

// gate is the batch that must be on disk before anything that rests on what was written so far; 0 if it is there.
func (r *records) gate() uint64 {
	if r.required > r.committed {
		return r.required
	}
	return 0
}

// passed reports whether a gate is open.
func (r *records) passed(gate uint64) bool { return gate <= r.committed }

// after does something when the batch is on disk, or at once if it is.
func (r *records) after(gate uint64, do func()) {
	if r.passed(gate) {
		do()
		return
	}
	r.waiting = append(r.waiting, waiter{gate, do})
	r.out.Urgent = true
}

// whenSafe does something when everything written so far is on disk, or at once if it is.
func (r *records) whenSafe(do func()) { r.after(r.gate(), do) }

// advance notes that batches up to n are on disk.
func (r *records) advance(n uint64) {
	r.committed = max(r.committed, n)
	done := 0
	for done < len(r.waiting) && r.passed(r.waiting[done].batch) {
		done++
	}
	ready := r.waiting[:done:done]
	r.waiting = r.waiting[done:]
	for _, w := range ready {
		w.do()
	}
	if len(r.waiting) == 0 {
		r.waiting = nil
	}
}

// fields is the encoding of a record: numbers as varints, strings behind their length.
type fields struct {
	b   []byte
	bad bool // reading: the record was shorter than its fields
}

func (f *fields) num(n uint64)    { f.b = binary.AppendUvarint(f.b, n) }
func (f *fields) int(n int64)     { f.b = binary.AppendVarint(f.b, n) }
func (f *fields) bytes(v []byte)  { f.num(uint64(len(v))); f.b = append(f.b, v...) }
func (f *fields) string(v string) { f.num(uint64(len(v))); f.b = append(f.b, v...) }
func (f *fields) flags(v ...bool) {
	var n uint64
	for i, set := range v {
		if set {
			n |= 1 << i
		}
	}
	f.num(n)
}

func (f *fields) readNum() uint64 {
	n, size := binary.Uvarint(f.b)
	if size <= 0 {
		f.bad, f.b = true, nil
		return 0
	}
	f.b = f.b[size:]
	return n
}

func (f *fields) readInt() int64 {
	n, size := binary.Varint(f.b)
	if size <= 0 {
		f.bad, f.b = true, nil
		return 0
	}
	f.b = f.b[size:]
	return n
}

func (f *fields) readString() string { return string(f.readOctets()) }
func (f *fields) readBytes() []byte  { return append([]byte(nil), f.readOctets()...) }

func (f *fields) readOctets() []byte {
	n := f.readNum()
	if n > uint64(len(f.b)) {
		f.bad, f.b = true, nil
		return nil
	}
	v := f.b[:n]
	f.b = f.b[n:]
	return v
}

func (f *fields) readFlags(v ...*bool) {
	n := f.readNum()
	for i := range v {
		*v[i] = n&(1<<i) != 0
	}
}
