package sim

import (
	"slices"
	"strings"
	"time"

	"mqttsn-gateway/gateway/engine"
	"mqttsn-gateway/mqttsn"
)

func (k *watch) entersConnect(from engine.Addr, p *mqttsn.Connect) {
	c := *p
	if p.Flags.Will() {
		began := k.w.now
		if d := k.dialogueAt(from); d != nil {
			began = d.began
		}
		k.dialogue = &dialogue{from: from, began: began, connect: c}
		k.asks(mqttsn.TypeWillTopicReq, 0)
		return
	}
	k.dialogue = nil
	k.connect(from, &c, willState{})
}

func (k *watch) entersWillTopic(from engine.Addr, p *mqttsn.WillTopic) {
	d := k.dialogueAt(from)
	k.asks(mqttsn.TypeConnack, 0)
	k.asks(mqttsn.TypeWillMsgReq, 0)
	switch {
	case d == nil:
	case len(p.Topic) == 0:
		k.dialogue = nil
		k.connect(from, &d.connect, willState{})
	default:
		d.topic = true
		d.will = willState{set: true, qos: uint8(p.Flags.QoS())}
	}
}

func (k *watch) entersWillMsg(from engine.Addr, p *mqttsn.WillMsg) {
	d := k.dialogueAt(from)
	k.asks(mqttsn.TypeConnack, 0)
	k.asks(mqttsn.TypeWillTopicReq, 0)
	if d == nil || !d.topic {
		return
	}
	k.dialogue = nil
	d.will.payload = string(p.Msg)
	k.connect(from, &d.connect, d.will)
}

// dialogueAt is the dialogue under way with an address. It may take as long as the gateway allows, as a whole.
func (k *watch) dialogueAt(from engine.Addr) *dialogue {
	d := k.dialogue
	if d == nil || d.from != from || k.w.now-d.began >= k.w.config.Device.HandshakeTimeout {
		return nil
	}
	return d
}

// connect is a CONNECT with all that belongs to it. Will is for those who were asked for it.
func (k *watch) connect(from engine.Addr, p *mqttsn.Connect, will willState) {
	k.asks(mqttsn.TypeConnack, 0)
	clean, withWill := p.Flags.CleanSession(), p.Flags.Will()
	moved := k.resident && k.at != from
	if k.connecting && !moved {
		return // a repetition: one answer will do
	}
	keep := time.Duration(p.Duration) * time.Second
	repeated := k.state == watchActive && k.resident && !moved && k.clean == clean && !withWill
	if repeated && (!clean || k.fresh && !k.will.set) {
		k.keep = keep
		k.hear()
		return
	}
	// A clean session ends with the next CONNECT, unless that only wakes a sleeper (reference, A9).
	ends := clean || k.clean && (k.state == watchActive || k.unsure)
	if ends {
		k.sessionEnds()
		k.w.wills.sessionEnds(k)
		k.will = willState{}
	}
	if withWill {
		k.will = will
	}
	k.settleAt(from)
	k.unproven = moved
	k.state, k.connecting = watchActive, true
	k.clean, k.keep = clean, keep
	k.hear()
}

func (k *watch) entersPing(from engine.Addr, p *mqttsn.Pingreq, here bool) {
	k.asks(mqttsn.TypePingresp, 0)
	live := k.state != watchNone
	if len(p.ClientID) > 0 && live {
		if !here {
			k.settleAt(from)
			k.unproven = true
		}
		k.hear()
		here = true
	}
	if !here || k.connecting {
		return
	}
	if k.state == watchActive {
		return
	}
	// In an open window, the gateway may have given up, without a word, and let the device sleep. Only it knows.
	if i, ok := k.w.gateway.engine.Device(k.name); ok && i.State == engine.Awake {
		return
	}
	k.sent, k.sure, k.congested = 0, 0, false
	k.state = watchAwake
	k.w.stats.Wakes++
}

func (k *watch) entersDisconnect(from engine.Addr, p *mqttsn.Disconnect, here bool) {
	k.asks(mqttsn.TypeDisconnect, 0)
	if k.dialogue != nil && k.dialogue.from == from {
		k.dialogue = nil
	}
	switch {
	case !here:
		k.misled = k.misled || p.Duration > 0
	case p.Duration == 0:
		k.connecting = false
		k.ends()
	case !k.connecting:
		k.state, k.sleepFor = watchAsleep, time.Duration(p.Duration)*time.Second
		k.w.stats.Sleeps++
	}
}

// ends is the end of the connection; a clean session ends with it.
func (k *watch) ends() {
	k.state, k.ended = watchNone, k.w.now
	k.unsettle()
	switch {
	case k.clean && k.young != nil:
		k.young.sessionOver()
	case k.clean:
		k.sessionEnds()
	}
}

// tolerance is how long the device may be silent in its present state (v1.2, 7.2).
func (k *watch) tolerance() time.Duration {
	if k.young != nil {
		return k.young.tolerance()
	}
	t := k.keep
	if k.state == watchAsleep || k.state == watchAwake {
		t = k.sleepFor
	}
	switch {
	case t == 0:
		return k.w.config.Device.IdleLimit
	case t > time.Minute:
		return t + t/10
	}
	return t + t/2
}

// readNote reads what the engine tells about a device.
func (w *world) readNote(n engine.Note) {
	k := w.watches[n.Client]
	if n.Client != "" {
		w.tell(n.Client, "   (%v: %s)", n.Kind, n.Text)
	}
	if k == nil {
		return
	}
	switch n.Kind {
	case engine.NoteLost:
		k.isLost()
	case engine.NoteExpired:
		if silent := w.now - k.heard; !k.unsure && silent < w.config.Device.SessionExpiry {
			w.fail(k.name, nil, "its session expired %v after it was heard", silent)
		}
		k.state, k.ended = watchNone, w.now
		k.unsettle()
		k.sessionEnds()
		k.will = willState{}
		if k.young != nil {
			k.young.session = false
		}
	case engine.NoteUndeliverable:
		if i, ok := w.gateway.engine.Device(k.name); ok && i.Topics >= w.config.Device.Topics {
			w.overflows++ // no id was left for its topic
		}
	case engine.NoteTopicRefused:
		k.refusesTopic(n.Text)
		// What was under way of this topic is given up, and nothing more is sent of it.
		k.flights = slices.DeleteFunc(k.flights, func(f watchedFlight) bool { return strings.HasSuffix(n.Text, f.m.topic) })
	}
}

// refusesTopic is when the gateway sends nothing of a topic any more, because the device does not answer REGISTER. What waits
// is lost.
func (k *watch) refusesTopic(text string) {
	for _, m := range k.party.debts() {
		if strings.HasSuffix(text, ": "+m.topic) && (k.misled || k.unlearned[m.topic] >= registerRounds) {
			k.party.refused[m.topic] = true
			k.w.ledger.receipt(m, k.party).refusals = maxRefusals
		}
	}
}

// registerRounds is how often REGISTER must be unanswered, with all its retries, before the gateway may give up a topic. Of a
// round that the device did not hear only the beginning counts.
const registerRounds = 3

// isLost is when the engine finds the device lost.
func (k *watch) isLost() {
	k.w.stats.Losses++
	if silent := k.w.now - k.heard; !k.unsure && silent < k.tolerance() && !(k.young != nil && k.young.mayBeLost()) {
		k.w.fail(k.name, nil, "was found lost while %v, %v after it was heard; it may be silent for %v",
			k.state, silent, k.tolerance())
	}
	k.w.wills.lost(k)
	k.ends()
}
