package ledger

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"sync"
)

// A Ledger writes down what publishers and receivers see. Its methods may be called by any goroutine.
type Ledger struct {
	// PayloadSize is the length of payloads, in octets: 100, unless it is changed before the first one.
	PayloadSize int

	mu       sync.Mutex
	messages map[string]*message
	streams  map[stream]int // how many messages there were so far
	claims   map[string][]claim
	byFilter map[string][]string // who claims, or has claimed, by the filter; all with wildcards under ""
	first    map[order]int       // the highest number that has arrived
	sent     map[order]int       // the highest number that has come as far as the gateway
	doubts   func(publisher, receiver string) bool
	anyOrder map[string]bool // receivers whose order is somebody else's
	faults   []Fault
	arrivals int // copies that came for the first time, which is progress
}

// A stream is what one publisher publishes on one topic; its messages are numbered.
type stream struct{ publisher, topic string }

// An order is one in which messages must arrive: per topic and QoS level.
type order struct {
	stream
	receiver string
	qos      byte
}

// A claim is a subscription. It entitles as soon as it is acknowledged.
type claim struct {
	filter string
	qos    byte
	asked  bool // and not yet acknowledged
}

type message struct {
	stream
	id      string
	number  int // in its stream
	qos     byte
	payload []byte
	fate    fate
	will    bool
	copies  []*copyFor
}

// A fate is what its publisher knows of a message.
type fate uint8

const (
	open         fate = iota // its publisher still waits
	acknowledged             // promised
	refused                  // its publisher was told that it was not taken
	abandoned                // its publisher does not know, and waits no more
)

// A copyFor is what a receiver has, or should get, of a message.
type copyFor struct {
	receiver string
	qos      byte
	entitled bool
	doubtful bool // a broker that lost its memory may have had it
	held     bool // is with the gateway, and stays owed whatever a broker forgets
	late     bool // came to the gateway out of order, so that it may arrive so
	times    int
}

// New is a ledger with nothing in it.
func New() *Ledger {
	return &Ledger{
		PayloadSize: 100, messages: make(map[string]*message), streams: make(map[stream]int),
		claims: make(map[string][]claim), byFilter: make(map[string][]string), first: make(map[order]int), sent: make(map[order]int), anyOrder: make(map[string]bool),
	}
}

// Publish begins a publication: it returns the payload, which there is only once. Who is subscribed now is entitled
// to it as soon as it is acknowledged.
func (l *Ledger) Publish(publisher, topic string, qos byte) (payload []byte) {
	l.mu.Lock()
	defer l.mu.Unlock()
	s := stream{publisher, topic}
	l.streams[s]++
	m := &message{stream: s, number: l.streams[s], qos: qos}
	m.id = fmt.Sprintf("%s:%s:%d", publisher, topic, m.number)
	l.add(m)
	return m.payload
}

// Will registers the will of a device that connects. It must not be published before Silenced.
func (l *Ledger) Will(device, topic string, qos byte) (payload []byte) {
	l.mu.Lock()
	defer l.mu.Unlock()
	m := &message{stream: stream{device, topic}, qos: qos, will: true, id: "will:" + device}
	l.add(m)
	return m.payload
}

func (l *Ledger) add(m *message) {
	m.payload = append([]byte(m.id), ' ')
	for len(m.payload) < l.PayloadSize {
		m.payload = append(m.payload, byte('a'+len(m.payload)%26))
	}
	for _, receiver := range slices.Concat(l.byFilter[""], l.byFilter[m.topic]) {
		if qos, ok := covered(l.claims[receiver], m.topic, false); ok && m.copyFor(receiver) == nil {
			m.copies = append(m.copies, &copyFor{
				receiver: receiver, qos: min(qos, m.qos), entitled: true,
				doubtful: l.doubts != nil && l.doubts(m.publisher, receiver),
			})
		}
	}
	l.messages[m.id] = m
}

// covered returns the highest QoS with which claims cover a topic, those included that are merely asked for if asked is set.
func covered(claims []claim, topic string, asked bool) (qos byte, ok bool) {
	for _, c := range claims {
		if (asked || !c.asked) && matches(c.filter, topic) {
			qos, ok = max(qos, c.qos), true
		}
	}
	return qos, ok
}

// matches tells whether a filter covers a topic, by the rules of MQTT but for those about names that begin with $.
func matches(filter, topic string) bool {
	f, t := strings.Split(filter, "/"), strings.Split(topic, "/")
	for i, level := range f {
		switch {
		case level == "#":
			return true
		case i >= len(t) || level != "+" && level != t[i]:
			return false
		}
	}
	return len(f) == len(t)
}

// Acknowledged, Refused and Abandoned end a publication. Acknowledged is a promise.
func (l *Ledger) Acknowledged(payload []byte) { l.end(payload, acknowledged) }
func (l *Ledger) Refused(payload []byte)      { l.end(payload, refused) }
func (l *Ledger) Abandoned(payload []byte)    { l.end(payload, abandoned) }

func (l *Ledger) end(payload []byte, f fate) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.messages[idOf(payload)].fate = f
}

func idOf(payload []byte) string {
	id, _, _ := strings.Cut(string(payload), " ")
	return id
}

