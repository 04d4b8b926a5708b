package engine

import (
	"slices"
	"time"

	"mqttsn-gateway/mqtt"
)

// A send is a publication that the broker has not taken yet, in the order in which it must leave.
type send struct {
	msg      *Message
	qos      uint8 // as the broker allows
	retain   bool
	token    uint32 // what the device's session knows it by
	will     bool   // a will: nobody waits for the answer
	id       uint16
	sent     bool // on this connection
	dup      bool
	released bool // QoS 2: the broker has it, PUBREL was sent
	record   bool // QoS 2: is on disk
	promised bool // QoS 2: the device has, or may have, its PUBREC, though the broker was away
	gate     uint64
}

// publish forwards a publication of the device. Its acknowledgement is the broker's.
func (u *uplink) publish(d *Device, m *Message, token uint32) {
	if !u.ready() {
		u.refuse(d, m, token, mqtt.ServerUnavailable)
		return
	}
	s := send{msg: m, qos: min(m.QoS, u.limits.maximumQoS), retain: m.Retain && !u.limits.noRetain, token: token}
	switch {
	case u.limits.packetSize > 0 && m.size() > int(u.limits.packetSize):
		u.refuse(d, m, token, mqtt.PacketTooLarge)
		return
	case s.qos == 0 && u.outstanding > maxOutstanding:
		u.refuse(d, m, token, mqtt.QuotaExceeded)
		return
	case s.qos == 0:
		u.sendPublish(&s)
		if m.QoS > 0 {
			d.published(token, mqtt.Success) // downgraded: this broker has nothing better
		}
		return
	case len(u.sends) >= u.e.cfg.Uplink.Queue, s.qos == 2 && u.e.rec.failing:
		u.refuse(d, m, token, mqtt.QuotaExceeded)
		return
	}
	if s.qos == 2 && u.e.rec.durable {
		u.keepSend(d, &s)
	}
	u.sends = append(u.sends, s)
	u.flush()
}

// keepSend puts a publication on disk: after a crash it must go on under the same packet id.
func (u *uplink) keepSend(d *Device, s *send) {
	s.id, s.record = u.newID(), true
	if s.will {
		s.token = willToken | uint32(s.id)
	}
	u.saveSend(d, s)
	s.gate = u.e.rec.gate()
	u.e.rec.after(s.gate, u.flush)
}

// willToken is in the tokens of wills, which no session knows them by: they are their numbers on disk.
const willToken = 1 << 24

func (u *uplink) saveSend(d *Device, s *send) {
	u.e.rec.put(recordSend, d.record, uint64(s.token), func(f *fields) {
		f.num(uint64(s.id))
		f.flags(s.released)
		s.msg.write(f, u.e.now)
	})
}

func (u *uplink) removeSend(i int) {
	u.dropSend(&u.sends[i])
	u.sends = append(u.sends[:i], u.sends[i+1:]...)
}

func (u *uplink) dropSend(s *send) {
	if s.record && u.d != nil {
		u.e.rec.drop(recordSend, u.d.record, uint64(s.token))
	}
}

func (u *uplink) refuse(d *Device, m *Message, token uint32, reason mqtt.Reason) {
	if m.QoS == 0 {
		d.stats.Refused++
		u.e.stats.PublicationsRefused++
		return
	}
	d.published(token, reason)
}

// repeated answers a device that asks again while the broker, or the disk, is away. A QoS 2 message that may have reached
// the broker cannot be refused: the device would send it as a new one, and it would arrive twice. If it is on disk it is
// taken, lest the device gives the gateway up; else the device has to wait.
func (u *uplink) repeated(d *Device, token uint32) {
	i := slices.IndexFunc(u.sends, func(s send) bool { return s.token == token && !s.will })
	if i < 0 {
		return
	}
	s := &u.sends[i]
	waits := s.record && !u.e.rec.passed(s.gate) // for the disk, and has not left
	switch {
	case waits && u.e.rec.failing, !u.ready() && (s.qos == 1 || s.id == 0):
		u.removeSend(i)
		d.published(token, mqtt.ServerUnavailable)
	case !u.ready() && s.record && !waits:
		s.promised = true
		d.published(token, mqtt.Success)
	}
}

// flush sends what the broker's Receive Maximum allows.
func (u *uplink) flush() {
	if !u.ready() {
		return
	}
	open := 0
	for i := 0; i < len(u.sends); i++ {
		s := &u.sends[i]
		if s.sent {
			open++
			continue
		}
		if s.qos == 0 {
			u.sendPublish(s)
			u.sends = append(u.sends[:i], u.sends[i+1:]...)
			i--
			continue
		}
		if open >= u.limits.receiveMaximum || !u.e.rec.passed(s.gate) {
			return
		}
		if s.id == 0 {
			s.id = u.newID()
		}
		s.sent = true
		open++
		u.sendPublish(s)
	}
}

func (u *uplink) sendPublish(s *send) {
	u.send(&mqtt.Publish{
		Topic: s.msg.Topic, Payload: s.msg.Payload, QoS: s.qos, Retain: s.retain, Dup: s.dup, PacketID: s.id,
		Props: s.msg.Props,
	})
}

// newID counts up, and passes over 0 and what is in use.
func (u *uplink) newID() uint16 {
	for {
		u.lastID++
		if u.lastID != 0 && u.find(u.lastID) < 0 && u.findRequest(u.lastID) < 0 {
			return u.lastID
		}
	}
}

