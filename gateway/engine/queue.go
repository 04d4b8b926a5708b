package engine

import "time"

// An entry is a message that waits in a session, or is in flight, for that session's peer.
type entry struct {
	msg    *Message
	qos    uint8 // the lower of published and granted QoS
	retain bool  // the retain bit that the peer shall see
	id     uint16
	subIDs []uint32 // MQTT 5 subscription identifiers that matched

	// upstream is the packet id under which an uplink received the message and waits for its settlement; 0 if nobody
	// waits.
	upstream uint16

	// record is the entry's number on disk, 0 if it is not there. Until the batch gate is on disk the message does not
	// go onward.
	record uint64
	gate   uint64

	since time.Duration // when it came into the spool
}

// A queue holds entries in order. Its owner decides what happens at its limits.
type queue struct {
	items []entry
	head  int // items[:head] are gone
	bytes int
	zeros int // entries with QoS 0
}

func (q *queue) len() int          { return len(q.items) - q.head }
func (q *queue) at(i int) *entry   { return &q.items[q.head+i] }
func (q *queue) full(l Limit) bool { return q.len() >= l.Messages || q.bytes >= l.Bytes }

// hasRoom reports whether fewer than so many messages wait, and not more than half of what the limit allows: what comes
// by itself finds the rest.
func (q *queue) hasRoom(messages int, l Limit) bool {
	return q.len() < min(messages, (l.Messages+1)/2) && q.bytes <= l.Bytes/2
}

func (q *queue) push(e entry) {
	if q.head > 0 && len(q.items) == cap(q.items) && q.head >= len(q.items)/2 {
		n := copy(q.items, q.items[q.head:])
		clear(q.items[n:])
		q.items, q.head = q.items[:n], 0
	}
	q.items = append(q.items, e)
	q.bytes += e.msg.size()
	if e.qos == 0 {
		q.zeros++
	}
}

// remove takes out the i-th entry, keeping the order of the others.
func (q *queue) remove(i int) entry {
	e := *q.at(i)
	q.bytes -= e.msg.size()
	if e.qos == 0 {
		q.zeros--
	}
	if i == 0 {
		q.items[q.head] = entry{}
		q.head++
	} else {
		n := q.head + i
		copy(q.items[n:], q.items[n+1:])
		q.items[len(q.items)-1] = entry{}
		q.items = q.items[:len(q.items)-1]
	}
	if q.len() == 0 {
		q.release()
	}
	return e
}

// release gives back the memory of an empty queue: most devices have one most of the time.
func (q *queue) release() {
	q.head = 0
	if cap(q.items) > 8 {
		q.items = nil
	} else {
		q.items = q.items[:0]
	}
}

// find returns the index of the first entry from i that f accepts, or -1.
func (q *queue) find(i int, f func(*entry) bool) int {
	for ; i < q.len(); i++ {
		if f(q.at(i)) {
			return i
		}
	}
	return -1
}

func isQoS0(e *entry) bool { return e.qos == 0 }

// victim picks the waiting entry that makes room for e by the overflow rule, or -1 if e itself must go. Only QoS 0
// messages make room: QoS 1 and 2 push them out, and are refused when there are none.
func (q *queue) victim(e entry, rule Overflow) int {
	if q.zeros == 0 || e.qos == 0 && rule == DropNewest {
		return -1
	}
	if e.qos == 0 && rule == KeepLastPerTopic {
		same := func(x *entry) bool { return x.qos == 0 && x.msg.Topic == e.msg.Topic }
		if i := q.find(0, same); i >= 0 {
			return i
		}
	}
	return q.find(0, isQoS0)
}

// A Limit bounds a queue. Both limits hold.
type Limit struct {
	Messages int
	Bytes    int // octets, counting topics, payloads and a fixed overhead for each message
}
