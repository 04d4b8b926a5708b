package engine

import (
	"hash/crc32"
	"slices"
	"time"

	"mqttsn-gateway/gateway/topic"
	"mqttsn-gateway/mqtt"
)

// A publication is a PUBLISH from a device.
type publication struct {
	topic   topicRef
	name    string // of topicNamed
	qos     uint8
	retain  bool
	dup     bool
	msgID   uint16
	payload []byte // the datagram's memory
}

// An inbound is a QoS 1 or 2 message from the device whose handshake is under way: a duplicate must neither be routed
// again nor answered too early.
type inbound struct {
	topic topicRef
	msgID uint16
	qos   uint8
	safe  bool   // PUBREC was sent; wait for PUBREL
	gate  uint64 // the batch that must be on disk before that
	sum   uint32 // of topic and payload: tells a repetition from a device that rebooted and counts from 1 again
}

// An ended is a QoS 2 exchange that ended a moment ago. A copy of its PUBLISH that was sent again, and comes late, is no new
// message: not after PUBREL, and not after a refusal, which the device has perhaps got. Version 2.0 says so only until
// PUBCOMP has left (v2.0, 4.3.4-13).
type ended struct {
	msgID   uint16
	sum     uint32
	until   time.Duration
	told    bool        // by PUBCOMP
	refused mqtt.Reason // if it was
}

func (p *publication) inbound() inbound { return inbound{topic: p.topic, msgID: p.msgID, qos: p.qos} }

func (in *inbound) token() uint32 { return uint32(in.qos)<<16 | uint32(in.msgID) }

// publish serves a PUBLISH (v1.2, 6.6).
func (d *Device) publish(p publication) {
	name, reason := d.topicName(p.topic, p.name)
	if reason.Failed() {
		if p.qos > 0 || d.traits().qos0 {
			d.refusePublication(p.inbound(), reason)
		} else {
			d.refused()
		}
		return
	}
	if !d.rights.Publish(name) {
		d.forbidden("publish " + name)
		if p.qos > 0 {
			d.refusePublication(p.inbound(), mqtt.NotAuthorized)
		}
		return
	}
	outer, ok := d.mapping.outward(name)
	switch {
	case !ok:
		d.refusePublication(p.inbound(), mqtt.TopicNameInvalid)
		return
	case d.e.tooLong(d.addr.Link, p.payload) && p.qos == 0:
		d.refused()
		return
	case d.e.tooLong(d.addr.Link, p.payload):
		d.refusePublication(p.inbound(), mqtt.PacketTooLarge)
		return
	}
	if d.queue.len()+len(d.flights) > 0 {
		defer d.carryOn() // what waited for the device to know an id
	}
	if p.qos > 0 && !d.begin(p, checksum(name, p.payload)) {
		return
	}
	d.stats.PublishedUp++
	d.e.stats.PublishedUp++
	m := &Message{
		Topic: outer, Payload: append([]byte(nil), p.payload...), QoS: p.qos, Retain: p.retain,
		Props: d.told(d.e.rssi), expires: never, origin: d,
	}
	d.north.publish(d, m, uint32(p.qos)<<16|uint32(p.msgID))
}

// begin notes a QoS 1 or 2 message and reports whether it is a new one. Another content under a MsgId that is in use is new,
// even with DUP: the device has rebooted, counts from 1 again, and its first copy was lost.
func (d *Device) begin(p publication, sum uint32) bool {
	in := p.inbound()
	in.sum = sum
	if known := d.findInbound(in.token()); known != nil {
		if known.sum == in.sum {
			if known.safe {
				d.answer(func(b []byte) []byte { return d.dialect.pubrec(b, p.msgID) })
			} else {
				d.north.repeated(d, in.token())
			}
			return false
		}
		d.endInbound(in.token())
	}
	if en := d.findEnded(p.msgID, in.sum); en != nil && p.qos == 2 && p.dup {
		switch {
		case d.traits().copies && en.refused.Failed():
			d.refusePublication(in, en.refused)
			return false
		case d.traits().copies:
			d.answer(func(b []byte) []byte { return d.dialect.pubrec(b, p.msgID) })
			return false
		case !en.told:
			return false // PUBCOMP is on its way
		}
	}
	if len(d.inbound) >= d.e.cfg.Device.Inbound && !d.forgetOldest() {
		d.refusePublication(in, mqtt.QuotaExceeded)
		return false
	}
	d.inbound = append(d.inbound, in)
	d.saveInbound(&in)
	return true
}

// remember keeps an exchange that has just ended, and forgets what is too long ago, or too much.
func (d *Device) remember(en ended) {
	d.ended = slices.DeleteFunc(d.ended, func(old ended) bool { return d.e.now >= old.until })
	if len(d.ended) >= d.e.cfg.Device.Inbound {
		d.ended = d.ended[1:]
	}
	d.ended = append(d.ended, en)
}

