package client

import (
	"hash/maphash"
	"time"
)

// inbound remembers messages of QoS 2, so that each is handed on once: until the gateway has released it, as the
// protocol demands, and for a while after that, because a network may deliver a copy of the PUBLISH after the PUBREL.
//
// A copy has the MsgId and the content of what it copies. With another content it is another message: a gateway may use
// an id anew, and one that has lost its memory does so without having released the old message.
type inbound struct {
	memory     time.Duration // after the release
	unreleased map[uint16]uint64
	released   [maxReleased]releasedMessage // a ring
	next       int                          // in released
}

type releasedMessage struct {
	msgID uint16
	sum   uint64
	until time.Duration
}

const (
	// A gateway is expected to have one message under way.
	maxUnreleased = 256
	maxReleased   = 8
)

func newInbound(memory time.Duration) inbound {
	return inbound{memory: memory, unreleased: make(map[uint16]uint64)}
}

// add tells whether a message is new; ok is false if it can be neither remembered nor recognised. One that cannot be a
// copy is not taken for one that was released.
func (in *inbound) add(now time.Duration, msgID uint16, sum uint64, mayBeCopy bool) (isNew, ok bool) {
	old, known := in.unreleased[msgID]
	switch {
	case known && old == sum || mayBeCopy && in.wasReleased(now, msgID, sum):
		return false, true
	case !known && len(in.unreleased) >= maxUnreleased:
		return false, false
	}
	in.unreleased[msgID] = sum
	return true, true
}

func (in *inbound) wasReleased(now time.Duration, msgID uint16, sum uint64) bool {
	for _, r := range in.released {
		if r.msgID == msgID && r.sum == sum && now < r.until {
			return true
		}
	}
	return false
}

// release is for a PUBREL, the first one and its repetitions. It tells whether there was something to release.
func (in *inbound) release(now time.Duration, msgID uint16) bool {
	sum, ok := in.unreleased[msgID]
	if !ok {
		return false
	}
	delete(in.unreleased, msgID)
	in.released[in.next] = releasedMessage{msgID, sum, now + in.memory}
	in.next = (in.next + 1) % maxReleased
	return true
}

// clear begins a new session.
func (in *inbound) clear() { *in = newInbound(in.memory) }

var seed = maphash.MakeSeed()

// sum stands for the content of a message. The topic goes by its name: after a restart a gateway may send the same
// message under another id.
func sum(topic Topic, payload []byte) uint64 {
	return maphash.String(seed, topic.String()) ^ maphash.Bytes(seed, payload)
}
