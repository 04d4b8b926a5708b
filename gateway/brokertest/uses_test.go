package brokertest

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// A use is something that people do with a broker.
type use struct {
	name string
	only int // the one version of the protocol that can do it, or 0
	do   func(t *testing.T, newUser func() user, topic func(string) string)
}

var uses = []use{
	{"messages of every QoS and size arrive as they were", 0, everyMessage},
	{"a thousand messages arrive in order", 0, inOrder},
	{"the last state is there for who comes later", 0, lastState},
	{"wildcards choose topics", 0, chosenTopics},
	{"a lost client is announced, one that leaves is not", 0, lastWill},
	{"messages wait for a client that is away", 0, patientMessages},
	{"a question finds its answer", 5, questionAndAnswer},
	{"workers share the work", 0, sharedWork},
}

// TestUsesInGo and TestUsesInJavaScript let each library do everything with each broker.
func TestUsesInGo(t *testing.T) {
	t.Parallel()
	testUses(t, goLibraries)
}

func TestUsesInJavaScript(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("starts programs: not a short test")
	}
	testUses(t, jsLibraries(startMQTTJS(t)))
}

func testUses(t *testing.T, libraries []library) {
	for _, b := range brokers {
		t.Run(b.name, func(t *testing.T) {
			addr := b.start(t, normal).addr
			for _, l := range libraries {
				for i, u := range uses {
					if u.only != 0 && u.only != l.version {
						continue
					}
					t.Run(l.name+"/"+u.name, func(t *testing.T) {
						prefix := fmt.Sprintf("uses/%s/%d/", strings.ReplaceAll(l.name, " ", "-"), i)
						u.do(t, func() user { return l.user(t, addr) }, func(s string) string { return prefix + s })
					})
				}
			}
		})
	}
}

func everyMessage(t *testing.T, newUser func() user, topic func(string) string) {
	a, b := newUser(), newUser()
	a.connect(session{client: topic("a")})
	a.subscribe(topic("#"), 2)
	b.connect(session{client: topic("b")})
	for qos := range byte(3) {
		for _, payload := range []string{"", "21.5", "\x00\xff\xc3\x28", strings.Repeat("long ", 20_000)} {
			m := message{topic: topic("größe/℃/№7"), payload: payload, qos: qos}
			b.publish(m)
			require.Equal(t, m, a.receive())
		}
	}
}

func inOrder(t *testing.T, newUser func() user, topic func(string) string) {
	const count = 1000
	a, b := newUser(), newUser()
	a.connect(session{client: topic("a")})
	a.subscribe(topic("+"), 1)
	b.connect(session{client: topic("b")})
	for i := range count {
		b.publish(message{topic: topic("t"), payload: fmt.Sprint(i), qos: 1})
	}
	for i := range count {
		require.Equal(t, fmt.Sprint(i), a.receive().payload)
	}
}

func lastState(t *testing.T, newUser func() user, topic func(string) string) {
	a, b := newUser(), newUser()
	a.connect(session{client: topic("a")})
	a.publish(message{topic: topic("t"), payload: "old", qos: 1, retain: true})
	a.publish(message{topic: topic("t"), payload: "on", qos: 1, retain: true})
	a.publish(message{topic: topic("gone"), payload: "x", qos: 1, retain: true})
	a.publish(message{topic: topic("gone"), payload: "", qos: 1, retain: true})
	b.connect(session{client: topic("b")})
	b.subscribe(topic("#"), 1)
	require.Equal(t, message{topic: topic("t"), payload: "on", qos: 1, retain: true}, b.receive())
	a.publish(message{topic: topic("t"), payload: "off", qos: 1, retain: true})
	require.Equal(t, message{topic: topic("t"), payload: "off", qos: 1}, b.receive(), "as it is published")
}

func chosenTopics(t *testing.T, newUser func() user, topic func(string) string) {
	a := newUser()
	a.connect(session{client: topic("a")})
	a.subscribe(topic("+/temperature"), 1)
	a.subscribe(topic("hall/#"), 1)
	for _, name := range []string{"garage/temperature", "garage/door", "hall", "hall/door/left", "temperature", "cellar/x/temperature"} {
		a.publish(message{topic: topic(name), payload: "x", qos: 1})
	}
	for _, name := range []string{"garage/temperature", "hall", "hall/door/left"} {
		require.Equal(t, topic(name), a.receive().topic)
	}
}

func lastWill(t *testing.T, newUser func() user, topic func(string) string) {
	a, b, c := newUser(), newUser(), newUser()
	a.connect(session{client: topic("a")})
	a.subscribe(topic("+"), 2)
	c.connect(session{client: topic("c"), will: &message{topic: topic("c"), payload: "lost", qos: 1}})
	c.leave()
	b.connect(session{client: topic("b"), will: &message{topic: topic("b"), payload: "\x00lost", qos: 2}})
	b.lose()
	require.Equal(t, message{topic: topic("b"), payload: "\x00lost", qos: 2}, a.receive())
}

func patientMessages(t *testing.T, newUser func() user, topic func(string) string) {
	a, b := newUser(), newUser()
	require.False(t, a.connect(session{client: topic("a"), keep: true}))
	a.subscribe(topic("t"), 2)
	a.leave()
	b.connect(session{client: topic("b")})
	for i := range 50 {
		b.publish(message{topic: topic("t"), payload: fmt.Sprint(i), qos: 1})
	}
	b.publish(message{topic: topic("t"), payload: "last", qos: 2})
	a = newUser()
	require.True(t, a.connect(session{client: topic("a"), keep: true}))
	for i := range 50 {
		require.Equal(t, message{topic: topic("t"), payload: fmt.Sprint(i), qos: 1}, a.receive())
	}
	require.Equal(t, message{topic: topic("t"), payload: "last", qos: 2}, a.receive())
}

func questionAndAnswer(t *testing.T, newUser func() user, topic func(string) string) {
	a, b := newUser(), newUser()
	a.connect(session{client: topic("a")})
	a.subscribe(topic("answers/a"), 1)
	b.connect(session{client: topic("b")})
	b.subscribe(topic("questions"), 1)
	question := message{
		topic: topic("questions"), payload: "how much?", qos: 1, responseTopic: topic("answers/a"),
		correlation: "\x00\x07\xff", contentType: "text/plain", user: [2]string{"name", "value"},
	}
	a.publish(question)
	got := b.receive()
	require.Equal(t, question, got)
	answer := message{topic: got.responseTopic, payload: "42", qos: 1, correlation: got.correlation}
	b.publish(answer)
	require.Equal(t, answer, a.receive())
}

func sharedWork(t *testing.T, newUser func() user, topic func(string) string) {
	a, b, c := newUser(), newUser(), newUser()
	for i, worker := range []user{a, b} {
		worker.connect(session{client: topic(fmt.Sprint("worker", i))})
		worker.subscribe("$share/workers/"+topic("work"), 1)
	}
	c.connect(session{client: topic("c")})
	for i := range 20 {
		c.publish(message{topic: topic("work"), payload: fmt.Sprint(i), qos: 1})
	}
	for range 10 {
		require.NotEqual(t, a.receive().payload, b.receive().payload)
	}
}
