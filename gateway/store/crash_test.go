package store_test

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"

	"mqttsn-gateway/gateway/store"
	"mqttsn-gateway/gateway/store/storetest"
)

// losses are ways to lose what was not synced: nothing, everything, each piece
// alone, all but each piece, and some at random.
func losses(seed uint64) []func() func() bool {
	all := []func() func() bool{
		func() func() bool { return func() bool { return true } },
		func() func() bool { return func() bool { return false } },
	}
	for piece := range 4 {
		for _, keep := range []bool{true, false} {
			all = append(all, func() func() bool {
				n := -1
				return func() bool {
					n++
					return (n == piece) == keep
				}
			})
		}
	}
	for i := range uint64(3) {
		all = append(all, func() func() bool {
			rng := rand.New(rand.NewPCG(seed, i))
			return func() bool { return rng.IntN(2) == 0 }
		})
	}
	return all
}

// TestCrash cuts the power before every operation of a store's life, in every
// way, and opens what is left. Each time nothing that was committed may lack,
// nothing may be there by half, and the store must be good for further use.
func TestCrash(t *testing.T) {
	disk, o, cuts := storetest.NewDisk(), newOracle(), uint64(0)
	disk.Before(func(op storetest.Op) error {
		for _, loss := range losses(cuts) {
			revive(t, disk.Crash(loss()), o, 0, fmt.Sprintf("cut %d before %v", cuts, op))
		}
		cuts++
		return nil
	})
	s := openDisk(t, disk)
	for _, c := range life(60, 1) {
		require.NoError(t, o.commit(s, c))
	}
	require.NoError(t, s.Close())
	require.Greater(t, cuts, uint64(200))
	require.Equal(t, o.now, storetest.Records(t, openDisk(t, disk)))
}

// TestCrashAfterCrash kills the process or cuts the power before every
// operation, and cuts the power again before every operation of what follows.
func TestCrashAfterCrash(t *testing.T) {
	disk, o, cuts := storetest.NewDisk(), newOracle(), uint64(0)
	disk.Before(func(op storetest.Op) error {
		why := fmt.Sprintf("cut %d before %v", cuts, op)
		revive(t, disk.Kill(), o, 1, why+", killed")
		rng := rand.New(rand.NewPCG(cuts, 0))
		revive(t, disk.Crash(func() bool { return rng.IntN(2) == 0 }), o, 1, why)
		cuts++
		return nil
	})
	s := openDisk(t, disk)
	for _, c := range life(25, 2) {
		require.NoError(t, o.commit(s, c))
	}
	require.NoError(t, s.Close())
}

// revive opens what a crash has left, checks it against the oracle, and uses it.
// With more crashes to come, each operation of that is crashed in turn.
func revive(t *testing.T, disk *storetest.Disk, before *oracle, crashes int, why string) {
	t.Helper()
	o := before
	cuts := 0
	disk.Before(func(op storetest.Op) error {
		if crashes == 0 {
			return nil
		}
		why := fmt.Sprintf("%s, then cut %d before %v", why, cuts, op)
		cuts++
		for _, keep := range []bool{true, false} {
			revive(t, disk.Crash(func() bool { return keep }), o, crashes-1, why)
		}
		return nil
	})
	s, err := store.OpenFS(disk, smallest)
	require.NoError(t, err, why)
	o = before.settle(t, s, why)
	for _, c := range life(2, 3) {
		require.NoError(t, o.commit(s, c), why)
	}
	s, err = store.OpenFS(disk.Crash(func() bool { return false }), smallest)
	require.NoError(t, err, why)
	require.Equal(t, o.now, storetest.Records(t, s), why)
}
