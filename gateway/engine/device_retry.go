package engine

import (
	"time"

	"mqttsn-gateway/mqtt"
)

// retryTime is when the next unanswered message is sent again.
func (d *Device) retryTime() time.Duration {
	at := never
	if d.reg.msgID != 0 && !d.reg.held {
		at = d.reg.due
	}
	for i := range d.flights {
		if f := &d.flights[i]; !f.paused && !f.held {
			at = min(at, f.due)
		}
	}
	return at
}

// retry sends again what is due (v1.2, 6.13), or finds that the device does not answer.
func (d *Device) retry(now time.Duration) {
	if d.reg.msgID != 0 && !d.reg.held && now >= d.reg.due {
		d.retryRegister()
	}
	for i := range d.flights {
		f := &d.flights[i]
		if f.paused || f.held || now < f.due || d.stalled {
			continue
		}
		if f.tries >= d.link.Retries {
			d.stall()
			return
		}
		f.tries++
		d.sendAgain(f)
	}
}

// sendAgain repeats a message in flight, under the same MsgId.
func (d *Device) sendAgain(f *flight) {
	d.stats.Retransmissions++
	d.e.stats.Retransmissions++
	f.paused = false
	f.due = d.e.now + d.traits().retry(d.link.Retry, f.tries)
	if f.phase == released {
		d.send(func(b []byte) []byte { return d.dialect.pubrel(b, f.id, mqtt.Success) })
		return
	}
	f.dup = !d.noDUP && !f.anew
	f.anew = false
	d.sendPublish(f)
}

func (d *Device) retryRegister() {
	if d.reg.tries < d.link.Retries {
		d.reg.tries++
		d.stats.Retransmissions++
		d.e.stats.Retransmissions++
		d.sendRegister()
		return
	}
	if d.heard <= d.reg.begun || d.traits().givesUp {
		d.reg.over = true
		d.stall()
		return
	}
	if !d.endRound() {
		d.beginRound()
		return
	}
	d.carryOn()
}

// beginRound sends REGISTER, with all its retries before it.
func (d *Device) beginRound() {
	d.reg.tries, d.reg.begun, d.reg.over = 0, d.e.now, false
	d.sendRegister()
}

// endRound is when all retries of REGISTER were unanswered by a device that is there: RIOT's clients have no handler for
// it. It reports whether that is enough to go on without an answer.
func (d *Device) endRound() bool {
	d.reg.rounds++
	t := d.topics.get(d.reg.topicID)
	switch {
	case t.told:
		t.known = true // it learned the id from an earlier REGACK or SUBACK
	case d.reg.proof:
	case d.reg.rounds < registerRounds:
		return false
	default:
		d.refuseTopic(t, "REGISTER was not answered: ")
	}
	d.reg = registration{}
	return true
}

// stall stops sending to a device that has not answered anything, until it is heard again. A sleeper that fell silent in
// its awake window is asleep again, and gets no PINGRESP. In version 2.0 it is lost instead (v2.0, 4.4.2-5 and 4.14.2-6).
func (d *Device) stall() {
	if d.traits().givesUp {
		d.lose("no answer")
		return
	}
	d.stalled = true
	d.pause()
	if d.state == Awake {
		d.enter(Asleep)
	}
}

// rest leaves a congested device alone for a while. A sleeper is let go.
func (d *Device) rest() {
	d.stalled, d.congested, d.resumeAt = true, true, d.e.now+congestionPause
	d.pause()
	d.yield()
	d.schedule()
}

// pause keeps what is in flight for the time when the device is reachable again.
func (d *Device) pause() {
	d.reg.tries = 0
	for i := range d.flights {
		d.flights[i].paused = !d.flights[i].held
	}
}

// resume sends again what was paused, in order, and then what waits.
func (d *Device) resume() {
	if !d.reachable() {
		return
	}
	// A device that says nothing all the while, but speaks later, may have no handler for REGISTER either.
	if d.reg.msgID != 0 && !d.reg.held && !(d.reg.over && d.endRound()) {
		d.beginRound()
	}
	d.carryOn()
}

// carryOn sends what waited for the device, or for the end of a registration.
func (d *Device) carryOn() {
	if d.reachable() && !d.stalled {
		d.resumeFlights()
		d.pump()
	}
}

func (d *Device) resumeFlights() {
	for i := 0; i < len(d.flights); i++ {
		f := &d.flights[i]
		if !f.paused {
			continue
		}
		switch d.refresh(f) {
		case referNow:
			f.tries = 0
			d.sendAgain(f)
		case referNever:
			d.e.stats.Undeliverable++
			d.drop(d.land(f))
			i--
		}
	}
}

// refresh makes sure that the device knows how f names its topic; after a reconnect it may have forgotten.
func (d *Device) refresh(f *flight) verdict {
	if f.phase == released || f.topic.kind != topicNormal {
		return referNow
	}
	if d.traits().fullNames {
		if t := d.topics.get(f.topic.id); t == nil || t.name != f.msg.Topic {
			f.topic = d.nameTopic(f.msg.Topic) // the alias was given up
		}
		return referNow
	}
	switch t := d.topics.get(f.topic.id); {
	case t.known:
		return referNow
	case t.refused:
		return referNever
	}
	if d.reg.msgID == 0 && !d.announce(f.topic.id) {
		return referNever
	}
	return referLater
}

// sendFailed says that the link could not deliver to the device. A retry need not wait for T_retry then.
func (d *Device) sendFailed() {
	soon := d.e.now + d.link.Retry/4
	if d.reg.msgID != 0 {
		d.reg.due = min(d.reg.due, soon)
	}
	for i := range d.flights {
		d.flights[i].due = min(d.flights[i].due, soon)
	}
	d.schedule()
}
