package sim

import (
	"math"
	"math/rand/v2"
	"time"
)

// dice are what a seed is made of: every decision of a run comes from the same ones.
type dice struct{ *rand.Rand }

func newDice(seed uint64) dice { return dice{rand.New(rand.NewPCG(seed, 0x6d7174742d736e))} }

// chance is true with a probability from 0 to 1.
func (d dice) chance(p float64) bool { return d.Float64() < p }

// between is a time from lo up to hi.
func (d dice) between(lo, hi time.Duration) time.Duration {
	return lo + time.Duration(d.Int64N(int64(hi-lo)))
}

// around is a time for things that happen by themselves, on average once in mean; never more than five times that.
func (d dice) around(mean time.Duration) time.Duration {
	return time.Duration(float64(mean) * min(5, -math.Log(1-d.Float64())))
}

func pick[T any](d dice, items []T) T { return items[d.IntN(len(items))] }

// A loaded source of random numbers gives the engine now and then a number that is the last before many nines, or their
// like: MsgIds that begin there run over soon.
type loaded struct{ rand.Source }

func (l loaded) Uint64() uint64 {
	x := l.Source.Uint64()
	if x%4 == 0 {
		x |= 0xffe0 << 32
	}
	return x
}
