package bench

import (
	"context"
	"math"
	"time"

	"mqttsn-gateway/mqttsn"
)

// A fleet is all devices of a run. One goroutine drives it; what other goroutines have to say comes over channels.
type fleet struct {
	air       *air
	heard     <-chan *batch // the air's; nil without one
	failed    func() error  // why it cannot go on; nil: nothing can fail
	devices   []device
	prefix    string
	keepAlive time.Duration
	retry     time.Duration
	retries   int
	start     time.Time
	timer     *time.Timer
	poked     chan struct{} // something has happened elsewhere
	arrivals  *arrivals     // of messages to devices; nil: none are expected
	beside    *traffic      // goes on whatever else is done; nil: none

	repeats queue // when devices repeat, soonest first
	spoken  []byte
	ends    []utterance // where in spoken the datagrams end
	out     []datagram

	counts counts
}

// counts are things that should not happen on a good day.
type counts struct {
	repeated  int // questions asked again for want of an answer
	gaveUp    int // questions never answered
	refused   int // answers that said no
	thrownOut int // DISCONNECT that the device had not asked for
	malformed int // datagrams that are no packet
}

// utterance is a datagram whose data end there.
type utterance struct{ device, end int }

// never is later than any other time.
const never = time.Duration(math.MaxInt64)

func (f *fleet) now() time.Duration { return time.Since(f.start) }

// say puts a packet among those that are sent together.
func (f *fleet) say(d *device, p interface{ Append([]byte) []byte }) {
	f.spoken = p.Append(f.spoken)
	f.ends = append(f.ends, utterance{d.number, len(f.spoken)})
}

// ask has a device ask a question, and repeat it until it is answered. Since is from when on its time counts.
func (f *fleet) ask(d *device, since time.Duration, q question) {
	d.awaits, d.said = q(d, d.said[:0])
	d.since, d.tries = since, 0
	f.sayAgain(d)
}

// release goes on with a publication of QoS 2 that the gateway has received.
func (f *fleet) release(d *device) {
	d.awaits, d.said = mqttsn.TypePubcomp, mqttsn.Pubrel{MsgID: d.msgID}.Append(d.said[:0])
	d.tries = 0
	f.sayAgain(d)
}

func (f *fleet) sayAgain(d *device) {
	f.spoken = append(f.spoken, d.said...)
	f.ends = append(f.ends, utterance{d.number, len(f.spoken)})
	d.repeatAt = f.now() + f.retry
	f.repeats.push(d.number, d.repeatAt)
}

func (f *fleet) flush() error {
	f.out = f.out[:0]
	if len(f.ends) == 0 {
		return nil
	}
	from := 0
	for _, u := range f.ends {
		f.out = append(f.out, datagram{u.device, f.spoken[from:u.end]})
		from = u.end
	}
	err := f.air.send(f.out)
	f.ends, f.spoken = f.ends[:0], f.spoken[:0]
	return err
}

// step sends what was said, and waits until something happens, at most until then.
func (f *fleet) step(ctx context.Context, until time.Duration) error {
	if f.beside != nil {
		until = min(until, f.beside.publish())
	}
	if err := f.flush(); err != nil {
		return err
	}
	f.timer.Reset(min(until, f.repeats.first()) - f.now())
	select {
	case b := <-f.heard:
		f.take(b)
		f.takeMore()
	case <-f.poked:
	case <-f.timer.C:
	case <-ctx.Done():
		return context.Cause(ctx)
	}
	f.repeat()
	if f.failed != nil {
		return f.failed()
	}
	return nil
}

// maxBatches bounds how many batches are looked at before what they caused is sent.
const maxBatches = 16

func (f *fleet) takeMore() {
	for range maxBatches {
		select {
		case b := <-f.heard:
			f.take(b)
		default:
			return
		}
	}
}

func (f *fleet) take(b *batch) {
	for _, d := range b.datagrams {
		if d.device >= 0 && d.device < len(f.devices) {
			f.hear(&f.devices[d.device], d.data)
		}
	}
	f.air.release(b)
}

// repeat has those ask again whose answer is overdue.
func (f *fleet) repeat() {
	for now := f.now(); f.repeats.first() <= now; {
		r := f.repeats.pop()
		d := &f.devices[r.device]
		switch {
		case d.awaits == 0 || d.repeatAt != r.at: // was answered, and has perhaps asked something else
		case d.tries == f.retries:
			d.awaits = 0
			f.counts.gaveUp++
			d.task.gaveUp(d)
		default:
			d.tries++
			f.counts.repeated++
			if mqttsn.Type(d.said[1]) == mqttsn.TypePublish {
				d.said[2] |= byte(mqttsn.FlagDUP)
			}
			f.sayAgain(d)
		}
	}
}

// poke tells the fleet that something has happened elsewhere. Any goroutine may call it.
func (f *fleet) poke() {
	select {
	case f.poked <- struct{}{}:
	default:
	}
}

// A queue holds repetitions that are due, all after the same time: what comes in later is due later.
type queue struct {
	list []repetition
	head int
}

type repetition struct {
	device int
	at     time.Duration
}

func (q *queue) push(device int, at time.Duration) {
	if q.head > len(q.list)/2 {
		q.list = append(q.list[:0], q.list[q.head:]...)
		q.head = 0
	}
	q.list = append(q.list, repetition{device, at})
}

func (q *queue) first() time.Duration {
	if q.head == len(q.list) {
		return never
	}
	return q.list[q.head].at
}

func (q *queue) pop() repetition {
	q.head++
	return q.list[q.head-1]
}
