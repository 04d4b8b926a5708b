package dtls

import (
	"time"

	"mqttsn-gateway/radio"
)

// A table knows the link's sessions and which datagram is for which. The link's mutex guards it.
type table struct {
	config    Config
	numbering numbering
	limiter   limiter

	// A session is first in pending, by the UDP peer that it began from, then in established, by its own peer. Its
	// connection id leads to it from the beginning, or until it turns out that the device does not use it; then
	// byAddress leads to it.
	pending     map[radio.Peer]*session
	established map[radio.Peer]*session
	byID        map[connectionID]*session
	byAddress   map[radio.Peer]*session

	// handshaking counts the sessions that have not finished or given up: pending, and those put out of it that have
	// still to notice.
	handshaking int

	stats Sessions
}

// Sessions tells what became of connections since the link was opened.
type Sessions struct {
	Established int // now
	Handshaking int // now

	Completed uint64 // handshakes
	Failed    uint64 // handshakes: a wrong key, an unknown identity, a time-out
	Displaced uint64 // handshakes that gave way to others: from unproven addresses, or slow
	Refused   uint64 // attempts dropped unanswered, for the rate or the number of handshakes
	Evicted   uint64 // connections that gave way when there were too many
}

func newTable(c Config) table {
	return table{
		config: c, numbering: newNumbering(), limiter: newLimiter(c.HandshakeRate, time.Now()),
		pending: make(map[radio.Peer]*session), established: make(map[radio.Peer]*session),
		byID: make(map[connectionID]*session), byAddress: make(map[radio.Peer]*session),
	}
}

// slowHandshake is how long a handshake may take before it gives way to others, even though its sender has proven its
// address. Devices with a wrong key are not noticed otherwise until the time-out, and a fleet of them would keep out all
// others.
const slowHandshake = 3 * time.Second

// admit decides whether a handshake may begin. It may displace another, which it returns: no longer in the table, but
// still going on.
func (t *table) admit(now time.Time) (displaced *session, ok bool) {
	if !t.limiter.allow(now) || t.handshaking >= 2*t.config.MaxHandshakes {
		t.stats.Refused++
		return nil, false
	}
	if len(t.pending) < t.config.MaxHandshakes {
		return nil, true
	}
	for _, s := range t.pending {
		gives := !s.pipe.helloSent.Load() || now.Sub(s.began) > slowHandshake
		if gives && (displaced == nil || s.began.Before(displaced.began)) {
			displaced = s
		}
	}
	if displaced == nil {
		t.stats.Refused++
		return nil, false
	}
	t.stats.Displaced++
	t.remove(displaced)
	return displaced, true
}

// begin puts a new session into the table.
func (t *table) begin(s *session) {
	s.peer = t.numbering.next()
	t.pending[s.from] = s
	t.byID[s.id] = s
	t.handshaking++
}

// establish moves a session whose handshake is done. It returns the connections that must end for it; ok is false if the
// session was displaced meanwhile.
func (t *table) establish(s *session) (ended []*session, ok bool) {
	if t.pending[s.from] != s {
		return nil, false
	}
	delete(t.pending, s.from)
	if len(t.established) >= t.config.MaxSessions {
		oldest := t.longestSilent()
		t.remove(oldest)
		t.stats.Evicted++
		ended = append(ended, oldest)
	}
	t.established[s.peer] = s
	t.stats.Completed++
	if s.usesID {
		return ended, true
	}
	delete(t.byID, s.id)
	if before := t.byAddress[s.from]; before != nil {
		t.remove(before) // the device has begun anew and cannot be reached by the old one
		ended = append(ended, before)
	}
	t.byAddress[s.from] = s
	return ended, true
}

func (t *table) longestSilent() (oldest *session) {
	for _, s := range t.established {
		if oldest == nil || s.heard.Load() < oldest.heard.Load() {
			oldest = s
		}
	}
	return oldest
}

// remove takes a session out, wherever it still is.
func (t *table) remove(s *session) {
	deleteIf(t.pending, s.from, s)
	deleteIf(t.established, s.peer, s)
	deleteIf(t.byID, s.id, s)
	deleteIf(t.byAddress, s.from, s)
}

func deleteIf[K comparable](m map[K]*session, k K, s *session) {
	if m[k] == s {
		delete(m, k)
	}
}
