package engine

import (
	"iter"
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
	anew   bool // the device does not have it, for it was refused or never sent: it is no duplicate
	tries  int
	due    time.Duration // send again
}

// A registration is the one REGISTER that may be under way to the device.
type registration struct {
	topicID uint16
	msgID   uint16 // 0: none under way
	tries   int
	rounds  int
	held    bool // waits for the disk
	over    bool // the round is: nothing was heard of the device in it
	begun   time.Duration
	due     time.Duration
}

// congestionPause is how long we leave a device alone that answered "congestion". T_WAIT, which is made for devices
// that meet a congested gateway, would be five minutes.
const congestionPause = 30 * time.Second

// registerRounds is how often all retries of REGISTER may go unanswered by a device that sends other things before
// we take it for one that has no handler for it.
const registerRounds = 3

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

// enqueue appends to the queue; if it is full, a message of this device alone is dropped by the overflow rule.
func (d *Device) enqueue(en entry) {
	for d.queue.full(d.e.cfg.Device.Queue) {
		i := d.queue.victim(en, d.e.cfg.Device.Overflow)
		if i < 0 {
			d.overflow(en)
			return
		}
		d.overflow(d.queue.remove(i))
	}
	d.e.rec.hold(d.record, &en)
	d.queue.push(en)
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
	var held [2]bool // QoS 0, and above: one waits for the disk, and all of its kind behind it
	for i := 0; i < d.queue.len(); {
		en := d.queue.at(i)
		kind := min(en.qos, 1)
		full := len(d.flights) >= d.e.cfg.Device.InFlight
		switch {
		case en.msg.expired(d.e.now):
			d.e.stats.ExpiredMessages++
			d.settle(d.queue.remove(i))
			continue
		case d.state == Awake && d.e.cfg.Device.AwakeMessages > 0 && d.awakeLeft == 0:
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
		case en.qos > 0 && full, d.asksFor(en.msg.Topic):
			i++
			continue
		}
		if !d.rights.Receive(en.msg.Topic) {
			d.forbidden("receive " + en.msg.Topic)
			d.drop(d.queue.remove(i))
			continue
		}
		ref, verdict := d.refer(en.msg.Topic)
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
	if d.queue.len() == 0 {
		d.overflowed = false
	}
	d.closeWindow()
	d.schedule()
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

// askProof lets a message that is too long wait for a REGACK: its MsgId shows that the device is where it says.
func (d *Device) askProof(en *entry) {
	if d.spent > 0 || d.reg.msgID != 0 {
		return
	}
	if id := d.topicID(en.msg.Topic, false); id != 0 {
		d.announce(id)
	}
}

const maxUnproven = 512 - 16 // octets of payload, so that the datagram has no more than 512

func (d *Device) giveUp(i int, why string) {
	en := d.queue.remove(i)
	d.e.stats.Undeliverable++
	d.e.out.note(NoteUndeliverable, d.id, d.addr, why+": "+en.msg.Topic)
	d.drop(en)
}

// How refer answers.
type verdict uint8

const (
	referNow   verdict = iota
	referLater         // the device must be told the topic's id first; REGISTER is under way
	referNever         // it does not take this topic
)

// nameTopic chooses how a PUBLISH to the device names its topic (reference, 6.9): as the device itself did, else by what it
// knows already, else by a new normal id. That is 0 if there is none to be had.
func (d *Device) nameTopic(name string) topicRef {
	for _, s := range d.subs {
		if s.filter == name && s.topic.kind != topicNormal {
			return s.topic
		}
	}
	id := d.topics.find(name)
	if id == 0 {
		if pre, ok := d.predef.ids[name]; ok {
			return topicRef{topicPredefined, pre}
		}
		if short, ok := shortID(name); ok {
			return topicRef{topicShort, short}
		}
		id = d.topicID(name, false)
	}
	return topicRef{topicNormal, id}
}

// refer names the topic of a PUBLISH to the device, and tells the device a normal id if it does not know it yet.
func (d *Device) refer(name string) (topicRef, verdict) {
	ref := d.nameTopic(name)
	switch {
	case ref.kind != topicNormal:
		return ref, referNow
	case ref.id == 0 && d.e.rec.failing:
		return topicRef{}, referLater // the disk must keep a new id first
	case ref.id == 0:
		return topicRef{}, referNever
	}
	switch t := d.topics.get(ref.id); {
	case t.known:
		return ref, referNow
	case t.refused:
		return topicRef{}, referNever
	}
	if d.reg.msgID == 0 && !d.announce(ref.id) {
		return topicRef{}, referNever
	}
	return topicRef{}, referLater
}

// announce tells the device a topic id by REGISTER (v1.2, 6.10). It fails for a name too long for the link.
func (d *Device) announce(id uint16) bool {
	d.reg = registration{topicID: id, begun: d.e.now, due: d.e.now + d.link.Retry}
	d.reg.msgID = d.newMsgID()
	gate := d.e.rec.gate()
	if d.e.rec.passed(gate) {
		return d.sendRegister()
	}
	d.reg.held = true // a device must not learn an id that we might forget
	msgID := d.reg.msgID
	d.e.rec.after(gate, func() {
		if d.reg.msgID != msgID || !d.reg.held {
			return
		}
		d.reg.held = false
		if d.reachable() && !d.sendRegister() {
			d.pump()
		}
		d.schedule()
	})
	return true
}

func (d *Device) sendRegister() bool {
	d.reg.due = d.e.now + d.link.Retry
	name := d.topics.get(d.reg.topicID).name
	if d.send(func(b []byte) []byte { return d.dialect.register(b, d.reg.topicID, d.reg.msgID, name) }) {
		return true
	}
	d.topics.get(d.reg.topicID).refused = true
	d.reg = registration{}
	return false
}

// regack is the device's answer to REGISTER.
func (d *Device) regack(msgID uint16, reason mqtt.Reason) {
	if d.reg.msgID == 0 || d.reg.msgID != msgID {
		return
	}
	d.unproven = false
	id := d.reg.topicID
	switch {
	case !reason.Failed():
		d.tell(id)
		d.saveTopic(id)
	case congested(reason):
		d.rest()
		return
	default:
		d.refuseTopic(d.topics.get(id), "")
	}
	d.reg = registration{}
	d.carryOn()
}

// refuseTopic notes that the device does not take a topic; it will be sent nothing of it for the rest of the session.
// This does not cancel the filter that matched (v1.2, 6.10).
func (d *Device) refuseTopic(t *topicEntry, why string) {
	t.refused = true
	d.e.out.note(NoteTopicRefused, d.id, d.addr, why+t.name)
}

func congested(r mqtt.Reason) bool { return r == mqtt.QuotaExceeded || r == mqtt.ServerBusy }

// transmit sends the i-th waiting message.
func (d *Device) transmit(ref topicRef, i int) {
	en := d.queue.remove(i)
	f := flight{entry: en, topic: ref}
	if en.qos > 0 {
		f.id = d.newMsgID()
	}
	d.awakeLeft--
	d.spent++
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
	d.e.rec.keepFlight(d.record, &f.entry, published)
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
	f.due = d.e.now + d.link.Retry
	p := outgoing{
		topic: f.topic, qos: f.qos, retain: f.retain, dup: f.dup, msgID: f.id, payload: f.msg.Payload,
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
			d.unlearn(topicRef{topicNormal, topicID})
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
	case reason == mqtt.ImplementationSpecificError && f.dup:
		// Some devices know no DUP bit, RIOT's emcute for one, and refuse a message that has it.
		d.noDUP, f.dup = true, false
		if f.paused = !d.reachable(); !f.paused {
			d.sendPublish(f)
		}
	default:
		en := d.land(f)
		d.e.stats.Undeliverable++
		d.e.out.note(NoteUndeliverable, d.id, d.addr, "refused by the device: "+en.msg.Topic)
		d.drop(en)
	}
	d.pump()
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
		d.e.rec.whenSafe(func() { d.answer(func(b []byte) []byte { return d.dialect.pubrel(b, msgID) }) })
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
	id, answerBy := f.id, d.e.now+d.link.Retry
	d.e.rec.whenSafe(func() {
		f := d.flight(id)
		if f == nil || !f.held {
			return
		}
		f.held, f.due = false, d.e.now+d.link.Retry
		f.paused = !d.reachable()
		if !f.paused || d.e.now < answerBy { // the disk took no longer than a sleeper waits for an answer
			d.answer(func(b []byte) []byte { return d.dialect.pubrel(b, id) })
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
