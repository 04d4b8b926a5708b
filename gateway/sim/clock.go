package sim

import "time"

// A clock is virtual time: what happens next is the earliest thing that was asked for, and of several at the same
// moment the one that was asked for first.
type clock struct {
	now    time.Duration
	queue  []appointment // a heap
	serial uint64
}

type appointment struct {
	at     time.Duration
	serial uint64
	do     func()
}

func (a *appointment) before(b *appointment) bool {
	return a.at < b.at || a.at == b.at && a.serial < b.serial
}

// at has something done at a time, now if that has passed.
func (c *clock) at(t time.Duration, do func()) {
	c.serial++
	c.queue = append(c.queue, appointment{max(t, c.now), c.serial, do})
	for i := len(c.queue) - 1; i > 0; {
		parent := (i - 1) / 2
		if !c.queue[i].before(&c.queue[parent]) {
			break
		}
		c.queue[i], c.queue[parent] = c.queue[parent], c.queue[i]
		i = parent
	}
}

func (c *clock) after(d time.Duration, do func()) { c.at(c.now+d, do) }

// next is when something happens next; false if nothing ever does.
func (c *clock) next() (time.Duration, bool) {
	if len(c.queue) == 0 {
		return 0, false
	}
	return c.queue[0].at, true
}

// step moves on to the next appointment and keeps it.
func (c *clock) step() {
	a := c.queue[0]
	last := len(c.queue) - 1
	c.queue[0] = c.queue[last]
	c.queue[last] = appointment{}
	c.queue = c.queue[:last]
	for i := 0; ; {
		child := 2*i + 1
		if child >= last {
			break
		}
		if child+1 < last && c.queue[child+1].before(&c.queue[child]) {
			child++
		}
		if !c.queue[child].before(&c.queue[i]) {
			break
		}
		c.queue[i], c.queue[child] = c.queue[child], c.queue[i]
		i = child
	}
	c.now = a.at
	a.do()
}

// A timer does one thing at a time that may change. Setting it again forgets the earlier time.
type timer struct {
	clock *clock
	do    func()
	round int
	due   time.Duration
	set   bool
}

func newTimer(c *clock, do func()) *timer { return &timer{clock: c, do: do} }

func (t *timer) at(at time.Duration) {
	if t.set && t.due == at {
		return
	}
	t.round++
	t.set, t.due = true, at
	round := t.round
	t.clock.at(at, func() {
		if t.round == round {
			t.set = false
			t.do()
		}
	})
}

func (t *timer) after(d time.Duration) { t.at(t.clock.now + d) }

func (t *timer) stop() {
	t.round++
	t.set = false
}
