package engine

import (
	"time"

	"mqttsn-gateway/gateway/topic"
	"mqttsn-gateway/mqtt"
	"mqttsn-gateway/mqttsn"
	v2 "mqttsn-gateway/mqttsn/v2"
)

// v12 is MQTT-SN 1.2.
type v12 struct{}

var traits12 = traits{
	version:   v2.V12,
	tolerance: tolerate12,
	retry:     func(first time.Duration, _ int) time.Duration { return first },
	lostState: true, copies: true, farewell: true, qos0: true,
}

// tolerate12 adds the tolerance of keep alive and sleep: a tenth above one minute, half below (v1.2, 7.2). The
// specification leaves out exactly one minute; we take the longer one.
func tolerate12(t time.Duration) time.Duration {
	if t > time.Minute {
		return t + t/10
	}
	return t + t/2
}

// receive12 serves a datagram of version 1.2 from address a. It reports mqttsn's error for a malformed one.
func (e *Engine) receive12(a Addr, typ mqttsn.Type, body []byte) error {
	if e.unwelcome12(a, typ, body) {
		return nil
	}
	switch typ {
	case mqttsn.TypeAdvertise, mqttsn.TypeGwInfo:
		return e.overheard(a, typ, body)
	case mqttsn.TypeSearchGw:
		return e.search(a, body)
	case mqttsn.TypeConnect:
		return e.connect12(a, body)
	case mqttsn.TypeWillTopic, mqttsn.TypeWillMsg:
		return e.will12(a, typ, body)
	case mqttsn.TypePingreq:
		return e.ping12(a, body)
	case mqttsn.TypePublish:
		return e.publish12(a, body)
	case mqttsn.TypeDisconnect:
		if err := new(mqttsn.Disconnect).Parse(body); err != nil {
			return err
		}
		e.endHandshake(a)
	}
	d := e.byAddr[a]
	if d == nil {
		return e.stranger12(a, typ)
	}
	if d.connecting && typ != mqttsn.TypeDisconnect {
		return nil // the device speaks too early; it will repeat what matters
	}
	d.hears()
	d.fresh = false
	err := d.serve12(typ, body)
	d.served()
	return err
}

// serve12 serves a datagram from a device that has a session.
func (d *Device) serve12(typ mqttsn.Type, body []byte) error {
	switch typ {
	case mqttsn.TypeRegister:
		var p mqttsn.Register
		if err := p.Parse(body); err != nil {
			return err
		}
		d.register(p.MsgID, string(p.TopicName))
	case mqttsn.TypeRegack:
		var p mqttsn.Regack
		if err := p.Parse(body); err != nil {
			return err
		}
		d.regack(p.MsgID, reasonOf(p.ReturnCode))
	case mqttsn.TypePuback:
		var p mqttsn.Puback
		if err := p.Parse(body); err != nil {
			return err
		}
		d.puback(p.TopicID, p.MsgID, reasonOf(p.ReturnCode))
	case mqttsn.TypePubrec:
		var p mqttsn.Pubrec
		if err := p.Parse(body); err != nil {
			return err
		}
		d.pubrec(p.MsgID)
	case mqttsn.TypePubrel:
		var p mqttsn.Pubrel
		if err := p.Parse(body); err != nil {
			return err
		}
		d.pubrel(p.MsgID)
	case mqttsn.TypePubcomp:
		var p mqttsn.Pubcomp
		if err := p.Parse(body); err != nil {
			return err
		}
		d.pubcomp(p.MsgID)
	case mqttsn.TypeSubscribe:
		return d.subscribe12(body)
	case mqttsn.TypeUnsubscribe:
		return d.unsubscribe12(body)
	case mqttsn.TypeDisconnect:
		return d.disconnect12(body)
	case mqttsn.TypeWillTopicUpd, mqttsn.TypeWillMsgUpd:
		return d.updateWill12(typ, body)
	case mqttsn.TypePingresp:
		// A sign of life, and nothing else: we never ask.
	default:
		return mqttsn.ErrUnknownType
	}
	return nil
}

func (e *Engine) ping12(a Addr, body []byte) error {
	d := e.byAddr[a]
	if len(body) > 0 {
		// Only a client id finds the session of a device that woke up behind another address (reference, A10).
		known := e.devices[string(body)]
		switch {
		case known == nil || !known.state.live():
			return e.stranger12(a, mqttsn.TypePingreq)
		case known != d && !e.mayMove(known, a):
			e.stats.MovesRefused++
			e.out.note(NoteMoveRefused, known.id, a, e.owner(known))
			return e.stranger12(a, mqttsn.TypePingreq)
		case known != d && e.permits(known.client, known.proof.name(), a, nil).Failed():
			return e.stranger12(a, mqttsn.TypePingreq)
		case known != d:
			known.unproven = !e.authenticated(a)
			known.locate(a)
			known.save()
		}
		d = known
	}
	if d == nil {
		return e.stranger12(a, mqttsn.TypePingreq)
	}
	if d.connecting {
		return nil
	}
	d.hears()
	d.fresh = false
	d.ping()
	d.served()
	return nil
}

