package sim

import (
	"errors"
	"maps"
	"math"
	"slices"
	"time"

	"mqttsn-gateway/gateway/engine"
	"mqttsn-gateway/gateway/topic"
	"mqttsn-gateway/mqtt"
)

// A broker is the MQTT 5 broker upstream, with the applications behind it. It keeps sessions, respects the gateway's
// Receive Maximum, publishes wills after their delay, and is now and then slow, unwilling, away, or without memory.
type broker struct {
	w        *world
	apps     *party // publishes to devices, and gets everything that they publish
	sessions []*brokerSession
	retained map[string]*message
	memory   int  // counts sessions ever made
	split    bool // sends a copy for each subscription that matches, as brokers may; else one copy with all identifiers

	trouble brokerTrouble
	outages []outage      // so far; the last may not have an end yet
	refused time.Duration // when it last turned somebody away

	next *timer // trouble
	talk *timer // the applications' next publications
}

// An outage is a time in which nobody could connect.
type outage struct{ begin, end time.Duration }

// outIn reports whether the broker could not be reached at some time between.
func (b *broker) outIn(from, to time.Duration) bool {
	return slices.ContainsFunc(b.outages, func(o outage) bool { return o.begin < to && o.end > from })
}

type brokerTrouble uint8

const (
	brokerWell    brokerTrouble = iota
	brokerRefuses               // answers CONNECT with a refusal
	brokerAway                  // cannot be connected to
	brokerMute                  // takes connections and says nothing
)

func newBroker(w *world) *broker {
	b := &broker{
		w: w, apps: w.ledger.newParty("apps"), retained: make(map[string]*message), refused: -time.Hour,
	}
	if !w.transparent() { // all that is published at the gateway goes upstream
		b.split = w.dice.chance(0.5)
		b.apps.interests = []interest{{filter: "#", qos: 2}}
		b.apps.echoless = true
	}
	b.next = newTimer(&w.clock, b.suffer)
	b.talk = newTimer(&w.clock, b.speak)
	b.next.after(w.dice.around(w.plan.outages))
	b.talk.after(time.Minute)
	return b
}

// dialled answers the engine's wish for a connection.
func (b *broker) dialled(id engine.ConnID) {
	life := b.w.gateway.life
	delay := b.w.dice.between(time.Millisecond, 200*time.Millisecond)
	if b.trouble == brokerAway {
		delay = b.w.dice.between(0, 10*time.Second) // a refusal comes at once, a timeout takes its time
	}
	b.w.after(delay, func() {
		g := b.w.gateway
		switch {
		case g.life != life || !g.up:
		case b.trouble == brokerAway:
			b.refused = b.w.now
			g.lost(id, errAway)
		default:
			g.connect(id, &brokerPeer{b: b, think: b.w.dice.between(0, 50*time.Millisecond)})
			g.call(func(now time.Duration, out *engine.Out) { g.engine.Dialed(now, id, out) })
		}
	})
}

var errAway = errors.New("connection refused")

// suffer is trouble with the broker, or its end.
func (b *broker) suffer() {
	d := b.w.dice
	if b.trouble != brokerWell {
		b.w.tell("", "the broker is well")
		b.recover()
		b.next.after(d.around(b.w.plan.outages))
		return
	}
	length := d.around(30 * time.Second)
	kind := d.IntN(8)
	b.w.tell("", "trouble %d with the broker", kind)
	switch kind {
	case 0:
		b.trouble = brokerRefuses
	case 1:
		b.trouble = brokerAway
	case 2:
		b.trouble = brokerMute
	case 3:
		b.trouble = brokerAway
		b.cutAll()
	case 4:
		b.forget()
		b.cutAll()
		b.trouble = brokerAway
	case 5:
		b.cutAll()
	default:
		b.cutSome()
	}
	if b.trouble == brokerWell {
		length = d.around(b.w.plan.outages)
	} else {
		b.outages = append(b.outages, outage{b.w.now, math.MaxInt64})
	}
	b.next.after(length)
}

func (b *broker) recover() {
	if b.trouble != brokerWell {
		b.trouble = brokerWell
		b.outages[len(b.outages)-1].end = b.w.now
	}
}

func (b *broker) calm() {
	b.next.stop()
	b.recover()
}

func (b *broker) cutAll() {
	for _, s := range b.sessions {
		if s.peer != nil {
			s.peer.conn.cut(b.w.dice.around(100 * time.Millisecond))
		}
	}
}

// cutSome breaks a few connections. Of some neither side is told.
func (b *broker) cutSome() {
	for _, s := range b.sessions {
		switch {
		case s.peer == nil || !b.w.dice.chance(0.3):
		case b.w.dice.chance(0.2):
			s.peer.conn.open = false
		default:
			s.peer.conn.cut(b.w.dice.around(2 * time.Second))
		}
	}
}

// forget is a restart without state: sessions, queues and retained messages are gone.
func (b *broker) forget() {
	b.w.tell("", "the broker forgets everything")
	clear(b.retained)
	b.apps.boots++
	for _, s := range b.sessions {
		s.will = nil
		s.forget(exemptForgot)
	}
}

func (b *broker) session(id string) *brokerSession {
	for _, s := range b.sessions {
		if s.id == id {
			return s
		}
	}
	s := &brokerSession{b: b, id: id}
	if k := b.w.watches[id]; k != nil {
		s.party = k.party
	}
	s.willTimer = newTimer(&b.w.clock, s.publishWill)
	s.end = newTimer(&b.w.clock, func() { s.forget(exemptEnded) })
	b.sessions = append(b.sessions, s)
	return s
}

// speak lets the applications publish.
func (b *broker) speak() {
	if b.w.calm {
		return
	}
	b.talk.after(b.w.dice.around(b.w.plan.traffic / 8))
	d := b.w.dice
	m := b.w.ledger.publication(b.apps, nameOf(someTopic(d)), uint8(pick(d, someQoS)), d.chance(0.05), 10+d.IntN(90))
	b.route(m, nil)
}

// route gives a message to everybody who subscribed to it. From is the session that it comes from, nil for applications.
func (b *broker) route(m *message, from *brokerSession) {
	if m.retain {
		b.retained[m.topic] = m
	}
	for _, s := range b.sessions {
		c := copyOf{m: m}
		for _, sub := range s.subs {
			if !topic.Match(sub.Filter, m.topic) || sub.NoLocal && s == from {
				continue
			}
			c.wanted = true
			c.qos = max(c.qos, min(sub.QoS, m.qos))
			c.retain = c.retain || m.retain && sub.RetainAsPublished
			if sub.id != 0 {
				c.ids = append(c.ids, sub.id)
			}
			if b.split {
				s.take(c)
				c = copyOf{m: m}
			}
		}
		if c.wanted {
			s.take(c)
		}
	}
}

// publication takes what the gateway publishes, once.
func (b *broker) publication(s *brokerSession, p *mqtt.Publish) {
	m := b.w.ledger.find(p.Payload)
	switch {
	case m != nil:
		b.w.ledger.delivered(b.apps, m, p.Topic, p.QoS, false)
		if b.w.ledger.receipt(m, b.apps).count == 1 {
			b.route(m, s)
		}
	case b.w.transparent():
		b.w.wills.published(p.Topic, p.Payload)
	}
}

// retainedFor lists the retained messages that a filter covers, in the order of their topics.
func (b *broker) retainedFor(filter string) (ms []*message) {
	for _, name := range slices.Sorted(maps.Keys(b.retained)) {
		if topic.Match(filter, name) {
			ms = append(ms, b.retained[name])
		}
	}
	return ms
}

// check is after the calm time: the broker knows what every device subscribed to.
func (b *broker) check() {
	for _, name := range b.w.watchNames() {
		k := b.w.watches[name]
		if k.state == watchNone || k.unsure {
			continue
		}
		s := b.session(name)
		if !b.w.transparent() {
			s = b.session(b.w.config.Bridge.Name)
		}
		for _, i := range k.party.interests {
			if !slices.ContainsFunc(s.subs, func(sub brokerSub) bool { return sub.Filter == i.filter }) {
				b.w.fail(name, nil, "the broker does not know its subscription to %q", i.filter)
			}
		}
	}
}

// brokerWindow is the broker's Receive Maximum.
const brokerWindow = 5
