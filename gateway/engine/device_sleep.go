package engine

import (
	"slices"
	"time"

	"mqttsn-gateway/mqtt"
)

// sleep serves DISCONNECT with a duration, from an active device or one that changes how long it sleeps (v1.2, 6.14).
func (d *Device) sleep(duration time.Duration) {
	d.sleepFor = duration
	if d.state != Asleep && d.state != Awake {
		d.e.out.note(NoteAsleep, d.id, d.addr, duration.String())
	}
	d.enter(Asleep)
	d.save()
	d.whenKept(mqtt.Success, func() { d.answer(d.dialect.sleepresp) })
}

// ping serves PINGREQ. It wakes a sleeper: what was kept for it is delivered, and PINGRESP ends the window.
func (d *Device) ping() {
	switch d.state {
	case Asleep:
		d.enter(Awake)
		d.awakeLeft = d.awakeMax
		d.resume()
	case Awake:
		// The device has waited for PINGRESP in vain: perhaps it lost the message in flight, or our REGISTER. Or it has
		// no handler for that one: so this counts as a retry.
		if d.reg.msgID != 0 && !d.reg.held && d.late(d.reg.due, d.reg.tries) {
			d.retryRegister()
		}
		d.pauseLate()
		d.carryOn()
	default:
		d.pong(0)
	}
}

func (d *Device) pong(left int) {
	d.send(func(b []byte) []byte { return d.dialect.pingresp(b, left) })
}

// pauseLate marks what is in flight for sending again, but for what was sent a moment ago: a doubled PINGREQ must not
// double everything.
func (d *Device) pauseLate() {
	for i := range d.flights {
		if f := &d.flights[i]; !f.held && d.late(f.due, f.tries) {
			f.paused = true
		}
	}
}

// late reports whether what is to be sent again at a time, after so many tries, was not sent a moment ago.
func (d *Device) late(due time.Duration, tries int) bool {
	wait := d.traits().retry(d.link.Retry, tries)
	return d.e.now-(due-wait) >= wait/4
}

// closeWindow ends the awake window once everything is done, or as much as a window may hold.
func (d *Device) closeWindow() {
	if d.state == Awake && d.reg.msgID == 0 && !d.busy() && !d.awaitsDisk() {
		d.yield()
	}
}

// awaitsDisk reports whether a message that came before the window ends is on its way to the disk, and goes onward then.
func (d *Device) awaitsDisk() bool {
	full := d.awakeMax > 0 && d.awakeLeft == 0
	return d.queue.len() > 0 && !full && !d.e.rec.failing && !d.e.rec.passed(d.gate)
}

// busy reports whether a message is under way that can be done now. While the disk takes nothing, one that waits for it
// cannot.
func (d *Device) busy() bool {
	return slices.ContainsFunc(d.flights, func(f flight) bool { return !f.held || !d.e.rec.failing })
}

// yield ends the awake window: PINGRESP, asleep again. What is left waits for the next one. A device that answers
// "congestion" in its window is let go as well.
func (d *Device) yield() {
	if d.state != Awake {
		return
	}
	d.pong(d.queue.len())
	d.enter(Asleep)
}
