package engine

import (
	"time"

	"mqttsn-gateway/mqtt"
)

// A registration is the one REGISTER that may be under way to the device.
type registration struct {
	topicID uint16
	msgID   uint16 // 0: none under way
	tries   int
	rounds  int
	proof   bool // is only to show that the device is where it says
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
	if d.traits().fullNames {
		return d.nameTopic20(name)
	}
	outer := d.mapping.filter(name)
	for _, s := range d.subs {
		if s.filter == outer && s.topic.kind != topicNormal {
			return s.topic
		}
	}
	id := d.topics.find(name)
	if id == 0 {
		if pre, ok := d.predef.ids[name]; ok {
			return topicRef{kind: topicPredefined, id: pre}
		}
		if short, ok := shortID(name); ok {
			return topicRef{kind: topicShort, id: short}
		}
		id = d.topicID(name, false)
	}
	return topicRef{kind: topicNormal, id: id}
}

// refer names the topic of a PUBLISH to the device, and tells the device a normal id if it does not know it yet, and needs
// one.
func (d *Device) refer(m *Message) (topicRef, verdict) {
	ref := d.nameTopic(m.Topic)
	if ref.kind == topicNamed && d.needsAlias(m) {
		ref = topicRef{kind: topicNormal, id: d.topicID(m.Topic, false)}
	}
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
	d.reg = registration{topicID: id, begun: d.e.now, due: never}
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
	d.reg.due = d.e.now + d.traits().retry(d.link.Retry, d.reg.tries)
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
	case d.reg.proof: // whatever it says, it is there
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
