package engine

import (
	"time"

	"mqttsn-gateway/mqtt"
)

// A phase is how far a QoS 1 or 2 message towards the device has come.
type phase uint8

const (
	published phase = iota // PUBLISH was sent
	released               // QoS 2: PUBREC was received, PUBREL sent
)

// A flight is a QoS 1 or 2 message that was sent to the device and is not done.
type flight struct {
	entry
	topic  topicRef
	phase  phase
	paused bool // sent again when the device is next reachable
	held   bool // waits for the disk
	dup    bool // was last sent with the DUP bit
	again  bool // was registered and sent anew once already
	copied bool // another answer that refuses DUP may be under way
	anew   bool // the device does not have it, for it was refused or never sent: it is no duplicate
	tries  int
	due    time.Duration // send again
}

// transmit sends the i-th waiting message.
func (d *Device) transmit(ref topicRef, i int) {
	d.awakeLeft--
	d.spent++
	d.launch(flight{entry: d.queue.remove(i), topic: ref})
}

// launch sends a message under a new id, if its QoS needs one.
func (d *Device) launch(f flight) {
	en := f.entry
	if en.qos > 0 {
		f.id = d.newMsgID()
	}
	if en.qos == 2 && d.e.rec.durable {
		d.transmitLater(f)
		return
	}
	if !d.sendPublish(&f) {
		d.tooLong(en)
		return
	}
	d.stats.PublishedDown++
	d.e.stats.PublishedDown++
	if en.qos > 0 {
		d.e.rec.noteFlight(d.record, &f.entry) // a device that sleeps on it is sent it under the same MsgId after a restart
		d.flights = append(d.flights, f)
	} else {
		d.settle(en)
	}
}

func (d *Device) tooLong(en entry) {
	d.e.stats.Undeliverable++
	d.e.out.note(NoteUndeliverable, d.id, d.addr, "too long for the link: "+en.msg.Topic)
	d.drop(en)
}

// transmitLater sends a QoS 2 message once the id under which it goes is on disk: after a crash it must not come again
// under another.
func (d *Device) transmitLater(f flight) {
	d.e.rec.keepFlight(d.record, &f.entry)
	f.held, f.due = true, never
	d.flights = append(d.flights, f)
	id := f.id
	d.e.rec.whenSafe(func() {
		f := d.flight(id)
		if f == nil || !f.held {
			return
		}
		f.held = false
		if !d.reachable() {
			f.paused, f.anew = true, true
			return
		}
		if !d.sendPublish(f) {
			d.tooLong(d.land(f))
			d.pump()
			return
		}
		d.stats.PublishedDown++
		d.e.stats.PublishedDown++
		d.schedule()
	})
}

func (d *Device) sendPublish(f *flight) bool {
	f.due = d.e.now + d.traits().retry(d.link.Retry, f.tries)
	p := outgoing{
		topic: f.topic, name: f.msg.Topic, qos: f.qos, retain: f.retain, dup: f.dup, msgID: f.id, payload: f.msg.Payload,
	}
	return d.send(func(b []byte) []byte { return d.dialect.publish(b, p) })
}

func (d *Device) flight(msgID uint16) *flight {
	for i := range d.flights {
		if d.flights[i].id == msgID {
			return &d.flights[i]
		}
	}
	return nil
}

func (d *Device) land(f *flight) entry {
	en := f.entry
	for i := range d.flights {
		if &d.flights[i] == f {
			d.flights = append(d.flights[:i], d.flights[i+1:]...)
			break
		}
	}
	if len(d.flights) == 0 {
		d.flights = nil
	}
	return en
}

