package testbed

import (
	"errors"
	"math/rand/v2"
	"time"
)

// Faults say what a network does to datagrams. The zero Faults do nothing.
type Faults struct {
	Loss      float64 // share of datagrams that are lost, 0 to 1
	Duplicate float64 // share of the others that arrive twice
	Reorder   float64 // share of all copies that are held back, so that later ones overtake them

	Latency time.Duration // of every copy
	Jitter  time.Duration // at most so much more, at random; may reorder as well
}

// holdBack is how much later a copy arrives that is overtaken, beside its latency.
const holdBack = 50 * time.Millisecond

func (f Faults) check() error {
	for _, share := range []float64{f.Loss, f.Duplicate, f.Reorder} {
		if !(share >= 0 && share <= 1) {
			return errors.New("testbed: shares of datagrams go from 0 to 1")
		}
	}
	if f.Latency < 0 || f.Jitter < 0 {
		return errors.New("testbed: latency and jitter must not be negative")
	}
	return nil
}

// copies decides the fate of one datagram: after which delays copies of it arrive, none if it is lost. It draws the same
// amount of randomness whatever the fate.
func (f Faults) copies(r *rand.Rand) []time.Duration {
	lost, twice := r.Float64() < f.Loss, r.Float64() < f.Duplicate
	delays := []time.Duration{f.delay(r), f.delay(r)}
	switch {
	case lost:
		return nil
	case twice:
		return delays
	}
	return delays[:1]
}

func (f Faults) delay(r *rand.Rand) time.Duration {
	d := f.Latency + time.Duration(r.Float64()*float64(f.Jitter))
	if r.Float64() < f.Reorder {
		d += holdBack
	}
	return d
}
