package xbee

import (
	"container/heap"
	"time"
)

// An event is something that will happen on the air.
type event struct {
	at    time.Time
	order uint64 // events of the same time happen in the order in which they were planned
	do    func()
}

// events is a heap, the next event first.
type events []event

func (e events) Len() int      { return len(e) }
func (e events) Swap(i, j int) { e[i], e[j] = e[j], e[i] }
func (e *events) Push(x any)   { *e = append(*e, x.(event)) }
func (e events) Less(i, j int) bool {
	if e[i].at.Equal(e[j].at) {
		return e[i].order < e[j].order
	}
	return e[i].at.Before(e[j].at)
}

func (e *events) Pop() any {
	last := len(*e) - 1
	x := (*e)[last]
	(*e)[last] = event{}
	*e = (*e)[:last]
	return x
}

// plan lets something happen at that time, with the air locked. The air is locked.
func (a *Air) plan(at time.Time, do func()) {
	a.planned++
	heap.Push(&a.events, event{at: at, order: a.planned, do: do})
	select {
	case a.wake <- struct{}{}:
	default:
	}
}

// run lets events happen when their time has come, until the air is closed.
func (a *Air) run() {
	timer := time.NewTimer(0)
	defer timer.Stop()
	for {
		timer.Reset(a.happen())
		select {
		case <-timer.C:
		case <-a.wake:
		case <-a.closed:
			return
		}
	}
}

// happen lets all events happen that are due, and returns the time until the next.
func (a *Air) happen() time.Duration {
	a.mu.Lock()
	defer a.mu.Unlock()
	for len(a.events) > 0 {
		if wait := time.Until(a.events[0].at); wait > 0 {
			return wait
		}
		heap.Pop(&a.events).(event).do()
	}
	return time.Hour
}
