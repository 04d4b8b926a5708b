package sim

import (
	"fmt"
	"slices"
	"time"

	"mqttsn-gateway/gateway/engine"
	"mqttsn-gateway/mqttsn/client"
	v2 "mqttsn-gateway/mqttsn/v2"
)

// In every fifth seed a third of the devices are young: they speak version 2.0 of the protocol, from the same client library
// and with the same life as the others. Their wills are left to the scenarios of the engine, and so is the transparent mode.
const (
	youngSeeds   = 5
	youngDevices = 3
)

// makeYoung changes a device's habits to what the version allows.
func (d *device) makeYoung() {
	h, dice := &d.habits, d.w.dice
	d.watch.young = newYoung(d.watch)
	h.quirks = quirks{}
	h.forwarded, h.hasWill = false, false
	h.keepAlive = pick(dice, []time.Duration{30, 60, 120, 300}) * time.Second
	h.firstID = uint16(dice.Uint32())
}

// youngConfig is for the client library.
func (d *device) youngConfig(c client.Config) client.Config {
	c.FirstMsgID = uint16(d.w.dice.Uint32()) // another one at each boot, lest a message looks like the repetition of another
	c.V2 = &client.V2{
		SessionExpiry: d.w.config.Device.SessionExpiry,
		AdoptSession:  true, // after a reboot
		FullNames:     d.w.dice.chance(0.3),
		DropAliases:   d.w.dice.chance(0.3),
		Rand:          d.w.dice.Rand,
	}
	if c.CleanSession {
		c.V2.SessionExpiry = 0
	}
	return c
}

// A young watch reads version 2.0. Its answers are told apart by packet identifiers throughout.
type young struct {
	*watch
	asked     map[youngQuestion]int
	released  map[uint16]bool // QoS 2 messages of the device's, by packet identifier
	session   bool            // the device was told that it has one
	connectID uint16
	duration  time.Duration // of the SLEEPREQ under way
	drops     bool          // session aliases go with it
	registers int           // sent since the device was last heard
	lastID    uint16        // of its last SLEEPREQ
	bedtime   time.Duration // when that came
	farewell  time.Duration // when it said that it goes, which may be for a reason that counts as a loss
}

type youngQuestion struct {
	answer v2.Type
	id     uint16
}

func newYoung(k *watch) *young {
	return &young{watch: k, asked: make(map[youngQuestion]int), released: make(map[uint16]bool)}
}

// youngAt is the young device whose own address this is or was, nil if it is somebody else's.
func (w *world) youngAt(a engine.Addr) *young {
	i := int(hostOf(a.Peer)) - 1
	if a.Forwarded || i < 0 || i >= len(w.ledger.parties) {
		return nil
	}
	if k := w.watches[w.ledger.parties[i].name]; k != nil {
		return k.young
	}
	return nil
}

// gatewayEnds notes that nobody will answer. What the broker has to confirm may still be.
func (y *young) gatewayEnds() {
	for q, n := range y.asked {
		if q.answer != v2.TypePuback && q.answer != v2.TypePubrec {
			y.unsure = y.unsure || n > 0
			delete(y.asked, q)
		}
	}
}

// enters reads a packet on its way to the engine.
func (y *young) enters(from engine.Addr, datagram []byte) {
	p, err := v2.Parse(datagram)
	if err != nil {
		y.fail("sends nonsense: %x: %v", datagram, err)
		return
	}
	here := y.resident && y.at == from
	if here && !y.connecting {
		y.hear()
		y.registers = 0
	}
	if c, ok := p.(*v2.Connect); ok {
		y.entersConnect(from, c)
		return
	}
	if !here || y.connecting {
		return // the gateway tells it to connect, or waits
	}
	switch p := p.(type) {
	case *v2.Publish:
		y.entersPublish(p)
	case *v2.Pubrel:
		y.asks(v2.TypePubcomp, p.PacketID)
		y.released[p.PacketID] = true
	case *v2.Register:
		y.named[p.PacketID] = filter{name: string(p.TopicName)}
		y.asks(v2.TypeRegack, p.PacketID)
	case *v2.Subscribe:
		y.filters[p.PacketID] = filter{name: youngName(p.Topic)}
		y.asks(v2.TypeSuback, p.PacketID)
	case *v2.Unsubscribe:
		y.asks(v2.TypeUnsuback, p.PacketID)
		y.unsubscribes(youngName(p.Topic))
	case *v2.Pingreq:
		y.asks(v2.TypePingresp, p.PacketID)
		if y.state == watchAsleep {
			y.state, y.sent, y.sure = watchAwake, 0, 0
			y.w.stats.Wakes++
		}
	case *v2.Sleepreq:
		y.asks(v2.TypeSleepresp, p.PacketID)
		y.lastID, y.bedtime = p.PacketID, y.w.now
		y.duration, y.drops = time.Duration(p.Duration)*time.Second, !p.RetainAliases
	case *v2.Disconnect:
		y.farewell = y.w.now
		y.ends()
	case *v2.Puback:
		y.entersAck(p.PacketID, p.Reason)
	case *v2.Pubrec:
		if p.Reason.Failed() {
			y.entersAck(p.PacketID, p.Reason)
			return
		}
		y.unproven = y.unproven && y.flight(p.PacketID) == nil
		y.asks(v2.TypePubrel, p.PacketID)
	case *v2.Pubcomp:
		y.lands(p.PacketID)
	case *v2.Regack:
		y.unproven = false
	}
}

func (y *young) asks(answer v2.Type, id uint16) { y.asked[youngQuestion{answer, id}]++ }

// youngName is the name of a filter or topic that does not go by a session alias.
func youngName(t v2.Topic) string {
	if t.Type == v2.PredefinedAlias {
		return predefined[t.Alias]
	}
	return string(t.Name)
}

func (y *young) entersConnect(from engine.Addr, p *v2.Connect) {
	y.asks(v2.TypeConnack, p.PacketID)
	moved := y.resident && y.at != from
	if y.connectID == p.PacketID && y.resident && !moved {
		return // a copy
	}
	y.connectID = p.PacketID
	if p.CleanStart || y.clean && (moved || y.state == watchNone) {
		y.sessionOver()
	}
	y.settleAt(from)
	y.unproven = moved
	y.state, y.connecting = watchActive, true
	y.clean, y.keep = p.SessionExpiry == 0, time.Duration(p.KeepAlive)*time.Second
	y.hear()
}

func (y *young) sessionOver() {
	y.session = false
	y.sessionEnds()
}

func (y *young) entersPublish(p *v2.Publish) {
	m := y.w.ledger.find(p.Payload)
	if m != nil {
		y.w.ledger.enters(m)
		m.crossed = m.crossed || p.DUP && y.released[p.PacketID]
	}
	switch p.QoS {
	case v2.QoS1:
		y.asks(v2.TypePuback, p.PacketID)
	case v2.QoS2:
		y.asks(v2.TypePubrec, p.PacketID)
	default:
		return
	}
	delete(y.released, p.PacketID)
	y.published[p.PacketID] = upward{m: m, life: y.w.gateway.life}
}

// entersAck is the end of a message. One that the device refuses is lost, unless it only lacks the alias.
func (y *young) entersAck(id uint16, reason v2.ReasonCode) {
	f := y.flight(id)
	if f == nil {
		return
	}
	y.unproven = false
	r := y.w.ledger.receipt(f.m, y.party)
	switch {
	case reason == v2.UnknownTopicAlias:
		r.refusals++
	case reason.Failed():
		r.refusals = maxRefusals
	}
	y.lands(id)
}

// leaves reads a packet that the engine sends to the device.
func (y *young) leaves(p v2.Packet) {
	switch p := p.(type) {
	case *v2.Connack:
		y.answers(p, p.PacketID)
		y.leavesConnack(p)
	case *v2.Publish:
		y.leavesPublish(p)
	case *v2.Register:
		y.unasked20(p)
		y.registers++
		y.learns(p.Alias, string(p.TopicName))
	case *v2.Pubrel:
		if q := (youngQuestion{v2.TypePubrel, p.PacketID}); y.asked[q] > 0 {
			y.asked[q]--
			return
		}
		y.unasked20(p)
		if f := y.flight(p.PacketID); f != nil {
			y.sends(f)
		}
	case *v2.Puback:
		y.answers(p, p.PacketID)
		y.confirms(p.PacketID, p.Reason)
	case *v2.Pubrec:
		y.answers(p, p.PacketID)
		y.confirms(p.PacketID, p.Reason)
	case *v2.Pubcomp:
		y.answers(p, p.PacketID)
	case *v2.Regack:
		y.answers(p, p.PacketID)
		if p.HasAlias && p.AliasType == v2.SessionAlias && !p.Reason.Failed() {
			y.learns(p.Alias, y.named[p.PacketID].name)
		}
	case *v2.Suback:
		y.answers(p, p.PacketID)
		y.leavesSuback(p)
	case *v2.Unsuback:
		y.answers(p, p.PacketID)
	case *v2.Pingresp:
		y.answers(p, p.PacketID)
		y.leavesPingresp()
	case *v2.Sleepresp:
		y.answers(p, p.PacketID)
		y.fallsAsleep(p)
	case *v2.Disconnect:
		y.leavesDisconnect(p)
	default:
		y.fail("no gateway sends a %v", p)
	}
}

// answers checks that the device has asked.
func (y *young) answers(p v2.Packet, id uint16) {
	q := youngQuestion{p.Type(), id}
	if y.asked[q] == 0 {
		y.fail("was not asked for (%v): %v", y.state, p)
		return
	}
	y.asked[q]--
}

func (y *young) unasked20(p v2.Packet) {
	if (y.connecting || y.state != watchActive && y.state != watchAwake) && !y.unsure {
		y.fail("sent to a device that is %v (connecting: %t): %v", y.state, y.connecting, p)
	}
}

func (y *young) confirms(id uint16, reason v2.ReasonCode) {
	if up := y.published[id]; up.m != nil && !reason.Failed() {
		y.w.ledger.isSafe(up.m)
	}
}

func (y *young) leavesConnack(p *v2.Connack) {
	if p.PacketID != y.connectID || !y.connecting {
		return // to an attempt before, or to a copy
	}
	y.connecting = false
	if p.Reason.Failed() {
		y.ends()
		return
	}
	switch {
	case p.SessionPresent == y.session || y.unsure:
	case y.session:
		y.fail("its session is forgotten")
	default:
		y.fail("it has a session already, says the gateway, and has none")
	}
	if !p.SessionPresent && y.session {
		y.sessionOver()
	}
	y.session, y.unsure = true, false
}

func (y *young) leavesSuback(p *v2.Suback) {
	f, known := y.filters[p.PacketID]
	if !known || p.Reason.Failed() {
		return
	}
	if p.HasAlias && p.AliasType == v2.SessionAlias {
		y.learns(p.Alias, f.name)
	}
	if !f.over {
		y.w.ledger.begins(y.party, f.name, uint8(p.Reason))
	}
}

func (y *young) leavesPublish(p *v2.Publish) {
	y.unasked20(p)
	m := y.w.ledger.find(p.Payload)
	if m == nil {
		y.sent++
		return
	}
	name := youngName(p.Topic)
	if p.Topic.Type == v2.SessionAlias {
		name = y.topics[p.Topic.Alias]
	}
	if name != m.topic && !(name == "" && y.unsure) {
		y.w.fail(y.name, m, "was sent with a topic that means %q to the device", name)
	}
	if p.QoS < v2.QoS2 && p.DUP {
		y.w.fail(y.name, m, "has DUP with QoS %d", p.QoS)
	}
	again := y.w.ledger.receipt(m, y.party).left
	y.w.ledger.leaves(y.party, m, uint8(p.QoS), p.Retain)
	isNew := p.QoS == v2.QoS0 || y.takesOff20(p, m)
	if isNew {
		y.sent++
	}
	if isNew && !again {
		y.sure++
	}
	if limit := y.w.config.Device.AwakeMessages; y.state == watchAwake && limit > 0 && y.sure > limit+1 {
		y.fail("%d messages in one awake window", y.sure)
	}
}

// takesOff20 notes a message of QoS 1 or 2 and reports whether it is under way for the first time. One may be at a time.
func (y *young) takesOff20(p *v2.Publish, m *message) bool {
	if f := y.flight(p.PacketID); f != nil && f.m == m {
		y.sends(f)
		return false
	}
	y.lands(p.PacketID)
	y.flights = append(y.flights, watchedFlight{msgID: p.PacketID, m: m, normal: p.Topic.Type == v2.SessionAlias, sends: 1, total: 1})
	if len(y.flights) > 1 {
		y.w.fail(y.name, m, "%d messages are in flight at a time", len(y.flights))
	}
	return true
}

func (y *young) fallsAsleep(p *v2.Sleepresp) {
	if p.Reason.Failed() || y.connecting || y.state == watchNone {
		return
	}
	y.state, y.sleepFor = watchAsleep, y.duration
	y.w.stats.Sleeps++
	if y.drops {
		clear(y.topics)
		clear(y.ids)
	}
}

// leavesDisconnect is the end of the connection, for a reason that the device has given.
func (y *young) leavesDisconnect(p *v2.Disconnect) {
	switch p.Reason {
	case v2.MalformedPacket, v2.ProtocolError, v2.ReceiveMaximumExceeded, v2.UnknownTopicAlias:
		if !y.crossed() && !(p.Reason == v2.ReceiveMaximumExceeded && y.state == watchNone) {
			y.fail("is accused: %v", p)
		}
	case v2.NoVirtualConnection:
		if !y.unsure && y.state != watchNone && !y.connecting {
			y.fail("is told that it has no connection, while %v", y.state)
		}
	}
	y.ends()
}

// mayBeLost tells whether the engine has a reason to find the device lost before it was silent for too long: something was
// sent to it as often as may be, and not answered (4.14.2-6), it has said itself that it goes, or it seems to break a rule
// because packets have crossed.
func (y *young) mayBeLost() bool {
	givenUp := func(f watchedFlight) bool { return f.total > y.link.retries }
	return y.farewell == y.w.now || y.registers > y.link.retries || slices.ContainsFunc(y.flights, givenUp) || y.crossed()
}

// crossed tells whether packets have crossed: a window is open that the device does not know of, or something that it has
// sent before SLEEPREQ came behind it.
func (y *young) crossed() bool {
	return y.state == watchAwake && y.asked[youngQuestion{v2.TypeSleepresp, y.lastID}] > 0 ||
		y.bedtime > 0 && y.w.now < y.bedtime+y.link.retry
}

// tolerance is one and a half times what the device said (v2.0 3.1.6-2, 4.14.2-1). A window ends with the keep alive.
func (y *young) tolerance() time.Duration {
	if y.state == watchAsleep {
		return y.sleepFor * 3 / 2
	}
	return y.keep * 3 / 2
}

// sayYoung puts a datagram of version 2.0 into words.
func sayYoung(datagram []byte) string {
	p, err := v2.Parse(datagram)
	if err != nil {
		return fmt.Sprintf("%x (%v)", datagram, err)
	}
	return "2.0 " + p.String()
}
