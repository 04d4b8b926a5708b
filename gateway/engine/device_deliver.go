package engine

import "iter"

// receive takes a publication for the device.
func (d *Device) receive(c copyTo) {
	if c.qos == 0 && !d.state.live() {
		return // as in MQTT, only QoS 1 and 2 are kept for those who are not connected
	}
	d.take(entry{msg: c.msg, qos: c.qos, retain: c.retain})
}

func (d *Device) take(en entry) {
	d.enqueue(en)
	d.pump()
}

// enqueue appends to the queue, under the name by which the device knows the topic; if it is full, a message of this device alone is dropped by the overflow rule.
func (d *Device) enqueue(en entry) {
	outer := en.msg
	if en.msg = d.inward(outer); en.msg == nil {
		d.drop(en) // plant/th7/# brings plant/th7 as well, which is outside
		return
	}
	for d.queue.full(d.e.cfg.Device.Queue) {
		i := d.queue.victim(en, d.e.cfg.Device.Overflow)
		if i < 0 {
			d.overflow(en)
			return
		}
		d.overflow(d.queue.remove(i))
	}
	d.e.rec.hold(d.record, &en)
	outer.gate = max(outer.gate, en.msg.gate) // who has sent it waits for our copy, too
	d.queue.push(en)
	if d.queue.len() == 1 {
		d.wakeup()
	}
}

func (d *Device) overflow(en entry) {
	d.e.stats.QueueOverflow++
	if !d.overflowed {
		d.overflowed = true
		d.e.out.note(NoteQueueOverflow, d.id, d.addr, en.msg.Topic)
	}
	d.drop(en)
}

// held lists the messages that the device has not taken: those in flight, how far they have come, and those that wait.
func (d *Device) held() iter.Seq2[*entry, phase] {
	return func(yield func(*entry, phase) bool) {
		for i := range d.flights {
			if !yield(&d.flights[i].entry, d.flights[i].phase) {
				return
			}
		}
		for i := range d.queue.len() {
			if !yield(d.queue.at(i), published) {
				return
			}
		}
	}
}

// left lists what the device has neither acknowledged nor begun to take with QoS 2.
func (d *Device) left(yield func(*entry) bool) {
	for i := range d.flights {
		if f := &d.flights[i]; f.qos == 1 && !yield(&f.entry) {
			return
		}
	}
	for i := range d.queue.len() {
		if !yield(d.queue.at(i)) {
			return
		}
	}
}

// drop gives up a message for the device, visibly.
func (d *Device) drop(en entry) {
	d.stats.Dropped++
	d.e.stats.Dropped++
	d.settle(en)
}

// settle tells the north side that the device has a message, or that it was given up, and forgets it.
func (d *Device) settle(en entry) {
	d.north.settled(d, en)
	d.e.rec.release(d.record, &en)
}

func (d *Device) dropQoS0() {
	for i := d.queue.find(0, isQoS0); i >= 0; i = d.queue.find(i, isQoS0) {
		d.drop(d.queue.remove(i))
	}
}

// pump sends what may be sent now: in order for each topic and QoS level. A message that waits, for a REGACK or for the
// one in flight, lets those of other topics or of QoS 0 pass.
func (d *Device) pump() {
	if !d.reachable() || d.stalled {
		return
	}
	proof := d.sendQueued()
	for d.refill() {
		proof = d.sendQueued()
	}
	if proof && d.unproven && !d.proving() {
		d.pump() // what should have proved it was given up
		return
	}
	if d.queue.len() == 0 {
		d.overflowed = false
	}
	d.closeWindow()
	d.schedule()
}

