package ledger

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// TestVerdict breaks each promise once, and one by one: a ledger that saw no fault would prove nothing.
func TestVerdict(t *testing.T) {
	for _, c := range []struct {
		name string
		life func(l *Ledger)
		want []Fault
	}{
		{"all is well", func(l *Ledger) {
			a, b := l.Publish("th1", "up/th1", 1), l.Publish("th1", "up/th1", 1)
			l.Acknowledged(a)
			l.Arrived("hub", "up/th1", a)
			l.Arrived("hub", "up/th1", b) // before its acknowledgement
			l.Acknowledged(b)
			l.Arrived("hub", "up/th1", a) // QoS 1 may come again, late
		}, nil},
		{"acknowledged and lost", func(l *Ledger) {
			l.Acknowledged(l.Publish("th1", "up/th1", 1))
		}, []Fault{{Lost, "hub", "th1:up/th1:1", ""}}},
		{"not promised, not owed", func(l *Ledger) {
			l.Acknowledged(l.Publish("th1", "up/th1", 0))
			l.Acknowledged(l.Publish("th1", "elsewhere", 1))
			l.Refused(l.Publish("th1", "up/th1", 1))
			l.Abandoned(l.Publish("th1", "up/th1", 1))
			l.Publish("th1", "up/th1", 1)
		}, nil},
		{"QoS 2 twice", func(l *Ledger) {
			m := l.Publish("th1", "up/th1", 2)
			l.Arrived("hub", "up/th1", m)
			l.Arrived("hub", "up/th1", m)
		}, []Fault{{Doubled, "hub", "th1:up/th1:1", "for the 2. time"}}},
		{"QoS 2 twice, subscribed to with QoS 1", func(l *Ledger) {
			l.Subscribed("old", "up/+", 1)
			m := l.Publish("th1", "up/th1", 2)
			l.Arrived("old", "up/th1", m)
			l.Arrived("old", "up/th1", m)
		}, nil},
		{"out of order", func(l *Ledger) {
			a, b := l.Publish("th1", "up/th1", 1), l.Publish("th1", "up/th1", 1)
			l.Arrived("hub", "up/th1", b)
			l.Arrived("hub", "up/th1", a)
		}, []Fault{{Disordered, "hub", "th1:up/th1:1", "behind number 2"}}},
		{"out of order already when it came to the gateway", func(l *Ledger) {
			a, b := l.Publish("app", "up/th1", 1), l.Publish("app", "up/th1", 1)
			l.Held("hub", b)
			l.Held("hub", a)
			l.Arrived("hub", "up/th1", b)
			l.Arrived("hub", "up/th1", a)
		}, nil},
		{"in any order", func(l *Ledger) {
			l.Unordered("hub")
			a, b := l.Publish("app", "up/th1", 1), l.Publish("app", "up/th1", 1)
			l.Arrived("hub", "up/th1", b)
			l.Arrived("hub", "up/th1", a)
		}, nil},
		{"out of order, though sent again", func(l *Ledger) {
			a, b := l.Publish("app", "up/th1", 1), l.Publish("app", "up/th1", 1)
			l.Held("", a)
			l.Held("", b)
			l.Held("", a)
			l.Arrived("hub", "up/th1", b)
			l.Arrived("hub", "up/th1", a)
		}, []Fault{{Disordered, "hub", "app:up/th1:1", "behind number 2"}}},
		{"QoS levels pass each other", func(l *Ledger) {
			a, b := l.Publish("th1", "up/th1", 1), l.Publish("th1", "up/th1", 2)
			l.Arrived("hub", "up/th1", b)
			l.Arrived("hub", "up/th1", a)
		}, nil},
		{"wills", func(l *Ledger) {
			l.Silenced("th1")
			l.Arrived("hub", "will/th1", l.messages["will:th1"].payload)
		}, nil},
		{"false will", func(l *Ledger) {
			l.Arrived("hub", "will/th1", l.messages["will:th1"].payload)
		}, []Fault{{FalseWill, "hub", "will:th1", ""}}},
		{"missing will", func(l *Ledger) {
			l.Silenced("th1")
		}, []Fault{{MissingWill, "hub", "will:th1", ""}}},
		{"two wills", func(l *Ledger) {
			l.Silenced("th1")
			l.Arrived("hub", "will/th1", l.messages["will:th1"].payload)
			l.Arrived("hub", "will/th1", l.messages["will:th1"].payload)
		}, []Fault{{DoubledWill, "hub", "will:th1", "for the 2. time"}}},
		{"nothing is owed to the silent", func(l *Ledger) {
			l.Subscribed("th2", "down/th2", 1)
			l.Acknowledged(l.Publish("app", "down/th2", 1))
			l.Silenced("th2")
		}, nil},
		{"session has ended", func(l *Ledger) {
			l.Subscribed("th2", "down/#", 1)
			l.Acknowledged(l.Publish("app", "down/th2", 1))
			l.Forgotten("th2")
			l.Acknowledged(l.Publish("app", "down/th2", 1))
		}, nil},
		{"broker without a memory", func(l *Ledger) {
			l.Subscribed("th2", "down/#", 1)
			publish := func(topic string) []byte {
				m := l.Publish("app", topic, 1)
				l.Acknowledged(m)
				return m
			}
			publish("down/lost")
			l.Held("th2", publish("down/held"))
			l.Doubt(func(publisher, receiver string) bool { return publisher == "app" && receiver == "th2" })
			publish("down/lost")
			l.Held("", publish("down/held"))
			publish("up/local")
			l.Trust()
			publish("down/owed")
		}, []Fault{
			{Lost, "hub", "app:up/local:1", ""},
			{Lost, "th2", "app:down/held:1", ""},
			{Lost, "th2", "app:down/held:2", ""},
			{Lost, "th2", "app:down/owed:1", ""},
		}},
		{"comes before SUBACK", func(l *Ledger) {
			l.Subscribing("th2", "down/th2", 1)
			a, b := l.Publish("app", "down/th2", 1), l.Publish("app", "down/th2", 1)
			l.Acknowledged(a)
			l.Acknowledged(b)
			l.Arrived("th2", "down/th2", b)
			l.Subscribed("th2", "down/th2", 1)
		}, nil},
		{"subscribed to later", func(l *Ledger) {
			m := l.Publish("app", "down/th2", 1)
			l.Subscribed("th2", "down/th2", 1)
			l.Acknowledged(m)
			l.Arrived("th2", "down/th2", m)
		}, nil},
		{"not subscribed to", func(l *Ledger) {
			l.Arrived("th2", "up/th1", l.Publish("th1", "up/th1", 1))
		}, []Fault{{Unasked, "th2", "th1:up/th1:1", ""}}},
		{"changed", func(l *Ledger) {
			m := l.Publish("th1", "up/th1", 1)
			l.Arrived("hub", "up/th2", m)
		}, []Fault{{Mangled, "hub", "th1:up/th1:1", "on up/th2: \"th1:up/th1:1 " + filler + "\""}}},
		{"from nowhere", func(l *Ledger) {
			l.Arrived("hub", "up/th1", []byte("hello"))
		}, []Fault{{Unknown, "hub", "hello", "on up/th1"}}},
		{"refused, and arrived", func(l *Ledger) {
			for qos := range byte(3) {
				m := l.Publish("th1", "up/th1", qos)
				l.Refused(m)
				l.Arrived("hub", "up/th1", m)
			}
		}, []Fault{{Retracted, "th1", "th1:up/th1:3", ""}}},
		{"noticed", func(l *Ledger) {
			l.Blame(Noticed, "th1", "DISCONNECT")
		}, []Fault{{Noticed, "th1", "", "DISCONNECT"}}},
	} {
		t.Run(c.name, func(t *testing.T) {
			l := New()
			l.Subscribed("hub", "up/#", 2)
			l.Subscribed("hub", "will/+", 2)
			l.Will("th1", "will/th1", 2)
			c.life(l)
			require.Equal(t, c.want, l.Verdict().Faults)
		})
	}
}

