package engine

import (
	"cmp"
	"maps"
	"slices"

	"mqttsn-gateway/gateway/topic"
	"mqttsn-gateway/mqtt"
)

// wants are the filters that local sessions want from upstream, each subscribed to once, with a subscription identifier
// of its own. The broker may send one copy of a message for each filter that matches: the identifiers tell which copy to
// route, so that each session gets the message once.
type wants struct {
	byFilter map[string]*want
	matching topic.Tree[*want] // those that the broker has confirmed, or may have before a restart
	lastID   uint32
	pending  map[uint16]*want // by packet id; nil for an UNSUBSCRIBE
	scratch  []*want
}

type want struct {
	filter    string
	id        uint32 // subscription identifier, and the number on disk
	sessions  int
	confirmed bool
	matching  bool // is in the tree of that name
}

func (w *wants) init() {
	w.byFilter = make(map[string]*want)
	w.pending = make(map[uint16]*want)
}

// restore puts back what the bridge had subscribed to. Whether the broker ever knew is found out again; until then it is
// taken to, because the first that it sends may be the copies of one message for several filters.
func (w *wants) restore(filter string, id uint32) {
	x := &want{filter: filter, id: id}
	w.byFilter[filter] = x
	w.lastID = max(w.lastID, id)
	w.match(x, true)
}

func (w *wants) asked(packetID uint16) bool {
	_, ok := w.pending[packetID]
	return ok
}

func (w *wants) answered(packetID uint16) *want {
	x := w.pending[packetID]
	delete(w.pending, packetID)
	return x
}

// first reports whether the copy with these subscription identifiers is the one of a message to route.
func (w *wants) first(name string, ids []uint32) bool {
	w.scratch = w.matching.AppendMatches(w.scratch[:0], name)
	if len(w.scratch) == 0 || len(ids) == 0 {
		return true
	}
	lowest := w.scratch[0].id
	for _, x := range w.scratch {
		lowest = min(lowest, x.id)
	}
	for _, id := range ids {
		if id == lowest {
			return true
		}
	}
	return false
}

// confirm notes whether the broker has a subscription.
func (w *wants) confirm(x *want, yes bool) {
	x.confirmed = yes
	w.match(x, yes)
}

func (w *wants) match(x *want, yes bool) {
	switch {
	case x.matching == yes:
		return
	case yes:
		w.matching.Add(x.filter, x)
	default:
		w.matching.Remove(x.filter, x)
	}
	x.matching = yes
}

// propagates reports whether a local subscription is made upstream too.
func (b *bridge) propagates(s *subscription) bool {
	if _, device := s.owner.(*Device); !device && !b.cfg.Clients || s.owner == subscriber(b) {
		return false
	}
	if s.share != "" {
		return false
	}
	switch s.filter {
	case "#", "+/#", "$SYS/#":
		return b.cfg.Everything
	}
	return true
}

// want notes that a session subscribes, unwant that it no longer does.
func (b *bridge) want(s *subscription) {
	if !b.propagates(s) {
		return
	}
	w := b.wants.byFilter[s.filter]
	if w == nil {
		b.wants.lastID++
		w = &want{filter: s.filter, id: b.wants.lastID}
		b.wants.byFilter[s.filter] = w
		b.e.rec.put(recordWant, bridgeRecord, uint64(w.id), func(f *fields) { f.string(w.filter) })
	}
	w.sessions++
	if w.sessions == 1 && b.ready() {
		b.subscribe(w, mqtt.SendRetained)
	}
}

func (b *bridge) unwant(s *subscription) {
	w := b.wants.byFilter[s.filter]
	if w == nil || !b.propagates(s) {
		return
	}
	if w.sessions--; w.sessions == 0 && (b.ready() || !w.confirmed) {
		b.unsubscribe(w)
	} // else when the broker, which has the subscription, is back
}

func (b *bridge) subscribe(w *want, retained byte) {
	id := b.newID()
	b.wants.pending[id] = w
	p := &mqtt.Subscribe{PacketID: id, Subscriptions: []mqtt.Subscription{{
		Filter: b.cfg.PrefixDown + w.filter, QoS: b.limits.maximumQoS, NoLocal: true, RetainAsPublished: true,
		RetainHandling: retained,
	}}}
	if !b.limits.noIDs {
		p.SubscriptionID = w.id
	}
	b.send(p)
}

func (b *bridge) unsubscribe(w *want) {
	b.wants.confirm(w, false)
	delete(b.wants.byFilter, w.filter)
	b.e.rec.drop(recordWant, bridgeRecord, uint64(w.id))
	if b.ready() {
		id := b.newID()
		b.wants.pending[id] = nil
		b.send(&mqtt.Unsubscribe{PacketID: id, Filters: []string{b.cfg.PrefixDown + w.filter}})
	}
}

func (b *bridge) suback(p *mqtt.Suback) {
	w := b.wants.answered(p.PacketID)
	switch {
	case w == nil || b.wants.byFilter[w.filter] != w || len(p.Reasons) == 0:
	case p.Reasons[0].Failed():
		b.wants.confirm(w, false)
		b.e.out.note(NoteUplinkRefused, "", Addr{}, "subscription to "+w.filter+": "+p.Reasons[0].String())
	default:
		b.wants.confirm(w, true)
	}
}

// subscribeAll brings a new connection's session in line with what is wanted.
func (b *bridge) subscribeAll(present bool) {
	clear(b.wants.pending)
	for _, w := range sortedWants(b.wants.byFilter) {
		switch {
		case w.sessions == 0:
			b.unsubscribe(w)
		case !present:
			b.wants.confirm(w, false)
			b.subscribe(w, mqtt.SendRetained)
		case !w.confirmed:
			b.subscribe(w, mqtt.SendRetainedIfNew) // perhaps the broker never got it
		}
	}
}

// sortedWants lists them in the order in which they came up, so that the same history always gives the same packets.
func sortedWants(m map[string]*want) []*want {
	return slices.SortedFunc(maps.Values(m), func(a, b *want) int { return cmp.Compare(a.id, b.id) })
}
