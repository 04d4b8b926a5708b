package bench

import (
	"slices"
	"sync"
	"time"
)

// arrivals notes which messages of a run have arrived, and how late. Any goroutine may call its methods.
type arrivals struct {
	run   uint32
	start time.Time

	mu         sync.Mutex
	seen       []uint64 // a bit a message
	late       []time.Duration
	duplicates int
	last       time.Duration // when the last new one came
}

func newArrivals(run uint32, start time.Time, count int) *arrivals {
	return &arrivals{run: run, start: start, seen: make([]uint64, (count+63)/64), late: make([]time.Duration, 0, count)}
}

// take notes an arrival, and reports whether the message is of this run and new.
func (a *arrivals) take(payload []byte) bool {
	number, due, ok := readPayload(payload, a.run)
	a.mu.Lock()
	defer a.mu.Unlock()
	if !ok || number >= len(a.seen)*64 {
		return false
	}
	word, bit := &a.seen[number/64], uint64(1)<<(number%64)
	if *word&bit != 0 {
		a.duplicates++
		return false
	}
	*word |= bit
	a.last = time.Since(a.start)
	a.late = append(a.late, a.last-due)
	return true
}

// count is how many different messages have arrived.
func (a *arrivals) count() int {
	a.mu.Lock()
	defer a.mu.Unlock()
	return len(a.late)
}

// lastAt is when the last of them came, since the start.
func (a *arrivals) lastAt() time.Duration {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.last
}

// Quantiles of times, in milliseconds.
type Quantiles struct {
	P50 float64 `json:"p50_ms"`
	P99 float64 `json:"p99_ms"`
	Max float64 `json:"max_ms"`
}

// quantiles sorts times. It returns nil if there are none.
func quantiles(times []time.Duration) *Quantiles {
	if len(times) == 0 {
		return nil
	}
	slices.Sort(times)
	at := func(share float64) float64 { return milliseconds(times[int(share*float64(len(times)-1))]) }
	return &Quantiles{P50: at(0.5), P99: at(0.99), Max: at(1)}
}

func milliseconds(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }
