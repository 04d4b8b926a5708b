package testbed

import (
	"container/heap"
	"context"
	"time"
)

// A delayLine does things later, in the order in which they are due, and those due at the same time in the order in
// which they came.
type delayLine struct {
	in chan parcel

	parcels parcels // of the goroutine that runs it
	count   uint64
}

type parcel struct {
	due     time.Time
	deliver func()
	number  uint64 // in order of arrival
}

// maxParcels bounds what may be waiting.
const maxParcels = 100_000

func newDelayLine() *delayLine { return &delayLine{in: make(chan parcel, 1024)} }

// post has deliver called after a delay. It does not wait, and returns false if there is no room.
func (l *delayLine) post(delay time.Duration, deliver func()) bool {
	select {
	case l.in <- parcel{due: time.Now().Add(delay), deliver: deliver}:
		return true
	default:
		return false
	}
}

// run delivers until ctx ends. What is left is not delivered.
func (l *delayLine) run(ctx context.Context) {
	timer := time.NewTimer(0)
	defer timer.Stop()
	for {
		in := l.in
		if len(l.parcels) >= maxParcels {
			in = nil
		}
		select {
		case p := <-in:
			l.count++
			p.number = l.count
			heap.Push(&l.parcels, p)
		case <-timer.C:
		case <-ctx.Done():
			return
		}
		timer.Stop()
		for now := time.Now(); len(l.parcels) > 0; {
			if wait := l.parcels[0].due.Sub(now); wait > 0 {
				timer.Reset(wait)
				break
			}
			heap.Pop(&l.parcels).(parcel).deliver()
		}
	}
}

// parcels are a heap: what is due first comes first.
type parcels []parcel

func (p parcels) Len() int      { return len(p) }
func (p parcels) Swap(i, j int) { p[i], p[j] = p[j], p[i] }
func (p parcels) Less(i, j int) bool {
	if !p[i].due.Equal(p[j].due) {
		return p[i].due.Before(p[j].due)
	}
	return p[i].number < p[j].number
}
func (p *parcels) Push(x any) { *p = append(*p, x.(parcel)) }
func (p *parcels) Pop() any {
	last := (*p)[len(*p)-1]
	(*p)[len(*p)-1] = parcel{}
	*p = (*p)[:len(*p)-1]
	return last
}
