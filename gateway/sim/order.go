package sim

// A stream is what must stay in order on its way to one party: the messages of one publisher on one topic, published
// and delivered with the same QoS.
type stream struct {
	from           *party
	topic          string
	published, qos uint8
}

// leaves notes that the engine sends a message to a party. If all copies of it had come to the gateway before the first
// copy of another message of its stream, it must have left before that too. (Of messages whose copies crossed on the
// way in nobody can tell the order.)
func (l *ledger) leaves(p *party, m *message, qos uint8, retain bool) {
	r := l.receipt(m, p)
	if r.session == 0 {
		r.session = p.sessions + 1
	}
	if retain {
		return // the retained message of a topic is a memory, not news
	}
	if l.w.transparent() && p == l.w.broker.apps && m.life != l.w.gateway.life {
		return // after a restart, what a device had under way together goes in the order of its MsgIds
	}
	if r.left {
		return
	}
	r.left = true
	if m.expires > 0 && l.w.now >= m.expires {
		return // a crash brings back what had expired: time does not count while the gateway is down
	}
	first, latest := m.first, m.latest
	if r.first > 0 {
		first, latest = r.first, r.latest
	}
	s := stream{m.from, m.topic, m.qos, qos}
	if newest := p.order[s]; latest < newest {
		l.w.fail(p.name, m, "left out of order: a later message of its topic was sent before")
		return
	}
	p.order[s] = max(p.order[s], first)
}

// entersFor notes that a message comes to the gateway from the broker, for one party.
func (l *ledger) entersFor(p *party, m *message) {
	l.arrivals++
	r := l.receipt(m, p)
	if r.first == 0 {
		r.first, r.entered, r.life = l.arrivals, l.w.now, l.w.gateway.life
	}
	r.latest = l.arrivals
}
