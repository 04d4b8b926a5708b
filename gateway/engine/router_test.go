package engine

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// A listener is a subscriber that writes down what it receives.
type listener struct {
	mark   routing
	absent bool
	heard  []string
}

func (l *listener) routing() *routing { return &l.mark }
func (l *listener) present() bool     { return !l.absent }

func (l *listener) receive(c copyTo) {
	s := fmt.Sprintf("%s:%s/%d", c.msg.Topic, c.msg.Payload, c.qos)
	if c.retain {
		s += " retain"
	}
	if ids := slices.Sorted(slices.Values(c.subIDs)); len(ids) > 0 {
		s += " " + strings.Trim(fmt.Sprint(ids), "[]")
	}
	l.heard = append(l.heard, s)
}

// take returns what was heard since the last call.
func (l *listener) take() []string {
	h := l.heard
	l.heard = nil
	return h
}

// A routerTest is a router with short ways to say things.
type routerTest struct {
	router
	e *Engine
}

func newRouterTest() *routerTest {
	r := &routerTest{router: newRouter(), e: &Engine{cfg: DefaultConfig("udp")}}
	r.retained.init(r.e)
	return r
}

func (r *routerTest) sub(l *listener, filter string, change ...func(*subscription)) *subscription {
	share, inner := splitShare(filter)
	s := &subscription{owner: l, share: share, filter: inner, qos: 2}
	for _, f := range change {
		f(s)
	}
	r.subscribe(s)
	return s
}

// replay has s hear all retained messages.
func (r *routerTest) replay(s *subscription) {
	s.owed = r.retained.owes(s)
	owed := replays{s}
	for k, ok := owed.next(&r.retained, 0); ok; k, ok = owed.next(&r.retained, 0) {
		s.owner.receive(k)
	}
}

func (r *routerTest) publish(topic, payload string, qos uint8, change ...func(*Message)) int {
	m := &Message{Topic: topic, Payload: []byte(payload), QoS: qos, expires: never}
	for _, f := range change {
		f(m)
	}
	if m.Retain {
		r.retained.keep(m)
	}
	return r.route(m)
}

func qos(n uint8) func(*subscription)           { return func(s *subscription) { s.qos = n } }
func subID(n uint32) func(*subscription)        { return func(s *subscription) { s.id = n } }
func noLocal(s *subscription)                   { s.noLocal = true }
func asPublished(s *subscription)               { s.retainAsPublished = true }
func toRetain(m *Message)                       { m.Retain = true }
func from(l *listener) func(*Message)           { return func(m *Message) { m.origin = l } }
func expires(at time.Duration) func(m *Message) { return func(m *Message) { m.expires = at } }

func TestRouterMatches(t *testing.T) {
	r := newRouterTest()
	var a, b, c listener
	r.sub(&a, "site/+/temp")
	r.sub(&b, "site/#", qos(1))
	s := r.sub(&c, "site/1/temp", qos(0))
	require.Equal(t, 3, r.publish("site/1/temp", "x", 2))
	require.Equal(t, []string{"site/1/temp:x/2"}, a.take())
	require.Equal(t, []string{"site/1/temp:x/1"}, b.take(), "the lower of published and granted QoS")
	require.Equal(t, []string{"site/1/temp:x/0"}, c.take())
	require.Equal(t, 1, r.publish("site", "x", 0), "# includes the level above")
	require.Zero(t, r.publish("elsewhere", "x", 0))
	b.take()

	r.unsubscribe(s)
	r.publish("site/1/temp", "y", 0)
	require.Empty(t, c.take())
	require.Len(t, a.take(), 1)
}

// However many subscriptions match, a session receives one copy: highest QoS, all identifiers (MQTT 5, 3.3.4).
func TestRouterOverlappingSubscriptions(t *testing.T) {
	r := newRouterTest()
	var a, b listener
	r.sub(&a, "site/#", qos(0), subID(7))
	r.sub(&a, "site/+", qos(1), subID(3))
	r.sub(&a, "site/1", qos(0))
	r.sub(&b, "site/1", subID(9))
	require.Equal(t, 2, r.publish("site/1", "x", 2))
	require.Equal(t, []string{"site/1:x/1 3 7"}, a.take())
	require.Equal(t, []string{"site/1:x/2 9"}, b.take())
	r.publish("site/2", "y", 2)
	require.Equal(t, []string{"site/2:y/1 3 7"}, a.take(), "nothing is left of the message before")
}

