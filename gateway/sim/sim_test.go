package sim

import (
	"flag"
	"fmt"
	"os"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

var (
	oneSeed   = flag.Uint64("seed", 0, "live through this seed, and tell its story if it fails")
	manySeeds = flag.Int("seeds", 0, "how many seeds; 0 is as many as a test run can spare")
	fromSeed  = flag.Uint64("from", 1, "the first of them")
	teller    = flag.String("who", "", "with -seed and -run Tell: the whole story of one party")
)

const (
	seedsInTest  = 400
	seedsInShort = 30
)

// TestSim lives through many seeds, or with -seed through one:
//
//	go test ./gateway/sim -run Sim -seed 4711
//	make sim SEEDS=20000
func TestSim(t *testing.T) {
	if *oneSeed != 0 {
		stats, f := Run(*oneSeed)
		if f != nil {
			t.Fatal(Explain(*oneSeed))
		}
		t.Log(stats)
		return
	}
	n := *manySeeds
	switch {
	case n > 0:
	case testing.Short():
		n = seedsInShort
	default:
		n = seedsInTest
	}
	stats, failures := runMany(*fromSeed, n, *manySeeds > 0)
	t.Log(stats)
	for i, f := range failures {
		if i < maxExplained {
			t.Error(Explain(f.Seed))
		} else {
			t.Error(f)
		}
	}
}

// maxExplained is how many failures are told at length.
const maxExplained = 3

// runMany shares seeds among all processors.
func runMany(from uint64, n int, progress bool) (total Stats, failures []*Failure) {
	var (
		next, done atomic.Int64
		mu         sync.Mutex
		wg         sync.WaitGroup
	)
	for range runtime.GOMAXPROCS(0) {
		wg.Go(func() {
			for {
				i := next.Add(1) - 1
				if i >= int64(n) {
					return
				}
				stats, f := Run(from + uint64(i))
				mu.Lock()
				total.Add(stats)
				if f != nil {
					failures = append(failures, f)
				}
				mu.Unlock()
				if d := done.Add(1); progress && d%100 == 0 {
					fmt.Fprintf(os.Stderr, "%s  %d of %d seeds, %d failed\n", time.Now().Format(time.TimeOnly), d, n, len(failures))
				}
			}
		})
	}
	wg.Wait()
	return total, failures
}

// TestReproducible lives through a seed twice: every packet must be the same, at the same time.
func TestReproducible(t *testing.T) {
	for seed := uint64(1); seed <= 6; seed++ {
		var stories [2]trace
		for i := range stories {
			_, f := run(seed, &stories[i])
			require.Nil(t, f)
		}
		require.Equal(t, len(stories[0].lines), len(stories[1].lines), "seed %d", seed)
		for i := range stories[0].lines {
			require.Equal(t, stories[0].lines[i], stories[1].lines[i], "seed %d, line %d", seed, i)
		}
	}
}
