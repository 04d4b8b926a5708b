package sim

import (
	"mqttsn-gateway/gateway/engine"
	"mqttsn-gateway/mqttsn"
	v2 "mqttsn-gateway/mqttsn/v2"
)

// readDatagram reads a datagram that the engine sends.
func (w *world) readDatagram(d engine.Datagram) {
	a, b := addrOf(d), d.Data
	if a.Forwarded {
		_, _, b, _ = mqttsn.SplitForward(b)
	}
	if y := w.youngAt(a); y != nil {
		w.readYoung(d, y, a)
		return
	}
	p, err := mqttsn.Parse(b)
	if err != nil {
		// Noise may be version 2.0, and a PINGRESP that nobody has asked for is a SEARCHGW there.
		if q, err := v2.Parse(b); err == nil && (isStranger(d.Peer) || q.Type() == v2.TypeGwInfo) {
			return
		}
		w.fail("", nil, "the engine sends nonsense: %x: %v", d.Data, err)
		return
	}
	if limit := w.config.Links[d.Link].MTU; len(d.Data) > limit {
		w.fail("", nil, "the engine sends %d octets on a link that carries %d: %v", len(d.Data), limit, p)
	}
	k := w.residents[a]
	if k == nil {
		if !isStranger(d.Peer) {
			w.readStrangersAnswer(a, p)
		}
		return
	}
	w.tellDatagram(k, "<- ", b)
	k.leaves(p)
}

// readYoung is readDatagram for a device that speaks version 2.0, wherever it is.
func (w *world) readYoung(d engine.Datagram, y *young, a engine.Addr) {
	p, err := v2.Parse(d.Data)
	if err != nil {
		w.fail(y.name, nil, "the engine sends nonsense: %x: %v", d.Data, err)
		return
	}
	if limit := w.config.Links[d.Link].MTU; len(d.Data) > limit {
		w.fail(y.name, nil, "the engine sends %d octets on a link that carries %d: %v", len(d.Data), limit, p)
	}
	w.tellDatagram(y.watch, "<- ", d.Data)
	switch typ := p.Type(); {
	case w.residents[a] == y.watch:
		y.leaves(p)
	case typ != v2.TypeDisconnect && typ != v2.TypeConnack:
		w.fail(y.name, nil, "sent to an address where its session is not: %v", p)
	}
}

// readStrangersAnswer is for senders who have no session.
func (w *world) readStrangersAnswer(a engine.Addr, p mqttsn.Packet) {
	switch p.(type) {
	case *mqttsn.Disconnect, *mqttsn.Connack, *mqttsn.WillTopicReq, *mqttsn.WillMsgReq, *mqttsn.GwInfo:
	default:
		who := ""
		if i := int(hostOf(a.Peer)) - 1; i < len(w.ledger.parties) {
			who = w.ledger.parties[i].name
		}
		w.fail(who, nil, "sent to an address where nobody's session is: %v", p)
	}
}

// leaves reads a packet that the engine sends to the device.
func (k *watch) leaves(p mqttsn.Packet) {
	switch p := p.(type) {
	case *mqttsn.Publish:
		k.leavesPublish(p)
	case *mqttsn.Register:
		k.unasked(p)
		k.learns(p.TopicID, string(p.TopicName))
		k.unlearned[string(p.TopicName)]++
		if p.MsgID == 0 {
			k.fail("MsgId 0: %v", p)
		}
	case *mqttsn.Pubrel:
		if k.asked[question{mqttsn.TypePubrel, p.MsgID}] > 0 {
			k.answers(p, p.MsgID)
			return
		}
		k.unasked(p)
		if f := k.flight(p.MsgID); f != nil {
			k.sends(f)
		}
	case *mqttsn.Puback:
		k.answers(p, p.MsgID)
		k.leavesPuback(p)
	case *mqttsn.Pubrec:
		up, known := k.published[p.MsgID]
		if !known || up.life == k.w.gateway.life {
			k.answers(p, p.MsgID)
		} // else it may come once more after a restart, when the broker answers
		if up.m != nil {
			k.w.ledger.isSafe(up.m)
		}
	case *mqttsn.Pubcomp:
		k.answers(p, p.MsgID)
	case *mqttsn.Regack:
		k.answers(p, p.MsgID)
		if p.ReturnCode == mqttsn.Accepted {
			k.learns(p.TopicID, k.named[p.MsgID].name)
		}
	case *mqttsn.Suback:
		k.answers(p, p.MsgID)
		k.leavesSuback(p)
	case *mqttsn.Unsuback:
		k.answers(p, p.MsgID)
	case *mqttsn.Pingresp:
		k.answers(p, 0)
		k.leavesPingresp()
	case *mqttsn.Connack:
		k.answers(p, 0)
		k.leavesConnack(p)
	case *mqttsn.Disconnect:
		if !k.unsure && !k.w.gateway.stopping {
			k.answers(p, 0)
		}
	case *mqttsn.WillTopicResp, *mqttsn.WillMsgResp, *mqttsn.WillTopicReq, *mqttsn.WillMsgReq:
		k.answers(p, 0)
	default:
		k.fail("no gateway sends a %v", p)
	}
}

func (k *watch) fail(format string, args ...any) { k.w.fail(k.name, nil, format, args...) }

// answers checks that the device has asked. A sleeper may be answered: its radio is on.
func (k *watch) answers(p mqttsn.Packet, msgID uint16) {
	q := question{p.Type(), msgID}
	if k.asked[q] == 0 {
		k.fail("was not asked for (%v): %v", k.state, p)
		return
	}
	k.asked[q]--
}

// unasked checks that the device may be sent something that it has not asked for.
func (k *watch) unasked(p mqttsn.Packet) {
	if k.connecting || k.state != watchActive && k.state != watchAwake {
		if k.unsure {
			return
		}
		k.fail("sent to a device that is %v (connecting: %t): %v", k.state, k.connecting, p)
	}
}

// learns notes that the device is told a topic id, which is the name's only one for as long as the session lives.
func (k *watch) learns(id uint16, name string) {
	switch {
	case name == "":
	case id == 0 || id == 0xffff:
		k.fail("%q got the reserved topic id %d", name, id)
	case k.topics[id] != "" && k.topics[id] != name:
		k.fail("topic id %d belongs to %q and was given to %q", id, k.topics[id], name)
	case k.ids[name] != 0 && k.ids[name] != id:
		k.fail("%q has topic id %d and got %d as well", name, k.ids[name], id)
	}
	k.topics[id], k.ids[name] = name, id
}

func (k *watch) leavesPublish(p *mqttsn.Publish) {
	k.unasked(p)
	m := k.w.ledger.find(p.Data)
	if m == nil {
		k.sent++ // a stranger's
		return
	}
	qos := uint8(p.Flags.QoS())
	again := k.w.ledger.receipt(m, k.party).left
	if r := k.w.ledger.receipt(m, k.party); !p.Flags.Retain() && p.Flags.DUP() && !r.left &&
		max(m.life, r.life) == k.w.gateway.life {
		k.w.fail(k.name, m, "its first copy has DUP")
	}
	if name := k.topicOf(p); name != m.topic && !(name == "" && (k.unsure || k.mayKnow(m.topic))) {
		k.w.fail(k.name, m, "was sent with a topic id that means %q to the device", name)
	}
	k.w.ledger.leaves(k.party, m, qos, p.Flags.Retain())
	isNew := true
	if qos > 0 {
		isNew = k.takesOff(p, m)
	}
	if isNew {
		k.sent++
	}
	if isNew && !again {
		k.sure++
	}
	if limit := k.w.config.Device.AwakeMessages; k.state == watchAwake && limit > 0 && k.sure > limit+k.w.config.Device.InFlight {
		k.fail("%d messages in one awake window", k.sure)
	}
}

// takesOff notes a message of QoS 1 or 2 and reports whether it is under way for the first time.
func (k *watch) takesOff(p *mqttsn.Publish, m *message) bool {
	if p.MsgID == 0 {
		k.fail("MsgId 0: %v", p)
	}
	if f := k.flight(p.MsgID); f != nil && f.m == m {
		f.dup = p.Flags.DUP()
		k.sends(f)
		return false
	}
	k.lands(p.MsgID)
	k.flights = append(k.flights, watchedFlight{
		msgID: p.MsgID, m: m, normal: p.Flags.TopicIDType() == mqttsn.Normal, dup: p.Flags.DUP(), sends: 1,
	})
	k.w.stats.MaxInFlight = max(k.w.stats.MaxInFlight, len(k.flights))
	if n := len(k.flights); n > k.w.config.Device.InFlight {
		k.w.fail(k.name, m, "%d messages are in flight at a time", n)
	}
	return true
}

// sends notes a repetition. A device that answers nothing is left alone.
func (k *watch) sends(f *watchedFlight) {
	f.sends++
	f.total++
	if f.sends > k.link.retries+1 {
		k.w.fail(k.name, f.m, "was sent %d times to a device that says nothing", f.sends)
	}
}

// topicOf is what the PUBLISH's topic id means to the device.
func (k *watch) topicOf(p *mqttsn.Publish) string {
	switch p.Flags.TopicIDType() {
	case mqttsn.Predefined:
		return predefined[p.TopicID]
	case mqttsn.ShortName:
		return mqttsn.ShortTopicName(p.TopicID)
	}
	return k.topics[p.TopicID]
}

// mayKnow reports whether the device has asked for a topic's id in an earlier life of the gateway, which cannot know any more
// whether it has answered. If not, the device will complain.
func (k *watch) mayKnow(name string) bool {
	for _, f := range k.filters {
		if f.name == name && f.normal && f.life != k.w.gateway.life {
			return true
		}
	}
	for _, f := range k.named {
		if f.name == name && f.life != k.w.gateway.life {
			return true
		}
	}
	return false
}

func (k *watch) leavesSuback(p *mqttsn.Suback) {
	f, known := k.filters[p.MsgID]
	if !known || p.ReturnCode != mqttsn.Accepted {
		return
	}
	if f.normal && p.TopicID != 0 {
		k.learns(p.TopicID, f.name)
	}
	if !f.over {
		k.w.ledger.begins(k.party, f.name, uint8(p.Flags.QoS()))
	}
}

func (k *watch) leavesPuback(p *mqttsn.Puback) {
	up, known := k.published[p.MsgID]
	if known && p.TopicID != up.topicID {
		k.fail("PUBACK names topic id %d, PUBLISH %d had %d", p.TopicID, p.MsgID, up.topicID)
	}
	if p.ReturnCode == mqttsn.Accepted && up.m != nil {
		k.w.ledger.isSafe(up.m)
	}
}

// leavesPingresp checks that an awake window is closed when everything is done, and not before.
func (k *watch) leavesPingresp() {
	if k.state != watchAwake {
		return
	}
	k.state = watchAsleep
	k.heard = k.w.now // its period begins
	if k.congested || k.unsure {
		return
	}
	if len(k.flights) > 0 {
		k.w.fail(k.name, k.flights[0].m, "PINGRESP was sent before the device had acknowledged it")
		return
	}
	limit := k.w.config.Device.AwakeMessages
	if k.unproven || limit > 0 && k.sent >= limit || k.w.overflows+k.w.gateway.losses() > 0 {
		return // the rest waits for the next window, or has been pushed out of the queue
	}
	for _, m := range k.party.debts() {
		if r := k.w.ledger.receipt(m, k.party); !r.left && r.refusals < maxRefusals && m.expires == 0 && k.w.isAtGateway(m, k.party) {
			k.w.fail(k.name, m, "waits in the gateway, and PINGRESP was sent")
			return
		}
	}
}

// isAtGateway reports whether the engine has a message for the device that it could send now. What came to an earlier life
// of the gateway may have been lost with it, and the broker sends it again.
func (w *world) isAtGateway(m *message, p *party) bool {
	r := w.ledger.receipt(m, p)
	return !p.cannotLearn(m) && (!w.transparent() || r.first > 0 && r.life == w.gateway.life)
}

// settled is how long a message from the broker may take to the disk.
const settled = 2 * maxStall

func (k *watch) leavesConnack(p *mqttsn.Connack) {
	if !k.connecting {
		k.fresh = p.ReturnCode == mqttsn.Accepted // said again
		return
	}
	k.connecting = false
	if p.ReturnCode == mqttsn.Accepted {
		k.fresh, k.unsure, k.misled = true, false, false
		return
	}
	k.ends()
}