func TestRouterNoLocal(t *testing.T) {
	r := newRouterTest()
	var a, b listener
	r.sub(&a, "t", noLocal)
	r.sub(&b, "t", noLocal)
	require.Equal(t, 1, r.publish("t", "x", 0, from(&a)))
	require.Empty(t, a.take())
	require.Len(t, b.take(), 1)
	r.sub(&a, "#")
	r.publish("t", "y", 0, from(&a))
	require.Equal(t, []string{"t:y/0"}, a.take(), "No Local belongs to the subscription, not to the session")
}

func TestRouterRetainAsPublished(t *testing.T) {
	r := newRouterTest()
	var a, b listener
	r.sub(&a, "t")
	r.sub(&b, "t", asPublished)
	r.publish("t", "x", 0, toRetain)
	require.Equal(t, []string{"t:x/0"}, a.take())
	require.Equal(t, []string{"t:x/0 retain"}, b.take())
}

// The members of a shared subscription take turns; those who are there come first; one who is away is better than none.
func TestRouterSharedSubscription(t *testing.T) {
	r := newRouterTest()
	var a, b, c, plain listener
	r.sub(&a, "$share/g/t")
	r.sub(&b, "$share/g/t")
	sc := r.sub(&c, "$share/g/t")
	r.sub(&plain, "t")
	for range 6 {
		require.Equal(t, 2, r.publish("t", "x", 0))
	}
	require.Len(t, a.take(), 2)
	require.Len(t, b.take(), 2)
	require.Len(t, c.take(), 2)
	require.Len(t, plain.take(), 6)

	b.absent = true
	for range 6 {
		r.publish("t", "x", 0)
	}
	require.Empty(t, b.take())
	require.NotEmpty(t, a.take())
	require.NotEmpty(t, c.take())

	a.absent, c.absent = true, true
	require.Equal(t, 2, r.publish("t", "x", 1))
	require.Equal(t, 1, len(a.take())+len(b.take())+len(c.take()))

	r.unsubscribe(sc)
	a.absent = false
	for range 3 {
		r.publish("t", "x", 0)
	}
	require.Len(t, a.take(), 3)
	require.Empty(t, c.take())
}

// Groups are told apart by name and filter, and vanish with their last member.
func TestRouterSharedGroups(t *testing.T) {
	r := newRouterTest()
	var a, b, c listener
	subs := []*subscription{r.sub(&a, "$share/g/t"), r.sub(&b, "$share/h/t"), r.sub(&c, "$share/g/+")}
	require.Equal(t, 3, r.publish("t", "x", 0))
	for _, s := range subs {
		r.unsubscribe(s)
	}
	require.Zero(t, r.publish("t", "x", 0))
	require.Empty(t, r.groups)
	require.Zero(t, r.subs.Len())
}

func TestRouterRetains(t *testing.T) {
	r := newRouterTest()
	r.publish("site/1", "old", 1, toRetain)
	r.publish("site/1", "new", 1, toRetain)
	r.publish("site/2", "short-lived", 2, toRetain, expires(10))
	r.publish("site/3", "gone", 2, toRetain)
	r.publish("site/3", "", 2, toRetain)
	r.publish("site/4", "not retained", 2)

	var a listener
	r.replay(r.sub(&a, "site/#", qos(1), subID(5)))
	require.ElementsMatch(t, []string{"site/1:new/1 retain 5", "site/2:short-lived/1 retain 5"}, a.take())

	r.e.now = 10
	r.replay(r.sub(&a, "site/+"))
	require.Equal(t, []string{"site/1:new/1 retain"}, a.take(), "what has expired is not replayed")
}

// Routing to sessions that keep nothing allocates nothing.
func TestRouterAllocations(t *testing.T) {
	r := newRouterTest()
	deaf := make([]deafListener, 10)
	for i := range deaf {
		s := &subscription{owner: &deaf[i], filter: "site/#", qos: 1, id: 7}
		r.subscribe(s)
	}
	m := &Message{Topic: "site/1", expires: never}
	r.route(m)
	require.Zero(t, testing.AllocsPerRun(100, func() { r.route(m) }))
}

type deafListener struct{ listener }

func (*deafListener) receive(copyTo) {}