// Silenced says that a device falls silent now: its will becomes a promise, and nothing more can reach it.
func (l *Ledger) Silenced(device string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if m := l.messages["will:"+device]; m != nil {
		m.fate = acknowledged
	}
	l.forget(device)
}

// Subscribing says that a subscription is asked for. Messages may come from now on.
func (l *Ledger) Subscribing(receiver, filter string, qos byte) {
	l.claim(receiver, claim{filter, qos, true})
}

// Subscribed says that a subscription was acknowledged. What is published from now on is the receiver's.
func (l *Ledger) Subscribed(receiver, filter string, qos byte) {
	l.claim(receiver, claim{filter, qos, false})
}

func (l *Ledger) claim(receiver string, c claim) {
	l.mu.Lock()
	defer l.mu.Unlock()
	claims := l.claims[receiver]
	if i := slices.IndexFunc(claims, func(old claim) bool { return old.filter == c.filter }); i >= 0 {
		claims[i] = c
	} else {
		l.claims[receiver] = append(claims, c)
	}
	key := c.filter
	if strings.ContainsAny(key, "+#") {
		key = ""
	}
	if !slices.Contains(l.byFilter[key], receiver) {
		l.byFilter[key] = append(l.byFilter[key], receiver)
	}
}

// Doubt says that a broker has lost its memory: of what goes this way nothing is owed but what is Held, neither of what
// was published so far nor until Trust.
func (l *Ledger) Doubt(way func(publisher, receiver string) bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.doubts = way
	for _, m := range l.messages {
		for _, c := range m.copies {
			c.doubtful = c.doubtful || c.times == 0 && way(m.publisher, c.receiver)
		}
	}
}

// Trust ends the doubts: sessions and subscriptions have been built anew.
func (l *Ledger) Trust() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.doubts = nil
}

// Unordered says that nobody answers for the order in which a receiver gets its messages: mosquitto 2.0.11 lets new ones
// pass old ones when a client comes back.
func (l *Ledger) Unordered(receiver string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.anyOrder[receiver] = true
}

// Forgotten says that a receiver's session has rightly ended: nothing is owed to it any more.
func (l *Ledger) Forgotten(receiver string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.forget(receiver)
}

func (l *Ledger) forget(receiver string) {
	delete(l.claims, receiver)
	for _, m := range l.messages {
		if c := m.copyFor(receiver); c != nil {
			c.entitled = false
		}
	}
}

// Held says that a receiver's copy has come as far as the gateway; every receiver's, if none is named. The order in
// which it comes there is the one in which it has to arrive.
func (l *Ledger) Held(receiver string, payload []byte) {
	l.mu.Lock()
	defer l.mu.Unlock()
	m := l.messages[idOf(payload)]
	if m == nil {
		return // its arrival will be noticed
	}
	for _, c := range m.copies {
		if c.held || receiver != "" && c.receiver != receiver {
			continue
		}
		o := order{m.stream, c.receiver, c.qos}
		c.held, c.late = true, m.number < l.sent[o]
		l.sent[o] = max(l.sent[o], m.number)
	}
}

// Has tells whether a message has arrived at a receiver.
func (l *Ledger) Has(receiver string, payload []byte) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	c := l.messages[idOf(payload)].copyFor(receiver)
	return c != nil && c.times > 0
}

func (m *message) copyFor(receiver string) *copyFor {
	i := slices.IndexFunc(m.copies, func(c *copyFor) bool { return c.receiver == receiver })
	if i < 0 {
		return nil
	}
	return m.copies[i]
}

// Arrived says that a message has come.
func (l *Ledger) Arrived(receiver, topic string, payload []byte) {
	l.mu.Lock()
	defer l.mu.Unlock()
	m := l.messages[idOf(payload)]
	switch {
	case m == nil:
		l.fault(Unknown, receiver, idOf(payload), "on "+topic)
		return
	case m.topic != topic || !bytes.Equal(m.payload, payload):
		l.fault(Mangled, receiver, m.id, fmt.Sprintf("on %s: %q", topic, payload))
		return
	}
	c := m.copyFor(receiver)
	if c == nil {
		// Subscribed to after it was published, which is no harm, or not at all.
		qos, ok := covered(l.claims[receiver], topic, true)
		if !ok {
			l.fault(Unasked, receiver, m.id, "")
		}
		c = &copyFor{receiver: receiver, qos: min(qos, m.qos)}
		m.copies = append(m.copies, c)
	}
	if c.times++; c.times > 1 {
		if c.qos == 2 {
			l.fault(Doubled, receiver, m.id, fmt.Sprintf("for the %d. time", c.times))
		}
		return
	}
	l.arrivals++
	o := order{m.stream, receiver, c.qos}
	if last := l.first[o]; m.number < last && !c.late && !l.anyOrder[receiver] {
		l.fault(Disordered, receiver, m.id, fmt.Sprintf("behind number %d", last))
	}
	l.first[o] = max(l.first[o], m.number)
}

// Blame writes down a fault that a party has seen itself.
func (l *Ledger) Blame(kind FaultKind, party, detail string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.fault(kind, party, "", detail)
}

func (l *Ledger) fault(kind FaultKind, party, id, detail string) {
	l.faults = append(l.faults, Fault{kind, party, id, detail})
}