func (e *Engine) publish12(a Addr, body []byte) error {
	var p mqttsn.Publish
	if err := p.Parse(body); err != nil {
		return err
	}
	pub := publication{
		topic:   topicRef{kind: topicKind(p.Flags.TopicIDType()), id: p.TopicID},
		retain:  p.Flags.Retain(),
		dup:     p.Flags.DUP(),
		msgID:   p.MsgID,
		payload: p.Data,
	}
	d := e.byAddr[a]
	if p.Flags.QoS() == mqttsn.QoSMinus1 {
		e.publishUnasked(a, d, pub)
		return nil
	}
	pub.qos = uint8(p.Flags.QoS())
	if d == nil {
		return e.stranger12(a, mqttsn.TypePublish)
	}
	if d.connecting {
		return nil
	}
	d.hears()
	d.fresh = false
	d.publish(pub)
	d.served()
	return nil
}

// subscribe12 resolves the topic of a SUBSCRIBE to a filter (v1.2, 6.9).
func (d *Device) subscribe12(body []byte) error {
	var p mqttsn.Subscribe
	err := p.Parse(body)
	if err != nil && err != mqttsn.ErrBadTopic {
		return err
	}
	filter, t, reason := d.filter12(p.Flags, p.TopicName, p.TopicID)
	switch {
	case err != nil || p.Flags.QoS() == mqttsn.QoSMinus1:
		reason = mqtt.TopicFilterInvalid
		fallthrough
	case reason.Failed():
		d.suback(&request{msgID: p.MsgID, topic: t}, 0, reason)
	default:
		d.subscribe(wish{msgID: p.MsgID, filter: filter, topic: t, qos: uint8(p.Flags.QoS())})
	}
	return nil
}

func (d *Device) unsubscribe12(body []byte) error {
	var p mqttsn.Unsubscribe
	err := p.Parse(body)
	if err != nil && err != mqttsn.ErrBadTopic {
		return err
	}
	filter, _, reason := d.filter12(p.Flags, p.TopicName, p.TopicID)
	if err != nil || reason.Failed() {
		d.unsubscribed(&request{msgID: p.MsgID}, mqtt.TopicFilterInvalid)
		return nil
	}
	d.unsubscribe(p.MsgID, filter)
	return nil
}

func (d *Device) filter12(f mqttsn.Flags, name []byte, id uint16) (string, topicRef, mqtt.Reason) {
	t := topicRef{kind: topicKind(f.TopicIDType()), id: id}
	switch t.kind {
	case topicPredefined:
		filter, ok := d.predef.names[id]
		if !ok {
			return "", t, mqtt.TopicAliasInvalid
		}
		return filter, t, mqtt.Success
	case topicShort:
		return shortName(id), t, mqtt.Success
	case topicNormal:
		return string(name), topicRef{kind: topicNormal}, mqtt.Success
	}
	return "", t, mqtt.ImplementationSpecificError
}

func (d *Device) disconnect12(body []byte) error {
	var p mqttsn.Disconnect
	if err := p.Parse(body); err != nil {
		return err
	}
	if p.Duration == 0 { // a duration of 0 means the same as none (reference, A12)
		d.disconnect()
		return nil
	}
	if !d.connecting {
		d.sleep(time.Duration(p.Duration) * time.Second)
	}
	return nil
}

// updateWill12 changes or deletes the will of a connected device (v1.2, 6.4).
func (d *Device) updateWill12(typ mqttsn.Type, body []byte) error {
	w := will{}
	if d.will != nil {
		w = *d.will
	}
	code := mqttsn.Accepted
	if typ == mqttsn.TypeWillMsgUpd {
		switch {
		case d.e.rec.failing:
			code = mqttsn.Congestion
		case d.will == nil:
			code = mqttsn.NotSupported // there is no topic to publish it on
		default:
			w.payload = append([]byte(nil), body...)
			d.setWill(&w)
		}
		d.whenKept(reasonOf(code), func() { d.answer(mqttsn.WillMsgResp{ReturnCode: code}.Append) })
		return nil
	}
	var p mqttsn.WillTopicUpd
	if err := p.Parse(body); err != nil {
		return err
	}
	switch {
	case d.e.rec.failing:
		code = mqttsn.Congestion
	case len(p.Topic) == 0:
		d.setWill(nil)
	case p.Flags.QoS() == mqttsn.QoSMinus1 || topic.ValidName(string(p.Topic)) != nil:
		code = mqttsn.NotSupported
	case !d.rights.Publish(string(p.Topic)):
		d.forbidden("will " + string(p.Topic))
		code = mqttsn.NotSupported
	default:
		w.topic, w.qos, w.retain = string(p.Topic), uint8(p.Flags.QoS()), p.Flags.Retain()
		d.setWill(&w)
	}
	d.whenKept(reasonOf(code), func() { d.answer(mqttsn.WillTopicResp{ReturnCode: code}.Append) })
	return nil
}