// filler is what follows the id in the payload of th1's first message.
const filler = "nopqrstuvwxyzabcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuv"

func TestProgress(t *testing.T) {
	l := New()
	l.Subscribed("hub", "#", 1)
	m := l.Publish("th1", "up/th1", 2)
	want := func(open, owed, arrivals int) {
		t.Helper()
		o, w, a := l.Progress()
		require.Equal(t, []int{open, owed, arrivals}, []int{o, w, a})
	}
	want(1, 0, 0)
	l.Acknowledged(m)
	want(0, 1, 0)
	l.Arrived("hub", "up/th1", m)
	want(0, 0, 1)
	l.Arrived("hub", "up/th1", m)
	want(0, 0, 1)
	require.Equal(t, 1, l.Verdict().Repeated)
}

func TestMatches(t *testing.T) {
	for _, c := range []struct {
		filter, topic string
		want          bool
	}{
		{"a/b", "a/b", true},
		{"a/b", "a/c", false},
		{"a/b", "a", false},
		{"a", "a/b", false},
		{"a/+", "a/b", true},
		{"a/+", "a", false},
		{"a/+", "a/b/c", false},
		{"a/#", "a/b/c", true},
		{"a/#", "a", true},
		{"#", "a", true},
	} {
		require.Equal(t, c.want, matches(c.filter, c.topic), "%s %s", c.filter, c.topic)
	}
}
