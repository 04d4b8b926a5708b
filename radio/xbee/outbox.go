package xbee

import (
	"errors"
	"slices"
	"sync"
	"time"

	"mqttsn-gateway/radio"
)

// ErrBusy says that too many datagrams wait already, for this node or altogether. This one was not taken.
var ErrBusy = errors.New("xbee: too many datagrams are waiting for the modem")

const (
	// outboxSize bounds the datagrams that wait for all nodes together.
	outboxSize = 4096

	// patience is how long a datagram may wait. By then its sender has given up, or sends it again.
	patience = 10 * time.Second

	// broadcastQueue bounds the broadcasts that wait.
	broadcastQueue = 8
)

// An outbox holds the datagrams that wait for the modem, in a queue for each node, and gives them out in turn: one node
// after another, and none that still has one with the modem. Broadcasts are a queue of their own.
type outbox struct {
	depth int // of a queue

	mu        sync.Mutex
	queues    map[radio.Peer]*queue
	turn      []*queue // those that have something and are not engaged, in the order of their turns
	broadcast queue
	count     int
	spare     [][]byte
	put       chan struct{} // capacity 1: something was added
}

// A queue is what waits for one node.
type queue struct {
	peer    radio.Peer
	waiting []datagram
	engaged bool // one of it is with the modem
}

func (q *queue) isBroadcast() bool { return q.peer == radio.Peer{} }

// A datagram waits until expires. Its data belongs to the outbox until take, and again after done.
type datagram struct {
	data    []byte
	radius  uint8
	expires time.Time
}

func (o *outbox) init(depth int) {
	o.depth = depth
	o.queues = make(map[radio.Peer]*queue)
	o.put = make(chan struct{}, 1)
}

// add copies b to the queue of p.
func (o *outbox) add(p radio.Peer, b []byte, now time.Time) error {
	o.mu.Lock()
	defer o.mu.Unlock()
	q := o.queues[p]
	if o.count >= outboxSize || q != nil && len(q.waiting) >= o.depth {
		return ErrBusy
	}
	if q == nil {
		q = &queue{peer: p}
		o.queues[p] = q
	}
	q.waiting = append(q.waiting, o.copy(b, 0, now))
	if !q.engaged && len(q.waiting) == 1 {
		o.turn = append(o.turn, q)
	}
	signal(o.put)
	return nil
}

// addBroadcast copies b to the broadcasts, unless the same is waiting there already: many nodes that ask at once get one
// answer.
func (o *outbox) addBroadcast(b []byte, radius uint8, now time.Time) error {
	o.mu.Lock()
	defer o.mu.Unlock()
	if slices.ContainsFunc(o.broadcast.waiting, func(d datagram) bool {
		return d.radius == radius && string(d.data) == string(b)
	}) {
		return nil
	}
	if len(o.broadcast.waiting) >= broadcastQueue {
		return ErrBusy
	}
	o.broadcast.waiting = append(o.broadcast.waiting, o.copy(b, radius, now))
	signal(o.put)
	return nil
}

func (o *outbox) copy(b []byte, radius uint8, now time.Time) datagram {
	var buf []byte
	if n := len(o.spare); n > 0 {
		buf, o.spare = o.spare[n-1], o.spare[:n-1]
	}
	o.count++
	return datagram{data: append(buf[:0], b...), radius: radius, expires: now.Add(patience)}
}

// take gives out the next datagram and engages its queue, until done; q is nil if there is nothing. Broadcasts come
// first, if there may be one now.
func (o *outbox) take(broadcast bool) (q *queue, d datagram) {
	o.mu.Lock()
	defer o.mu.Unlock()
	switch {
	case broadcast && len(o.broadcast.waiting) > 0 && !o.broadcast.engaged:
		q = &o.broadcast
	case len(o.turn) > 0:
		q = o.turn[0]
		o.turn = slices.Delete(o.turn, 0, 1)
	default:
		return nil, d
	}
	q.engaged = true
	d = q.waiting[0]
	q.waiting = slices.Delete(q.waiting, 0, 1)
	o.count--
	return q, d
}

// done ends an engagement: the datagram has gone its way.
func (o *outbox) done(q *queue, d datagram) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if len(o.spare) < outboxSize/16 {
		o.spare = append(o.spare, d.data)
	}
	q.engaged = false
	switch {
	case q == &o.broadcast:
	case len(q.waiting) > 0:
		o.turn = append(o.turn, q)
	default:
		delete(o.queues, q.peer)
	}
}

// broadcastWaits tells whether a broadcast waits, and not for the one before it.
func (o *outbox) broadcastWaits() bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	return len(o.broadcast.waiting) > 0 && !o.broadcast.engaged
}

// len is how many datagrams wait.
func (o *outbox) len() int {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.count
}
