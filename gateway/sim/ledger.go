package sim

import (
	"bytes"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"mqttsn-gateway/gateway/engine"
	"mqttsn-gateway/gateway/topic"
)

// A ledger knows every message of a run: who published it, whether its publisher was told that it is safe, who must get
// it and who did. It is kept by those who carry packets, and never asks the engine.
type ledger struct {
	w        *world
	messages []*message
	parties  []*party
	arrivals uint64 // counts what enters the gateway
}

// A message is something published once, recognised by its payload wherever it comes by.
type message struct {
	id      int
	from    *party
	topic   string
	qos     uint8
	retain  bool
	payload []byte
	sent    time.Duration
	expires time.Duration // 0: never

	arrived       time.Duration // when it first entered the gateway
	life          int           // of the gateway then
	first, latest uint64        // the first and the latest time that it entered, as a number
	safe          bool          // the publisher was told so
	crossed       bool          // was repeated behind its release, where version 2.0 takes it for a new one (v2.0 4.3.4-13)
	receipts      []receipt     // one a party; nil: nobody has it yet
}

// A receipt is what became of a message at one party.
type receipt struct {
	count         int           // how often it was handed to the application
	boot          int           // of the device that had it first: a device that forgets everything is another one
	left          bool          // the engine has sent it
	session       int           // of the party's, counted from 1, in which it was first sent; 0: it was not
	first, latest uint64        // when it entered the gateway on the connection for this party, if there is such a one
	entered       time.Duration // when it entered there
	life          int           // of the gateway then
	refusals      int           // how often the party refused it
}

// A party publishes and receives: a device, an ordinary client, the applications behind the broker.
type party struct {
	index     int
	name      string
	interests []interest
	owed      map[int]*message
	order     map[stream]uint64 // see order.go

	boots    int
	sessions int             // that have ended
	refused  map[string]bool // topics whose REGISTERs were unanswered for too long in this session
	anew     bool            // asks for a clean session, and forgot the one before
	gone     bool            // fell silent for ever
	deaf     bool            // answers no REGISTER
	echoless bool            // does not get what it publishes itself
}

// cannotLearn reports whether the party never takes the message's topic, because it would need a REGISTER.
func (p *party) cannotLearn(m *message) bool {
	return p.refused[m.topic] || p.deaf && strings.HasPrefix(m.topic, wildPrefix)
}

// wildPrefix begins the topics that everybody subscribes to with a wildcard only.
const wildPrefix = "wild/"

// An interest is a subscription that the party was told of, in force until the session or the subscription ends.
type interest struct {
	filter string
	qos    uint8
	since  time.Duration
}

func (l *ledger) newParty(name string) *party {
	p := &party{index: len(l.parties), name: name, owed: make(map[int]*message), order: make(map[stream]uint64), refused: make(map[string]bool)}
	l.parties = append(l.parties, p)
	return p
}

// publication notes a new message. Its payload has about size octets.
func (l *ledger) publication(from *party, topic string, qos uint8, retain bool, size int) *message {
	m := &message{id: len(l.messages) + 1, from: from, topic: topic, qos: qos, retain: retain, sent: l.w.now}
	m.payload = fmt.Appendf(nil, "m%d %s ", m.id, from.name)
	for len(m.payload) < size {
		m.payload = append(m.payload, '.')
	}
	l.messages = append(l.messages, m)
	l.w.stats.Published[qos]++
	return m
}

// find recognises a message; nil if the payload is nobody's.
func (l *ledger) find(payload []byte) *message {
	if len(payload) == 0 || payload[0] != 'm' {
		return nil
	}
	number, _, _ := bytes.Cut(payload[1:], []byte(" "))
	id, err := strconv.Atoi(string(number))
	if err != nil || id < 1 || id > len(l.messages) {
		return nil
	}
	return l.messages[id-1]
}

func (l *ledger) receipt(m *message, p *party) *receipt {
	if m.receipts == nil {
		m.receipts = make([]receipt, len(l.parties))
	}
	return &m.receipts[p.index]
}

// enters notes that a message comes to the gateway from its publisher.
func (l *ledger) enters(m *message) {
	l.arrivals++
	if m.first == 0 {
		m.first, m.arrived, m.life = l.arrivals, l.w.now, l.w.gateway.life
	}
	m.latest = l.arrivals
}

// isSafe notes that the publisher is told that the message is safe. Whoever is entitled to it must get it from now on.
func (l *ledger) isSafe(m *message) {
	if m.safe || m.qos == 0 {
		return
	}
	m.safe = true
	l.w.stats.Safe++
	l.w.gateway.promised()
	if l.w.transparent() {
		l.isSafeUpstream(m)
		return // the broker decides who gets it
	}
	for _, p := range l.parties {
		if p.wants(m, m.arrived) {
			l.owe(p, m)
		}
	}
}

// isSafeUpstream is for devices that the broker sees: it must have the message already, or the gateway have it on disk.
func (l *ledger) isSafeUpstream(m *message) {
	apps := l.w.broker.apps
	switch {
	case l.receipt(m, apps).count > 0:
	case l.w.plan.durable && m.qos == 2:
		l.owe(apps, m)
	default:
		l.w.fail(m.from.name, m, "was acknowledged before the broker had it")
	}
}

