package engine

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"
)

func entryOf(topic, payload string, qos uint8) entry {
	return entry{msg: &Message{Topic: topic, Payload: []byte(payload)}, qos: qos}
}

// content shows a queue as "topic:payload/qos …".
func content(q *queue) []string {
	list := []string{}
	for i := range q.len() {
		e := q.at(i)
		list = append(list, fmt.Sprintf("%s:%s/%d", e.msg.Topic, e.msg.Payload, e.qos))
	}
	return list
}

// The queue agrees with a plain slice, and counts right, whatever is pushed and removed.
func TestQueueAgreesWithASlice(t *testing.T) {
	for seed := range uint64(20) {
		random := rand.New(rand.NewPCG(seed, 0))
		var q queue
		var slice []entry
		for step := range 200 {
			if random.IntN(3) > 0 || len(slice) == 0 {
				e := entryOf("t", fmt.Sprint(step), uint8(random.IntN(3)))
				q.push(e)
				slice = append(slice, e)
			} else {
				i := random.IntN(len(slice))
				if random.IntN(2) == 0 {
					i = 0
				}
				require.Same(t, slice[i].msg, q.remove(i).msg)
				slice = append(slice[:i:i], slice[i+1:]...)
			}
			bytes, zeros := 0, 0
			for i, e := range slice {
				require.Same(t, e.msg, q.at(i).msg)
				bytes += e.msg.size()
				if e.qos == 0 {
					zeros++
				}
			}
			require.Equal(t, len(slice), q.len())
			require.Equal(t, bytes, q.bytes)
			require.Equal(t, zeros, q.zeros)
		}
	}
}

func TestQueueIsFull(t *testing.T) {
	var q queue
	q.push(entryOf("t", "12345", 1))
	size := q.at(0).msg.size()
	require.False(t, q.full(Limit{Messages: 2, Bytes: size + 1}))
	require.True(t, q.full(Limit{Messages: 1, Bytes: size + 1}), "messages")
	require.True(t, q.full(Limit{Messages: 2, Bytes: size}), "octets")
}

func TestQueueVictim(t *testing.T) {
	waiting := []entry{
		entryOf("a", "1", 1), entryOf("b", "2", 0), entryOf("a", "3", 0), entryOf("c", "4", 2), entryOf("b", "5", 0),
	}
	for _, tt := range []struct {
		name string
		rule Overflow
		new  entry
		want int
	}{
		{"oldest of QoS 0", DropOldest, entryOf("c", "", 0), 1},
		{"oldest of QoS 0 for QoS 1", DropOldest, entryOf("c", "", 1), 1},
		{"the new one", DropNewest, entryOf("b", "", 0), -1},
		{"not the new one of QoS 2", DropNewest, entryOf("b", "", 2), 1},
		{"the same topic", KeepLastPerTopic, entryOf("a", "", 0), 2},
		{"the first of the same topic", KeepLastPerTopic, entryOf("b", "", 0), 1},
		{"no such topic", KeepLastPerTopic, entryOf("d", "", 0), 1},
		{"the same topic, but QoS 2 only", KeepLastPerTopic, entryOf("c", "", 0), 1},
		{"topics mean nothing to QoS 1", KeepLastPerTopic, entryOf("a", "", 1), 1},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var q queue
			for _, e := range waiting {
				q.push(e)
			}
			require.Equal(t, tt.want, q.victim(tt.new, tt.rule))
		})
	}
	t.Run("nothing of QoS 0", func(t *testing.T) {
		var q queue
		q.push(entryOf("a", "1", 1))
		for _, rule := range []Overflow{DropOldest, DropNewest, KeepLastPerTopic} {
			require.Equal(t, -1, q.victim(entryOf("a", "2", 0), rule))
			require.Equal(t, -1, q.victim(entryOf("a", "2", 1), rule))
		}
	})
}

func TestQueueFind(t *testing.T) {
	var q queue
	for _, e := range []entry{entryOf("a", "1", 1), entryOf("b", "2", 0), entryOf("c", "3", 0)} {
		q.push(e)
	}
	require.Equal(t, 1, q.find(0, isQoS0))
	require.Equal(t, 2, q.find(2, isQoS0))
	require.Equal(t, -1, q.find(3, isQoS0))
	require.Equal(t, []string{"a:1/1", "b:2/0", "c:3/0"}, content(&q))
}

// A queue that passes messages on keeps a bounded piece of memory, and an empty one next to none.
func TestQueueMemory(t *testing.T) {
	var q queue
	for i := range 10 {
		q.push(entryOf("t", fmt.Sprint(i), 1))
	}
	for i := range 100_000 {
		q.push(entryOf("t", fmt.Sprint(i), 1))
		q.remove(0)
	}
	require.LessOrEqual(t, cap(q.items), 64)
	for q.len() > 0 {
		q.remove(0)
	}
	require.LessOrEqual(t, cap(q.items), 8)
	require.Zero(t, q.bytes)
	for _, e := range q.items[:cap(q.items)] {
		require.Nil(t, e.msg, "messages that are gone are not held")
	}
}
