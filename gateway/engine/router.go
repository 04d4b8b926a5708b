package engine

import (
	"mqttsn-gateway/gateway/topic"
)

// A subscriber is a session that the router delivers to.
type subscriber interface {
	// receive takes a publication for the session's peer. It keeps c.msg if it must, never c.subIDs.
	receive(c copyTo)

	// present reports whether the peer can be reached now: shared subscriptions prefer such a one.
	present() bool

	// routing is the router's mark on the session.
	routing() *routing
}

// routing lets the router find a session's place among the receivers of the message under way without a map.
type routing struct {
	turn  uint64
	index int
}

// A copyTo is one session's copy of a publication.
type copyTo struct {
	msg    *Message
	qos    uint8
	retain bool
	subIDs []uint32
}

// A subscription is what a session wants to receive.
type subscription struct {
	owner  subscriber
	group  *group // the shared subscription that it is a member of, or nil
	share  string // the name in $share/name/filter, usually empty
	filter string

	qos               uint8
	noLocal           bool
	retainAsPublished bool
	id                uint32   // MQTT 5 subscription identifier, 0 for none
	record            uint64   // the subscription's number on disk
	topic             topicRef // how a device named the topic, if by an id
	owed              *replay  // nil when it has had all retained messages
}

// A group is a shared subscription: its members take turns.
type group struct {
	name    string
	filter  string
	members []*subscription
	turn    int
	entry   *subscription // stands for the group in the tree
}

// next picks the member whose turn it is, preferring those that are present; nil if the message may go to none.
func (g *group) next(m *Message) *subscription {
	var absent *subscription
	for range g.members {
		g.turn++
		s := g.members[g.turn%len(g.members)]
		switch {
		case s.noLocal && s.owner == m.origin:
		case s.owner.present():
			return s
		case absent == nil:
			absent = s
		}
	}
	return absent
}

// A router brings publications to the sessions that subscribed to them, and keeps retained messages.
type router struct {
	subs     topic.Tree[*subscription]
	groups   map[string]*group
	retained retained

	// The receivers of the message under way; kept between messages for their memory.
	turn    uint64
	matches []*subscription
	copies  []receiver
}

type receiver struct {
	owner subscriber
	copyTo
}

func newRouter() router { return router{groups: make(map[string]*group)} }

// subscribe adds s. The caller has removed an older subscription of the same session to the same filter.
func (r *router) subscribe(s *subscription) {
	if s.share == "" {
		r.subs.Add(s.filter, s)
		return
	}
	key := s.share + "/" + s.filter // a share name holds no slash
	g := r.groups[key]
	if g == nil {
		g = &group{name: s.share, filter: s.filter}
		g.entry = &subscription{group: g, filter: s.filter}
		r.groups[key] = g
		r.subs.Add(s.filter, g.entry)
	}
	g.members = append(g.members, s)
	s.group = g
}

func (r *router) unsubscribe(s *subscription) {
	g := s.group
	if g == nil {
		r.subs.Remove(s.filter, s)
		return
	}
	for i, m := range g.members {
		if m == s {
			g.members = append(g.members[:i], g.members[i+1:]...)
			break
		}
	}
	if len(g.members) == 0 {
		r.subs.Remove(g.filter, g.entry)
		delete(r.groups, g.name+"/"+g.filter)
	}
}

// route delivers m, and reports to how many sessions. A session with several matching subscriptions receives one copy,
// with the highest QoS and all the subscription identifiers (MQTT 5, 3.3.4).
func (r *router) route(m *Message) int {
	r.turn++
	r.matches = r.subs.AppendMatches(r.matches[:0], m.Topic)
	r.copies = r.copies[:0]
	for _, s := range r.matches {
		if s.owner == nil {
			if s = s.group.next(m); s == nil {
				continue
			}
		}
		if s.noLocal && s.owner == m.origin {
			continue
		}
		r.addCopy(m, s)
	}
	// Receivers never route: what they cause is listed in the engine's Out. So copies stays ours meanwhile.
	for i := range r.copies {
		c := &r.copies[i]
		c.owner.receive(c.copyTo)
		c.owner = nil
		c.msg = nil
	}
	m.origin = nil // or a message that is kept would keep a session that is over
	return len(r.copies)
}

func (r *router) addCopy(m *Message, s *subscription) {
	mark := s.owner.routing()
	if mark.turn != r.turn {
		mark.turn, mark.index = r.turn, len(r.copies)
		if len(r.copies) < cap(r.copies) {
			r.copies = r.copies[:len(r.copies)+1]
		} else {
			r.copies = append(r.copies, receiver{})
		}
		c := &r.copies[mark.index]
		c.owner, c.msg, c.qos, c.retain, c.subIDs = s.owner, m, 0, false, c.subIDs[:0]
	}
	c := &r.copies[mark.index]
	c.qos = max(c.qos, min(m.QoS, s.qos))
	c.retain = c.retain || m.Retain && s.retainAsPublished
	if s.id != 0 {
		c.subIDs = append(c.subIDs, s.id)
	}
}

// keeps reports whether a session that subscribed to m's topic with QoS 1 or 2 would have to keep it on disk.
func (r *router) keeps(m *Message) bool {
	r.matches = r.subs.AppendMatches(r.matches[:0], m.Topic)
	for _, s := range r.matches {
		if s.owner == nil || s.qos > 0 {
			return true
		}
	}
	return false
}