// isWith notes that the broker is told that a device has a message. It does, unless the message was given up in one of the
// ways in which messages may be.
func (l *ledger) isWith(p *party, m *message) {
	switch {
	case p == nil || p.owed[m.id] == nil:
	case l.receipt(m, p).refusals >= maxRefusals || p.cannotLearn(m):
	case l.w.overflows+l.w.gateway.losses() > 0:
	default:
		l.w.fail(p.name, m, "was acknowledged to the broker, and the device does not have it")
	}
}

// wants reports whether the party was entitled to the message at a time.
func (p *party) wants(m *message, when time.Duration) bool {
	if p.echoless && m.from == p {
		return false
	}
	return slices.ContainsFunc(p.interests, func(i interest) bool {
		return i.qos > 0 && i.since <= when && topic.Match(i.filter, m.topic)
	})
}

func (l *ledger) owe(p *party, m *message) {
	if !p.gone && l.receipt(m, p).count == 0 {
		l.w.stats.Owed++
		p.owed[m.id] = m
	}
}

// delivered notes that a party's application was handed a message, with the QoS and the retain bit that it came with.
func (l *ledger) delivered(p *party, m *message, name string, qos uint8, retain bool) {
	if name != m.topic {
		if l.receipt(m, p).session <= p.sessions {
			l.w.exempt(exemptStale)
		} else {
			l.w.fail(p.name, m, "arrived on topic %q", name)
		}
		return
	}
	if retain {
		l.w.stats.Replayed++
		return
	}
	r := l.receipt(m, p)
	if r.count > 0 && qos == 2 {
		switch {
		case r.boot != p.boots, p.anew:
			l.w.exempt(exemptMemory)
		case r.session <= p.sessions:
			l.w.exempt(exemptStale)
		case m.crossed:
			l.w.exempt(exemptCrossed)
		case m.retain && l.w.plan.mode == engine.Aggregating:
			l.w.exempt(exemptRetained)
		default:
			l.w.fail(p.name, m, "arrived twice with QoS 2")
			return
		}
	}
	l.w.stats.Delivered++
	if r.count > 0 {
		l.w.stats.Repeated++
	}
	r.count++
	r.boot = p.boots
	delete(p.owed, m.id)
}

// begins notes a subscription that the party is told of. It may have been told before.
func (l *ledger) begins(p *party, filter string, qos uint8) {
	for _, i := range p.interests {
		if i.filter == filter && i.qos == qos {
			return
		}
	}
	l.ceases(p, filter)
	p.interests = append(p.interests, interest{filter, qos, l.w.now})
}

// ceases ends a subscription. What is on its way already may still come, and must, if it was promised.
func (l *ledger) ceases(p *party, filter string) {
	p.interests = slices.DeleteFunc(p.interests, func(i interest) bool { return i.filter == filter })
}

// sessionEnds forgets what the party was entitled to.
func (l *ledger) sessionEnds(p *party, why exemption) {
	p.interests = nil
	clear(p.refused)
	p.sessions++
	for id := range p.owed {
		l.w.exempt(why)
		delete(p.owed, id)
	}
}

// debts lists what a party must still get, the oldest first.
func (p *party) debts() []*message {
	ms := make([]*message, 0, len(p.owed))
	for _, m := range p.owed {
		ms = append(ms, m)
	}
	slices.SortFunc(ms, func(a, b *message) int { return a.id - b.id })
	return ms
}

// settle is the reckoning after the calm time: every debt is paid, or exempt.
func (l *ledger) settle() {
	for _, p := range l.parties {
		for _, m := range p.debts() {
			r := l.receipt(m, p)
			switch {
			case m.expires > 0 && m.expires <= l.w.now:
				l.w.exempt(exemptExpired)
			case p.gone:
				l.w.exempt(exemptGone)
			case r.refusals >= maxRefusals || p.cannotLearn(m):
				l.w.exempt(exemptRefused)
			case l.w.overflows > 0:
				l.w.overflows--
				l.w.exempt(exemptOverflow)
			default:
				l.w.fail(p.name, m, "was promised and has not arrived")
				return
			}
		}
		clear(p.owed)
	}
}

// An exemption is a reason for which a message that was owed, or a second copy of one, is forgiven. Each is counted.
type exemption int

const (
	exemptEnded    exemption = iota // the receiver's session ended before the message came
	exemptGone                      // the receiver never came back
	exemptExpired                   // the publisher set an expiry
	exemptRefused                   // the receiver refused the message, or to learn its topic
	exemptOverflow                  // the receiver's queue was full, and the engine counted the loss
	exemptMemory                    // a second copy: the device had forgotten everything in a reboot, or for a clean session
	exemptForgot                    // the broker lost its state, and the message or a handshake with it
	exemptOutage                    // the broker published a will because it could not be reached for too long
	exemptStale                     // a datagram came so late that a session began in between: its topic id means another topic, or it is a second copy
	exemptRetained                  // a second copy: the broker sent a retained message again, for a new subscription of the bridge
	exemptCrossed                   // a second copy: its publisher repeated it behind its release
	exemptions
)

func (x exemption) String() string {
	return [...]string{
		"session ended", "never came back", "expired", "refused", "queue full", "device forgot", "broker forgot",
		"broker out of reach", "overtaken by a session", "retained again", "repeated behind its release",
	}[x]
}