func (u *uplink) find(id uint16) int {
	for i := range u.sends {
		if u.sends[i].id == id {
			return i
		}
	}
	return -1
}

func (u *uplink) ack(p *mqtt.Ack) {
	if p.Kind == mqtt.PUBREL {
		u.pubrel(p.PacketID)
		return
	}
	i := u.find(p.PacketID)
	if i < 0 {
		if p.Kind == mqtt.PUBREC {
			u.send(&mqtt.Ack{Kind: mqtt.PUBREL, PacketID: p.PacketID, Reason: mqtt.PacketIdentifierNotFound})
		}
		return
	}
	s := &u.sends[i]
	token, will := s.token, s.will
	switch {
	case p.Kind == mqtt.PUBREC && !p.Reason.Failed():
		u.release(s)
	case p.Kind == mqtt.PUBCOMP:
		u.removeSend(i)
		u.flush()
		return
	default:
		u.removeSend(i)
	}
	if u.d != nil && !will {
		u.d.published(token, p.Reason)
	}
	u.flush()
}

// release sends PUBREL, once it is on disk that the broker has the message: it must not be published again after that.
func (u *uplink) release(s *send) {
	s.released = true
	u.saveReleased(s)
	u.sendSafe(&mqtt.Ack{Kind: mqtt.PUBREL, PacketID: s.id})
}

// saveReleased notes on disk whether PUBREL comes next.
func (u *uplink) saveReleased(s *send) {
	if s.record && u.d != nil {
		u.saveSend(u.d, s)
		s.gate = u.e.rec.gate()
	}
}

// A received is a QoS 1 or 2 message of the broker's that the device has not settled, or a QoS 2 one that the broker has
// not released.
type received struct {
	id      uint16
	qos     uint8
	settled bool // the device has it, or it was given up
}

// receive takes a message for the device. The broker's acknowledgement comes when the device has settled it.
func (u *uplink) receive(p *mqtt.Publish) {
	if u.d == nil || u.leaving {
		return // the broker keeps it, or nobody wants it
	}
	if p.QoS > 0 && u.repetition(p) {
		return
	}
	m := &Message{
		Topic: p.Topic, Payload: p.Payload, QoS: p.QoS, Retain: p.Retain, Props: p.Props, expires: u.e.expiry(p),
	}
	u.d.take(entry{msg: m, qos: p.QoS, retain: p.Retain, upstream: p.PacketID})
}

// expiry is when a message with MQTT 5's message expiry must no longer be delivered.
func (e *Engine) expiry(p *mqtt.Publish) time.Duration {
	if !p.HasExpiry {
		return never
	}
	return e.now + time.Duration(p.Expiry)*time.Second
}

// repetition notes a QoS 1 or 2 message, and reports whether it is one that we have already: brokers send again, with
// DUP, what was not acknowledged on an earlier connection.
func (u *uplink) repetition(p *mqtt.Publish) bool {
	for i := range u.received {
		r := &u.received[i]
		if r.id != p.PacketID {
			continue
		}
		if !p.Dup && r.qos == 1 {
			*r = received{id: p.PacketID, qos: p.QoS} // our PUBACK had arrived: it is a new message
			return false
		}
		if r.settled {
			u.acknowledge(i)
		}
		return true
	}
	u.received = append(u.received, received{id: p.PacketID, qos: p.QoS})
	return false
}

// settled acknowledges to the broker what the device has taken.
func (u *uplink) settled(d *Device, en entry) {
	if en.upstream == 0 {
		return
	}
	for i := range u.received {
		if r := &u.received[i]; r.id == en.upstream && !r.settled {
			r.settled = true
			if r.qos == 2 {
				u.e.rec.put(recordUpstream, d.record, uint64(r.id)+1, func(*fields) {})
			}
			if u.ready() {
				u.acknowledge(i)
			}
			return
		}
	}
}

func (u *uplink) acknowledge(i int) {
	r := u.received[i]
	if r.qos == 2 {
		u.sendSafe(&mqtt.Ack{Kind: mqtt.PUBREC, PacketID: r.id})
		return
	}
	u.send(&mqtt.Ack{Kind: mqtt.PUBACK, PacketID: r.id})
	u.received = append(u.received[:i], u.received[i+1:]...)
}

func (u *uplink) pubrel(id uint16) {
	reason := mqtt.PacketIdentifierNotFound
	for i, r := range u.received {
		if r.id == id && r.qos == 2 {
			u.received = append(u.received[:i], u.received[i+1:]...)
			if u.d != nil {
				u.e.rec.erase(recordUpstream, u.d.record, uint64(id)+1) // the broker may use the id again
			}
			reason = mqtt.Success
			break
		}
	}
	u.sendSafe(&mqtt.Ack{Kind: mqtt.PUBCOMP, PacketID: id, Reason: reason})
}

// anonymousNorth forwards what senders without a session publish with QoS -1, on a connection of its own that is made
// when the first such message is accepted.
type anonymousNorth struct{ e *Engine }

func (n *anonymousNorth) publish(d *Device, m *Message, token uint32) {
	u := n.e.uplinkOf("")
	if len(u.sends) >= n.e.cfg.Uplink.Queue {
		n.e.stats.QoSNeg1Refused++
		return
	}
	u.sends = append(u.sends, send{msg: m, retain: m.Retain, will: true})
	if u.state == brokerIdle {
		u.dial()
	}
	u.flush()
}
