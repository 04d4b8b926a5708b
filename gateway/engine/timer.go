package engine

import "time"

// never is the deadline of something that waits for nothing.
const never = time.Duration(1<<63 - 1)

// An alarm wakes its owner at a time. It is embedded in the owner and costs nothing while it is not set.
type alarm struct {
	at    time.Duration
	index int32 // in the heap, plus one; zero: not set
	owner alarmed
}

// alarmed is what an alarm wakes. It must set its alarm anew if it still waits for something.
type alarmed interface {
	wake(now time.Duration)
}

// alarms is a heap of deadlines, the earliest first.
//
// A session's deadline moves later with each sign of life. So an alarm may ring early: set leaves an alarm that rings
// before the wanted time where it is, and the owner, once woken, sets it again. That makes the common case free.
type alarms []*alarm

// next returns the time of the earliest alarm, never if there is none.
func (h alarms) next() time.Duration {
	if len(h) == 0 {
		return never
	}
	return h[0].at
}

// set makes a ring no later than at; never cancels it.
func (h *alarms) set(a *alarm, at time.Duration) {
	switch {
	case a.index == 0 && at == never:
	case a.index == 0:
		a.at = at
		*h = append(*h, a)
		a.index = int32(len(*h))
		h.up(len(*h) - 1)
	case at == never:
		h.remove(a)
	case at < a.at:
		a.at = at
		h.up(int(a.index - 1))
	}
}

// ring removes and returns the earliest alarm if its time has come, or nil.
func (h *alarms) ring(now time.Duration) *alarm {
	if h.next() > now {
		return nil
	}
	a := (*h)[0]
	h.remove(a)
	return a
}

func (h *alarms) remove(a *alarm) {
	if a.index == 0 {
		return
	}
	s, i, last := *h, int(a.index-1), len(*h)-1
	s.swap(i, last)
	s[last] = nil
	*h = s[:last]
	a.index = 0
	if i < last {
		h.down(i)
		h.up(i)
	}
}

func (h alarms) swap(i, j int) {
	h[i], h[j] = h[j], h[i]
	h[i].index, h[j].index = int32(i+1), int32(j+1)
}

func (h alarms) up(i int) {
	for i > 0 {
		parent := (i - 1) / 2
		if h[parent].at <= h[i].at {
			return
		}
		h.swap(i, parent)
		i = parent
	}
}

func (h alarms) down(i int) {
	for {
		child := 2*i + 1
		if child >= len(h) {
			return
		}
		if child+1 < len(h) && h[child+1].at < h[child].at {
			child++
		}
		if h[i].at <= h[child].at {
			return
		}
		h.swap(i, child)
		i = child
	}
}