// puback is the device's answer to a QoS 1 PUBLISH, or its complaint about one of any QoS (v1.2, 6.10).
func (d *Device) puback(topicID, msgID uint16, reason mqtt.Reason) {
	f := d.flight(msgID)
	if f == nil || f.phase != published {
		if msgID == 0 && reason == mqtt.TopicAliasInvalid {
			d.unlearn(topicRef{kind: topicNormal, id: topicID})
		}
		return
	}
	d.unproven = false
	switch {
	case !reason.Failed():
		if f.qos == 2 || f.held {
			return // QoS 2 is answered by PUBREC (reference, A4)
		}
		d.settle(d.land(f))
	case congested(reason):
		f.anew = true
		d.rest()
		return
	case f.anew:
		return // a copy of an earlier answer: it has not been sent again since
	case reason == mqtt.TopicAliasInvalid && f.topic.kind == topicNormal && !f.again:
		d.unlearn(f.topic)
		d.sendAnew(f)
	case reason == mqtt.ImplementationSpecificError && f.copied:
		f.copied = false // perhaps a copy of the answer to DUP, made by the network; if not, it will say so again
	case reason == mqtt.ImplementationSpecificError && f.dup:
		// Some devices know no DUP bit, RIOT's emcute for one, and refuse a message that has it.
		d.noDUP, f.dup, f.copied = true, false, true
		if f.paused = !d.reachable(); !f.paused {
			d.sendPublish(f)
		}
	default:
		d.rejected(f)
	}
	d.pump()
}

// rejected gives up a message that the device does not take.
func (d *Device) rejected(f *flight) {
	en := d.land(f)
	d.e.stats.Undeliverable++
	d.e.out.note(NoteUndeliverable, d.id, d.addr, "refused by the device: "+en.msg.Topic)
	d.drop(en)
}

// unlearn notes that the device does not know a topic id after all.
func (d *Device) unlearn(r topicRef) {
	if t := d.topics.get(r.id); t != nil {
		t.known = false // told stays: it may yet learn from a SUBACK under way, and answer no REGISTER
	}
}

// sendAnew registers the topic of a message once more and then sends the message again.
func (d *Device) sendAnew(f *flight) {
	f.again, f.anew, f.paused = true, true, true
	if d.reg.msgID == 0 && d.reachable() { // else when it next wakes up
		d.announce(f.topic.id)
	}
}

// pubrec is the device's answer to a QoS 2 PUBLISH: it has the message now.
func (d *Device) pubrec(msgID uint16) {
	f := d.flight(msgID)
	if f != nil && (f.qos != 2 || f.held && f.phase == published) {
		return // it has not even been sent
	}
	if f == nil {
		// Answered though we know nothing of it, so that the device can end the exchange.
		d.e.rec.whenSafe(func() {
			d.answer(func(b []byte) []byte { return d.dialect.pubrel(b, msgID, mqtt.PacketIdentifierNotFound) })
		})
		return
	}
	d.unproven = false
	if f.phase == published {
		f.phase = released
		d.e.rec.update(d.record, &f.entry, released)
		d.north.settled(d, f.entry)
	}
	d.release(f)
}

// release sends PUBREL once it is on disk that the device has the message: after a crash it must not be published again.
func (d *Device) release(f *flight) {
	if f.held {
		return // PUBREC came again
	}
	f.held, f.paused, f.tries = true, false, 0
	wait := d.traits().retry(d.link.Retry, 0)
	id, answerBy := f.id, d.e.now+wait
	d.e.rec.whenSafe(func() {
		f := d.flight(id)
		if f == nil || !f.held {
			return
		}
		f.held, f.due = false, d.e.now+wait
		f.paused = !d.reachable()
		if !f.paused || d.e.now < answerBy { // the disk took no longer than a sleeper waits for an answer
			d.answer(func(b []byte) []byte { return d.dialect.pubrel(b, id, mqtt.Success) })
		}
		d.schedule()
	})
}

// pubcomp ends a QoS 2 exchange.
func (d *Device) pubcomp(msgID uint16) {
	if f := d.flight(msgID); f != nil && f.phase == released {
		d.unproven = false
		en := d.land(f)
		d.e.rec.release(d.record, &en)
		d.pump()
	}
}