// findEnded returns the exchange that ended last with a MsgId and content, nil if that is too long ago.
func (d *Device) findEnded(msgID uint16, sum uint32) *ended {
	for i := range slices.Backward(d.ended) {
		if en := &d.ended[i]; en.msgID == msgID && en.sum == sum && d.e.now < en.until {
			return en
		}
	}
	return nil
}

// checksum tells messages apart. The topic goes by its name: a device may send the same message again under another id.
func checksum(name string, payload []byte) uint32 {
	return crc32.Update(crc32.ChecksumIEEE([]byte(name)), crc32.IEEETable, payload)
}

func (d *Device) findInbound(token uint32) *inbound {
	for i := range d.inbound {
		if d.inbound[i].token() == token {
			return &d.inbound[i]
		}
	}
	return nil
}

func (d *Device) endInbound(token uint32) {
	for i := range d.inbound {
		if d.inbound[i].token() == token {
			d.removeInbound(i)
			return
		}
	}
}

// forgetOldest makes room by giving up the oldest exchange in which the device owes us a PUBREL. A device has one
// QoS 2 exchange at a time (v1.2, 6.6), so that one was abandoned long ago.
func (d *Device) forgetOldest() bool {
	for i := range d.inbound {
		if d.inbound[i].safe {
			d.removeInbound(i)
			return true
		}
	}
	return false
}

func (d *Device) removeInbound(i int) {
	if in := &d.inbound[i]; in.qos == 2 {
		// The device may use the id for another message once it has our PUBCOMP.
		d.e.rec.erase(recordInbound, d.record, uint64(in.msgID)+1)
	}
	d.inbound = append(d.inbound[:i], d.inbound[i+1:]...)
}

// published is the north side's answer: the message is safe, or refused.
func (d *Device) published(token uint32, reason mqtt.Reason) {
	in := d.findInbound(token)
	if in == nil || in.safe {
		return // the session was reset meanwhile
	}
	switch {
	case reason.Failed():
		refused := *in
		d.endInbound(token)
		if refused.qos == 2 {
			d.remember(ended{msgID: refused.msgID, sum: refused.sum, until: d.e.now + d.link.Retry, told: true, refused: reason})
		}
		d.refusePublication(refused, reason)
	case in.qos == 2:
		in.safe = true
		d.answer(func(b []byte) []byte { return d.dialect.pubrec(b, in.msgID) })
	default:
		topic, msgID := in.topic, in.msgID
		d.endInbound(token)
		d.answer(func(b []byte) []byte { return d.dialect.puback(b, topic, msgID, mqtt.Success) })
	}
}

func (d *Device) refusePublication(in inbound, reason mqtt.Reason) {
	d.refused()
	d.answer(func(b []byte) []byte { return d.dialect.refuse(b, &in, reason) })
}

// refused counts a message from the device that is not taken.
func (d *Device) refused() {
	d.stats.Refused++
	d.e.stats.PublicationsRefused++
}

// answer sends what the device waits for, asleep or not: it has asked and listens.
func (d *Device) answer(encode func([]byte) []byte) {
	if d.located {
		d.send(encode)
	}
}

// pubrel ends a QoS 2 exchange. It is answered even if we know nothing of it: our PUBCOMP was lost.
func (d *Device) pubrel(msgID uint16) {
	token := (&inbound{qos: 2, msgID: msgID}).token()
	if in := d.findInbound(token); in != nil && !in.safe {
		d.north.repeated(d, token) // it had PUBREC, and we have begun anew since
	}
	reason, sum := mqtt.PacketIdentifierNotFound, uint32(0)
	if in := d.findInbound(token); in != nil {
		if !in.safe {
			return
		}
		reason, sum = mqtt.Success, in.sum
		d.remember(ended{msgID: msgID, sum: sum, until: d.e.now + d.link.Retry})
		d.endInbound(token)
	}
	d.e.rec.whenSafe(func() {
		if en := d.findEnded(msgID, sum); en != nil {
			en.told = true
		}
		d.answer(func(b []byte) []byte { return d.dialect.pubcomp(b, msgID, reason) })
	})
}

// topicName resolves what a PUBLISH calls its topic.
func (d *Device) topicName(r topicRef, name string) (string, mqtt.Reason) {
	switch r.kind {
	case topicNamed:
		if topic.ValidName(name) != nil {
			return "", mqtt.TopicNameInvalid
		}
		return name, mqtt.Success
	case topicPredefined:
		if name, ok := d.predef.names[r.id]; ok {
			return name, mqtt.Success
		}
	case topicShort:
		name := shortName(r.id)
		if topic.ValidName(name) != nil {
			return "", mqtt.TopicFilterInvalid
		}
		return name, mqtt.Success
	case topicNormal:
		if t := d.topics.get(r.id); t != nil {
			d.tell(r.id)
			return t.name, mqtt.Success
		}
	default:
		return "", mqtt.ImplementationSpecificError
	}
	return "", mqtt.TopicAliasInvalid
}
