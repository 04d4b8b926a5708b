package engine

import (
	"math/rand/v2"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// A sleeper counts how often it was woken.
type sleeper struct{ woken int }

func (s *sleeper) wake(time.Duration) { s.woken++ }

// The heap agrees with a list that is searched, whatever is done in whatever order.
func TestAlarmsAgreeWithAList(t *testing.T) {
	for seed := range uint64(50) {
		random := rand.New(rand.NewPCG(seed, 0))
		var heap alarms
		list := make(map[*alarm]time.Duration)
		all := make([]alarm, 1+random.IntN(40))
		var now time.Duration
		for range 500 {
			a := &all[random.IntN(len(all))]
			switch random.IntN(4) {
			case 0, 1:
				at := now + time.Duration(random.IntN(50))
				heap.set(a, at)
				if old, ok := list[a]; !ok || at < old {
					list[a] = at // a later time leaves it where it is
				}
			case 2:
				heap.set(a, never)
				delete(list, a)
			case 3:
				now += time.Duration(random.IntN(20))
				ringAll(t, &heap, list, now)
			}
			require.Len(t, heap, len(list))
			require.Equal(t, earliest(list), heap.next(), "seed %d", seed)
		}
	}
}

// ringAll rings what is due, in order, and takes it off the list.
func ringAll(t *testing.T, heap *alarms, list map[*alarm]time.Duration, now time.Duration) {
	var last time.Duration
	for a := heap.ring(now); a != nil; a = heap.ring(now) {
		require.Contains(t, list, a)
		require.Equal(t, list[a], a.at)
		require.LessOrEqual(t, a.at, now)
		require.GreaterOrEqual(t, a.at, last, "the earliest rings first")
		last = a.at
		delete(list, a)
	}
	for _, at := range list {
		require.Greater(t, at, now, "what is due has rung")
	}
}

func earliest(list map[*alarm]time.Duration) time.Duration {
	first := never
	for _, at := range list {
		first = min(first, at)
	}
	return first
}

func TestAlarmMayRingEarlyButNeverLate(t *testing.T) {
	var heap alarms
	var s sleeper
	a := alarm{owner: &s}
	heap.set(&a, 10)
	heap.set(&a, 50)
	require.Equal(t, time.Duration(10), heap.next(), "a later time costs nothing")
	heap.set(&a, 5)
	require.Nil(t, heap.ring(4))
	require.Same(t, &a, heap.ring(5))
	require.Equal(t, never, heap.next())
	heap.set(&a, 50)
	require.Equal(t, time.Duration(50), heap.next())
	heap.set(&a, never)
	heap.set(&a, never)
	require.Nil(t, heap.ring(100))
}

// A session that is heard again and again moves its deadline without any work in the heap.
func TestAlarmsCostNothingWhenPutOff(t *testing.T) {
	var heap alarms
	a := alarm{owner: new(sleeper)}
	heap.set(&a, 1)
	var at time.Duration
	require.Zero(t, testing.AllocsPerRun(100, func() {
		at++
		heap.set(&a, at)
	}))
}
