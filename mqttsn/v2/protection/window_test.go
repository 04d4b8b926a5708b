package protection

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestWindow(t *testing.T) {
	for _, tt := range []struct {
		name     string
		counters []uint32
		fresh    []bool
	}{
		{"in order", []uint32{1, 2, 3}, []bool{true, true, true}},
		{"from 0", []uint32{0, 0, 1, 0}, []bool{true, false, true, false}},
		{"repeated", []uint32{7, 7, 8, 7, 8}, []bool{true, false, true, false, false}},
		{"out of order", []uint32{5, 3, 4, 3, 5, 6}, []bool{true, true, true, false, false, true}},
		{"the oldest that fits", []uint32{100, 37, 37}, []bool{true, true, false}},
		{"too old", []uint32{100, 36}, []bool{true, false}},
		{"slides", []uint32{1, 2, 65, 1, 2, 3, 66, 2}, []bool{true, true, true, false, false, true, true, false}},
		{"jumps by the window", []uint32{10, 74, 10, 11, 73}, []bool{true, true, false, true, true}},
		{"jumps far", []uint32{10, 1 << 31, 10, 1<<31 - 63, 1<<31 - 64}, []bool{true, true, false, true, false}},
		{"the end", []uint32{math.MaxUint32, math.MaxUint32, 0, 1, math.MaxUint32 - 1}, []bool{true, false, false, false, true}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var w Window
			for i, c := range tt.counters {
				before := w
				require.Equal(t, tt.fresh[i], w.Fresh(c), "%d, the %dth", c, i)
				require.Equal(t, before, w, "asking changes nothing")
				if tt.fresh[i] {
					w.Mark(c)
				}
			}
		})
	}
}

// Against a window that simply remembers everything: nothing is ever accepted twice, and what is new and not older than
// 63 less than the highest is accepted.
func TestWindowAgainstMemory(t *testing.T) {
	const seed = 2
	random := rand.New(rand.NewPCG(seed, seed))
	for range 50 {
		var w Window
		seen, top := map[uint32]bool{}, uint32(0)
		at := random.Uint32N(1000)
		for range 2000 {
			at += random.Uint32N(4)
			if random.IntN(50) == 0 {
				at += random.Uint32N(200)
			}
			c := at - min(at, random.Uint32N(80))
			want := !seen[c] && (c > top || top-c < 64)
			require.Equal(t, want, w.Fresh(c), "seed %d: %d with top %d", seed, c, top)
			if want {
				w.Mark(c)
				seen[c], top = true, max(top, c)
			}
		}
	}
}

// A window that was stored and loaded goes on as if nothing had happened.
func TestWindowCanBeStored(t *testing.T) {
	var w Window
	for _, c := range []uint32{5, 3, 9} {
		w.Mark(c)
	}
	loaded := Window{Top: w.Top, Seen: w.Seen}
	for c, want := range map[uint32]bool{3: false, 4: true, 5: false, 8: true, 9: false, 10: true} {
		require.Equal(t, want, loaded.Fresh(c), c)
	}
}

func TestWindowSkip(t *testing.T) {
	var w Window
	w.Mark(10)
	w.Skip(16)
	for c := range uint32(27) {
		require.False(t, w.Fresh(c), c)
	}
	require.True(t, w.Fresh(27))

	w = Window{Top: math.MaxUint32 - 1}
	w.Skip(5)
	require.False(t, w.Fresh(math.MaxUint32))
	require.False(t, w.Fresh(0))
}

// A window covers another if everything that the other has seen is too old or seen there as well.
func TestWindowCovers(t *testing.T) {
	const seed = 3
	random := rand.New(rand.NewPCG(seed, seed))
	marked := func() (w Window, seen []uint32) {
		for at := random.Uint32N(100); random.IntN(6) > 0; at += random.Uint32N(30) {
			w.Mark(at)
			seen = append(seen, at)
		}
		return w, seen
	}
	covered := 0
	for range 2000 {
		w, _ := marked()
		if random.IntN(2) == 0 {
			w.Skip(random.Uint32N(80))
		}
		other, seen := marked()
		want := true
		for _, c := range seen {
			// Of those too old for the other window itself nothing can be known, and nothing is accepted.
			want = want && (!w.Fresh(c) || other.Top-c >= 64)
		}
		require.Equal(t, want, w.Covers(&other), "seed %d: %v, %v", seed, w, other)
		if want {
			covered++
		}
	}
	require.Greater(t, covered, 300)
	require.Less(t, covered, 1700)
}
