package engine

import (
	"time"

	"mqttsn-gateway/mqttsn"
)

// stranger12 answers a sender that has no session: DISCONNECT tells it to connect (v1.2, 5.4.21). The answer is never
// longer than the question, and answers are limited, so that nobody can be flooded by way of us.
func (e *Engine) stranger12(a Addr, typ mqttsn.Type) error {
	if e.handshakes[a] != nil {
		return nil // a late packet of the device's last life must not end the dialogue about its will
	}
	e.stats.Strangers++
	switch typ {
	case mqttsn.TypeRegister, mqttsn.TypeRegack, mqttsn.TypePublish, mqttsn.TypePuback, mqttsn.TypePubrec,
		mqttsn.TypePubrel, mqttsn.TypePubcomp, mqttsn.TypeSubscribe, mqttsn.TypeUnsubscribe, mqttsn.TypePingreq,
		mqttsn.TypePingresp, mqttsn.TypeDisconnect, mqttsn.TypeWillTopic, mqttsn.TypeWillMsg,
		mqttsn.TypeWillTopicUpd, mqttsn.TypeWillMsgUpd:
		if e.strangers.take(e.now) {
			e.send(a, mqttsn.Disconnect{}.Append)
		}
		return nil
	}
	return mqttsn.ErrUnknownType
}

// search answers SEARCHGW with GWINFO (v1.2, 6.1): on radio links to everyone in the radius asked for, elsewhere to the
// one who asked.
func (e *Engine) search(a Addr, body []byte) error {
	var p mqttsn.SearchGw
	if err := p.Parse(body); err != nil {
		return err
	}
	if !e.strangers.take(e.now) || !e.serving() {
		return nil
	}
	link := &e.cfg.Links[a.Link]
	info := mqttsn.GwInfo{GwID: link.GatewayID}
	if link.Broadcast {
		e.broadcast(a, p.Radius, info.Append)
	} else {
		e.send(a, info.Append)
	}
	return nil
}

// broadcast sends to everyone near the sender: a forwarder passes it on to its own network.
func (e *Engine) broadcast(a Addr, radius uint8, encode func([]byte) []byte) {
	if a.Forwarded {
		e.sendTo(a, min(radius, maxForwardRadius), 0, encode)
		return
	}
	at := len(e.out.buf)
	e.out.buf = encode(e.out.buf)
	e.out.Broadcasts = append(e.out.Broadcasts, Broadcast{Link: a.Link, Radius: radius, Data: e.out.buf[at:]})
}

// maxForwardRadius is what the two bits of the encapsulation can say (v1.2, 5.5).
const maxForwardRadius = 3

// overheard takes note of another gateway. Two with the same id confuse every device.
func (e *Engine) overheard(a Addr, typ mqttsn.Type, body []byte) error {
	var ad mqttsn.Advertise
	var info mqttsn.GwInfo
	var id uint8
	if typ == mqttsn.TypeAdvertise {
		if err := ad.Parse(body); err != nil {
			return err
		}
		id = ad.GwID
	} else {
		if err := info.Parse(body); err != nil {
			return err
		}
		if len(info.GwAdd) > 0 {
			return nil // a device speaks for a gateway, perhaps for us
		}
		id = info.GwID
	}
	e.sameGateway(a, id)
	return nil
}

func (e *Engine) sameGateway(a Addr, id uint8) {
	if l := &e.cfg.Links[a.Link]; id == l.GatewayID && e.strangers.take(e.now) {
		e.stats.SameGatewayID++
		e.out.note(NoteSameGatewayID, "", a, "")
	}
}

// publishUnasked serves a PUBLISH with QoS -1, from whomever (v1.2, 6.8). It is never answered.
func (e *Engine) publishUnasked(a Addr, d *Device, p publication) {
	if d == nil {
		// Which lends it the predefined topics of everyone.
		d = &Device{e: e, dialect: v12{}, predef: e.predef[a.Link], rights: e.rights("", "", a, e.identity(a))}
		var ok bool
		if d.mapping, ok = e.mappingOf("", e.cfg.Links[a.Link].Name); !ok {
			e.stats.QoSNeg1Refused++ // it has no client id, and so no place
			return
		}
	} else {
		d.hears()
	}
	if !e.cfg.QoSNeg1 || p.topic.kind == topicNormal {
		e.stats.QoSNeg1Refused++
		return
	}
	name, reason := d.topicName(p.topic, p.name)
	if reason.Failed() {
		e.stats.QoSNeg1Refused++
		return
	}
	if !d.rights.Publish(name) {
		e.stats.Forbidden++
		e.stats.QoSNeg1Refused++
		return
	}
	outer, ok := d.mapping.outward(name)
	if !ok || e.tooLong(a.Link, p.payload) {
		e.stats.QoSNeg1Refused++
		return
	}
	e.stats.QoSNeg1++
	m := &Message{
		Topic: outer, Payload: append([]byte(nil), p.payload...), Retain: p.retain,
		Props: e.told(d.id, a, e.rssi), expires: never,
	}
	e.unasked.publish(d, m, 0)
}

// A bucket limits how often something is done.
type bucket struct {
	rate  float64 // a second; 0 is no limit
	burst float64
	level float64
	since time.Duration
}

func newBucket(rate, burst float64) bucket { return bucket{rate: rate, burst: burst, level: burst} }

// take reports whether it may be done now.
func (b *bucket) take(now time.Duration) bool {
	if b.rate == 0 {
		return true
	}
	b.level = min(b.burst, b.level+b.rate*(now-b.since).Seconds())
	b.since = now
	if b.level < 1 {
		return false
	}
	b.level--
	return true
}
