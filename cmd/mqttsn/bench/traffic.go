package bench

import (
	"context"
	"time"

	"mqttsn-gateway/mqttsn"
)

// traffic is messages, at a rate or as fast as they arrive.
type traffic struct {
	fleet    *fleet
	arrivals *arrivals
	sender   sender
	count    int
	rate     float64 // a second; 0: window are under way
	window   int
	begun    time.Duration

	sent       int
	lastSent   time.Duration
	writtenOff int // messages that will not arrive any more: they leave the window
}

// A sender publishes the messages of traffic.
type sender interface {
	// send publishes a message, or reports false if that must wait for something that wakes the fleet.
	send(number int, due time.Duration) bool
	// pending is how many publications are not yet acknowledged.
	pending() int
}

const (
	// stalled is after what time messages that keep the window closed count as lost.
	stalled = 500 * time.Millisecond

	// settled is how long nothing must have arrived until what is missing counts as lost.
	settled = 2 * time.Second
)

// publish sends what is due, and returns when it wants to be called again if nothing happens before.
func (t *traffic) publish() time.Duration {
	for now := t.fleet.now(); t.sent < t.count; {
		due := now
		if t.rate > 0 {
			if due = t.begun + time.Duration(float64(t.sent)/t.rate*float64(time.Second)); due > now {
				return due
			}
		} else if until := t.closedUntil(now); until > now {
			return until
		}
		if !t.sender.send(t.sent, due) {
			return never
		}
		t.sent++
		t.lastSent = now
	}
	return never
}

// closedUntil is until when the window stays closed if nothing arrives.
func (t *traffic) closedUntil(now time.Duration) time.Duration {
	arrived := t.arrivals.count()
	if t.sent-arrived-t.writtenOff < t.window {
		return now
	}
	if until := max(t.lastSent, t.arrivals.lastAt()) + stalled; until > now {
		return until
	}
	t.writtenOff = t.sent - arrived
	return now
}

// run publishes until all is sent or the time is over, and waits for what is under way.
func (t *traffic) run(ctx context.Context, until time.Duration, tell func(done int)) error {
	for now := t.begun; !t.over(now); now = t.fleet.now() {
		if now >= until {
			t.count = t.sent
		}
		next := min(t.publish(), now+settled/4)
		if now < until {
			next = min(next, until)
		}
		if err := t.fleet.step(ctx, next); err != nil {
			return err
		}
		tell(t.arrivals.count())
	}
	return nil
}

func (t *traffic) over(now time.Duration) bool {
	if t.sent < t.count || t.sender.pending() > 0 {
		return false
	}
	return t.arrivals.count() >= t.sent || now > max(t.lastSent, t.arrivals.lastAt())+settled
}

// upward are devices that publish; each waits for the answer to its last publication first.
type upward struct {
	fleet *fleet
	run   uint32
	qos   mqttsn.QoS
	size  int
	free  []*device // devices that may publish, in the order in which they became free
	open  int

	payload []byte
	times   []time.Duration // from when a publication was due until it was acknowledged
}

func newUpward(f *fleet, devices []device, run uint32, qos mqttsn.QoS, size int) *upward {
	u := &upward{fleet: f, run: run, qos: qos, size: size}
	for i := range devices {
		devices[i].task = u
		u.free = append(u.free, &devices[i])
	}
	return u
}

func (u *upward) send(number int, due time.Duration) bool {
	if len(u.free) == 0 {
		return false
	}
	d := u.free[0]
	u.free = u.free[1:]
	u.payload = appendPayload(u.payload[:0], u.run, number, due, u.size)
	p := mqttsn.Publish{Flags: u.qos.Flags(), TopicID: d.topic, Data: u.payload}
	if u.qos == mqttsn.QoS0 {
		u.fleet.say(d, p)
		u.free = append(u.free, d)
		return true
	}
	u.open++
	u.fleet.ask(d, due, func(d *device, b []byte) (mqttsn.Type, []byte) {
		p.MsgID = d.nextMsgID()
		if u.qos == mqttsn.QoS2 {
			return mqttsn.TypePubrec, p.Append(b)
		}
		return mqttsn.TypePuback, p.Append(b)
	})
	return true
}

func (u *upward) pending() int { return u.open }

func (u *upward) answered(d *device, now time.Duration) {
	u.times = append(u.times, now-d.since)
	u.gaveUp(d)
}

func (u *upward) gaveUp(d *device) {
	u.open--
	u.free = append(u.free, d)
}

// downward is the ordinary client that publishes to one device after the other.
type downward struct {
	fleet   *fleet
	devices []device
	peer    *peer
	run     uint32
	qos     mqttsn.QoS
	size    int
	payload []byte
}

func (s *downward) send(number int, due time.Duration) bool {
	if !s.peer.mayPublish(byte(s.qos)) {
		return false
	}
	s.payload = appendPayload(s.payload[:0], s.run, number, due, s.size)
	s.peer.publish(s.fleet.topic(&s.devices[number%len(s.devices)]), s.payload, byte(s.qos))
	return true
}

func (s *downward) pending() int { return s.peer.unacknowledged() }