// sendQueued sends what may be sent of the queue. It reports whether some of it waits for what proves the address.
func (d *Device) sendQueued() (proof bool) {
	var held [2]bool // QoS 0, and above: one waits for the disk, and all of its kind behind it
	for i := 0; i < d.queue.len(); {
		en := d.queue.at(i)
		kind := min(en.qos, 1)
		full := d.full()
		switch {
		case en.msg.expired(d.e.now):
			d.e.stats.ExpiredMessages++
			d.settle(d.queue.remove(i))
			continue
		case d.state == Awake && d.awakeMax > 0 && d.awakeLeft == 0:
			i = d.queue.len()
			continue
		case held[kind]:
			i++
			continue
		case !d.e.rec.passed(en.gate):
			held[kind] = true
			d.pumpAfter(en.gate)
			i++
			continue
		case en.qos == 2 && d.e.rec.failing:
			i++ // its packet id could not be kept
			continue
		case en.qos > 0 && full && d.queue.zeros == 0:
			i = d.queue.len()
			continue
		case d.unproven && kind == 0 && d.proves(en):
			held[kind], proof = true, true
			i++
			continue
		case en.qos > 0 && full, d.asksFor(en.msg.Topic):
			i++
			continue
		}
		if !d.rights.Receive(en.msg.Topic) {
			d.forbidden("receive " + en.msg.Topic)
			d.drop(d.queue.remove(i))
			continue
		}
		ref, verdict := d.refer(en.msg)
		switch verdict {
		case referLater:
			i++
		case referNever:
			d.giveUp(i, "topic refused")
		case referNow:
			if !d.mayProve(en) {
				d.askProof(en)
				i = d.queue.len()
				continue
			}
			d.transmit(ref, i)
		}
	}
	return proof
}

// replay has the retained messages that s covers follow.
func (d *Device) replay(s *subscription) {
	d.owed = append(d.owed, s)
	d.pump()
}

// replayAhead is how many messages may wait before further retained ones join them.
const replayAhead = 16

// refill lets retained messages that are still to come join those that wait, as long as these are few, and reports whether
// there were any.
func (d *Device) refill() bool {
	before := d.queue.len()
	for d.queue.hasRoom(replayAhead, d.e.cfg.Device.Queue) {
		k, ok := d.owed.next(&d.e.router.retained, d.record)
		if !ok {
			break
		}
		d.enqueue(entry{msg: k.msg, qos: k.qos, retain: true})
	}
	return d.queue.len() > before
}

// full reports whether no further QoS 1 or 2 message may be under way to the device.
func (d *Device) full() bool {
	if d.traits().oneRequest {
		return len(d.flights) > 0 || d.reg.msgID != 0
	}
	return len(d.flights) >= d.e.cfg.Device.InFlight
}

// pumpAfter lets pump go on when the batch is on disk.
func (d *Device) pumpAfter(gate uint64) {
	if d.gate != gate {
		d.gate = gate
		d.e.rec.after(gate, d.pump)
	}
}

// mayProve reports whether an address that has proven nothing yet may be sent this message: one message of at most 512
// octets at a time (architecture, identity).
func (d *Device) mayProve(en *entry) bool {
	if !d.unproven {
		return true
	}
	return d.spent == 0 && len(en.msg.Payload) <= maxUnproven
}

// proves lets a message of QoS 0 wait for something that is answered with a MsgId, which shows that the device is where it
// says: one of QoS 1 or 2, or, when several of QoS 0 wait, a REGISTER. If even that is not answered they go one by one.
func (d *Device) proves(en *entry) bool {
	if !d.proving() && d.queue.len() > 1 && !d.asked {
		d.askProof(en)
		d.asked = d.reg.msgID != 0
	}
	return d.proving()
}

// proving reports whether something is under way, or waits, that is answered with a MsgId.
func (d *Device) proving() bool {
	return len(d.flights) > 0 || d.reg.msgID != 0 || d.queue.len() > d.queue.zeros
}

// askProof lets a message that is too long wait for a REGACK: its MsgId shows that the device is where it says.
func (d *Device) askProof(en *entry) {
	if d.spent > 0 || d.reg.msgID != 0 {
		return
	}
	if id := d.topicID(en.msg.Topic, false); id != 0 && d.announce(id) {
		d.reg.proof = true
	}
}

const maxUnproven = 512 - 16 // octets of payload, so that the datagram has no more than 512

func (d *Device) giveUp(i int, why string) {
	en := d.queue.remove(i)
	d.e.stats.Undeliverable++
	d.e.out.note(NoteUndeliverable, d.id, d.addr, why+": "+en.msg.Topic)
	d.drop(en)
}
