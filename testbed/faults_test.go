package testbed

import (
	"math/rand/v2"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestNoFaults(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 1))
	for range 1000 {
		require.Equal(t, []time.Duration{0}, Faults{}.copies(r))
	}
	require.Equal(t, []time.Duration{time.Second}, Faults{Latency: time.Second}.copies(r))
	require.Empty(t, Faults{Loss: 1, Duplicate: 1}.copies(r))
	require.Equal(t, []time.Duration{holdBack, holdBack}, Faults{Duplicate: 1, Reorder: 1}.copies(r))
}

// Shares come out as they were asked for.
func TestShares(t *testing.T) {
	const n = 100_000
	r := rand.New(rand.NewPCG(1, 1))
	f := Faults{Loss: 0.1, Duplicate: 0.2, Reorder: 0.3, Latency: 5 * time.Millisecond, Jitter: 10 * time.Millisecond}
	lost, twice, copies, held := 0, 0, 0, 0
	total := time.Duration(0)
	for range n {
		delays := f.copies(r)
		switch len(delays) {
		case 0:
			lost++
		case 2:
			twice++
		}
		for _, d := range delays {
			copies++
			if d >= holdBack {
				held++
				d -= holdBack
			}
			require.GreaterOrEqual(t, d, f.Latency)
			require.LessOrEqual(t, d, f.Latency+f.Jitter)
			total += d
		}
	}
	require.InDelta(t, 0.1, float64(lost)/n, 0.01)
	require.InDelta(t, 0.2, float64(twice)/float64(n-lost), 0.01)
	require.InDelta(t, 0.3, float64(held)/float64(copies), 0.01)
	require.InDelta(t, 10*time.Millisecond, total/time.Duration(copies), float64(time.Millisecond))
}

// The next datagram's fate does not depend on the faults before it, so that one fault may be turned off and the rest
// stays.
func TestFatesAreIndependent(t *testing.T) {
	a, b := rand.New(rand.NewPCG(7, 7)), rand.New(rand.NewPCG(7, 7))
	both, one := Faults{Loss: 0.3, Duplicate: 0.3, Jitter: time.Second}, Faults{Loss: 0.3}
	for range 1000 {
		require.Equal(t, len(both.copies(a)) == 0, len(one.copies(b)) == 0)
	}
}

func TestFaultsCheck(t *testing.T) {
	require.NoError(t, Faults{Loss: 1, Duplicate: 0.5, Latency: time.Second}.check())
	zero := 0.0
	for _, f := range []Faults{{Loss: -0.1}, {Loss: 1.1}, {Duplicate: 2}, {Reorder: -1}, {Latency: -1}, {Jitter: -1}, {Loss: zero / zero}} {
		require.Error(t, f.check(), "%+v", f)
	}
}