// What v12 says.

func (v12) traits() *traits { return &traits12 }

func (v12) connack(b []byte, _ bool, r mqtt.Reason) []byte {
	return mqttsn.Connack{ReturnCode: codeOf(r)}.Append(b)
}

func (v12) register(b []byte, topicID, msgID uint16, name string) []byte {
	return mqttsn.Register{TopicID: topicID, MsgID: msgID, TopicName: []byte(name)}.Append(b)
}

func (v12) regack(b []byte, t topicRef, msgID uint16, r mqtt.Reason) []byte {
	return mqttsn.Regack{TopicID: t.id, MsgID: msgID, ReturnCode: codeOf(r)}.Append(b)
}

func (v12) publish(b []byte, p outgoing) []byte {
	flags := mqttsn.QoS(p.qos).Flags() | mqttsn.TopicIDType(p.topic.kind).Flags()
	if p.retain {
		flags |= mqttsn.FlagRetain
	}
	if p.dup {
		flags |= mqttsn.FlagDUP
	}
	return mqttsn.Publish{Flags: flags, TopicID: p.topic.id, MsgID: p.msgID, Data: p.payload}.Append(b)
}

func (v12) puback(b []byte, t topicRef, msgID uint16, r mqtt.Reason) []byte {
	return mqttsn.Puback{TopicID: t.id, MsgID: msgID, ReturnCode: codeOf(r)}.Append(b)
}

func (v v12) refuse(b []byte, in *inbound, r mqtt.Reason) []byte {
	return v.puback(b, in.topic, in.msgID, r)
}

func (v12) pubrec(b []byte, msgID uint16) []byte { return mqttsn.Pubrec{MsgID: msgID}.Append(b) }

func (v12) pubrel(b []byte, msgID uint16, _ mqtt.Reason) []byte {
	return mqttsn.Pubrel{MsgID: msgID}.Append(b)
}

func (v12) pubcomp(b []byte, msgID uint16, _ mqtt.Reason) []byte {
	return mqttsn.Pubcomp{MsgID: msgID}.Append(b)
}

func (v12) sleepresp(b []byte) []byte                 { return mqttsn.Disconnect{}.Append(b) }
func (v12) pingresp(b []byte, _ int) []byte           { return mqttsn.Pingresp{}.Append(b) }
func (v12) disconnect(b []byte, _ mqtt.Reason) []byte { return mqttsn.Disconnect{}.Append(b) }

func (v12) write(*fields) {}
func (v12) read(*fields)  {}

// suback echoes the id by which the device will see the topic: of a short name its two octets, which RIOT's emcute
// needs (reference, A8); 0 for a wildcard.
func (v12) suback(b []byte, t topicRef, msgID uint16, qos uint8, r mqtt.Reason) []byte {
	return mqttsn.Suback{
		Flags: mqttsn.QoS(qos).Flags(), TopicID: t.id, MsgID: msgID, ReturnCode: codeOf(r),
	}.Append(b)
}

func (v12) unsuback(b []byte, msgID uint16, _ mqtt.Reason) []byte {
	return mqttsn.Unsuback{MsgID: msgID}.Append(b)
}

// codeOf says in the four return codes of version 1.2 what went wrong (reference, 11.3).
func codeOf(r mqtt.Reason) mqttsn.ReturnCode {
	switch r {
	case mqtt.TopicAliasInvalid, mqtt.TopicNameInvalid:
		return mqttsn.InvalidTopicID
	case mqtt.QuotaExceeded, mqtt.ServerBusy, mqtt.ServerUnavailable, mqtt.ConnectionRateExceeded,
		mqtt.MessageRateTooHigh, mqtt.ServerShuttingDown:
		return mqttsn.Congestion
	}
	if r.Failed() {
		return mqttsn.NotSupported
	}
	return mqttsn.Accepted
}

// reasonOf is the way back. Codes that version 1.2 reserves are refusals.
func reasonOf(c mqttsn.ReturnCode) mqtt.Reason {
	switch c {
	case mqttsn.Accepted:
		return mqtt.Success
	case mqttsn.Congestion:
		return mqtt.QuotaExceeded
	case mqttsn.InvalidTopicID:
		return mqtt.TopicAliasInvalid
	}
	return mqtt.ImplementationSpecificError
}
