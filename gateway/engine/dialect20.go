package engine

import (
	"errors"
	"time"

	"mqttsn-gateway/mqtt"
	v2 "mqttsn-gateway/mqttsn/v2"
)

// v20 is MQTT-SN 2.0 as spoken on one Virtual Connection, with what has to be remembered of it.
type v20 struct {
	terms
	connectID uint16 // of CONNECT, or of the AUTH that followed
	open      openRequest
	last      openRequest // that was answered
	sleepFor  uint32      // seconds that we suggest to a SLEEPREQ; 0 is no suggestion
}

// terms are what CONNECT and CONNACK have settled, beside what every session has.
type terms struct {
	netAddr   bool   // the device's address may change
	suggest   bool   // it takes suggestions of ours
	keepAlive uint16 // seconds that we suggest; 0 is no suggestion
	hasExpiry bool   // we suggest a session expiry
	expiry    uint32 // seconds
	assigned  string // client id that we have made up
	method    string // of authentication
	data      []byte // that ends the authentication
}

// An openRequest is the one request of the device that is not answered yet (v2.0, 4.9). A QoS 2 exchange is one request.
type openRequest struct {
	typ v2.Type
	id  uint16 // 0: none
}

var traits20 = traits{
	version:   v2.V20,
	tolerance: func(t time.Duration) time.Duration { return t + t/2 },
	retry:     backOff20,
	givesUp:   true, fullNames: true, oneRequest: true, will: true, unsuback: true,
}

// backOff20 doubles half of T_retry each time, up to a minute (v2.0, 4.4.2).
func backOff20(first time.Duration, n int) time.Duration {
	return min(first/2<<min(n, 16), time.Minute)
}

// receive20 serves a datagram of version 2.0 from address a. An error, of the codec's type, says that it was malformed; then
// the device's connection has ended (v2.0, 4.12.1-2).
func (e *Engine) receive20(a Addr, data []byte) error {
	typ, body, err := v2.Split(data)
	d := e.byAddr[a]
	switch {
	case err != nil:
		return e.nonsense20(d, err)
	case typ == v2.TypeProtection && !a.Protected():
		return e.unprotect(a, data, e.receive20)
	case e.unwelcome(a, typ, body):
		return nil
	case typ == v2.TypeConnect:
		return e.connect20(a, body)
	case typ == v2.TypePubwos:
		return e.pubwos20(a, body)
	case typ == v2.TypeSearchGw:
		return e.search20(a)
	case typ == v2.TypeAdvertise, typ == v2.TypeGwInfo:
		return e.overheard20(a, typ, body)
	case typ == v2.TypeConnection:
		return e.connection20(a, body)
	}
	if d == nil {
		d = e.protector.find(a)
	}
	v, ok := speaks20(d)
	if !ok {
		return e.stranger20(a, typ, body)
	}
	d.hears()
	if d.connecting && typ != v2.TypeAuth {
		return nil // between CONNECT and CONNACK nothing else is served (v2.0, 3.1.19-7)
	}
	d.fresh = false
	if err := d.serve20(v, typ, body); err != nil {
		return e.nonsense20(d, err)
	}
	d.served()
	return nil
}

// speaks20 is what is known of the connection of a device that speaks version 2.0.
func speaks20(d *Device) (*v20, bool) {
	if d == nil {
		return nil, false
	}
	v, ok := d.dialect.(*v20)
	return v, ok
}

// nonsense20 ends the connection of a device that has sent something malformed or forbidden, with the code that the codec
// gives.
func (e *Engine) nonsense20(d *Device, err error) error {
	var fault *v2.Error
	if _, ok := speaks20(d); ok && errors.As(err, &fault) && !e.lenient(d) {
		d.breach(fault.Reason, fault.PacketID, fault.Error())
	}
	return err
}

// lenient reports whether what is wrong is only dropped: anyone may have sent it.
func (e *Engine) lenient(d *Device) bool {
	return e.cfg.Device.Lenient && d.identity == "" && !d.addr.Protected()
}

// breach ends the connection of a device that broke a rule. Its will is published (v2.0, 4.12.1-2).
func (d *Device) breach(reason v2.ReasonCode, packetID uint16, why string) {
	d.e.stats.ProtocolErrors++
	if d.connecting {
		d.refuse(mqtt.Reason(reason))
		d.north.left(d)
		return
	}
	d.send(v2.Disconnect{Reason: reason, PacketID: packetID}.Append)
	d.lose(why)
}

// serve20 serves a packet of a device that has a connection.
func (d *Device) serve20(v *v20, typ v2.Type, body []byte) error {
	if !typ.SentBy(v2.Client) {
		d.breach(v2.ProtocolError, 0, typ.String()+" is not for devices to send")
		return nil
	}
	switch typ {
	case v2.TypePublish:
		return d.publish20(v, body)
	case v2.TypePuback, v2.TypePubrec, v2.TypePubcomp:
		return d.acknowledged20(typ, body)
	case v2.TypePubrel:
		return d.pubrel20(v, body)
	case v2.TypeSubscribe:
		return d.subscribe20(v, body)
	case v2.TypeUnsubscribe:
		return d.unsubscribe20(v, body)
	case v2.TypeRegister:
		return d.register20(v, body)
	case v2.TypeRegack:
		return d.regack20(body)
	case v2.TypePingreq:
		return d.pingreq20(v, body)
	case v2.TypeSleepreq:
		return d.sleepreq20(v, body)
	case v2.TypeDisconnect:
		return d.disconnect20(body)
	case v2.TypeAuth:
		return d.auth20(v, body)
	}
	d.breach(v2.ProtocolError, 0, typ.String()+" is not expected here")
	return nil
}

// begins notes a request of the device, and reports false for one that must not be served: the device sleeps, or a request
// of it is open. The same one again is a retry; if its answer waits for nothing but us, it is on its way.
func (d *Device) begins(v *v20, typ v2.Type, id uint16) bool {
	asleep := d.state == Asleep || d.state == Awake
	switch {
	case asleep && typ != v2.TypePingreq && typ != v2.TypeSleepreq:
		d.breach(v2.ProtocolError, id, typ.String()+" from a device that sleeps")
		return false
	case v.last == openRequest{typ, id} && v.open.id != id && typ != v2.TypePingreq && typ != v2.TypeSleepreq:
		return true // it has crossed its answer, and the device goes on: it is answered again, and opens nothing
	case v.open.id != 0 && v.open.id != id:
		d.breach(v2.ReceiveMaximumExceeded, id, "more than one request is open")
		return false
	}
	again := v.open == openRequest{typ, id}
	v.open = openRequest{typ, id}
	switch typ {
	case v2.TypeSubscribe, v2.TypeUnsubscribe, v2.TypeRegister:
		return !again || d.e.rec.failing
	}
	return true
}

// answered ends a request: its answer is on its way.
func (v *v20) answered(id uint16) {
	if v.open.id == id {
		v.open, v.last = openRequest{}, v.open
	}
}

// What v20 says. An answer ends the request that it answers.

func (*v20) traits() *traits { return &traits20 }

func (v *v20) connack(b []byte, present bool, r mqtt.Reason) []byte {
	p := v2.Connack{PacketID: v.connectID, Reason: code20(v2.TypeConnack, r)}
	if !r.Failed() {
		p.SessionPresent, p.KeepAlive = present, v.terms.keepAlive
		p.HasExpiry, p.SessionExpiry = v.hasExpiry, v.expiry
		p.ClientID = []byte(v.assigned)
		p.HasAuth = v.method != ""
		p.Auth = v2.Authentication{Method: []byte(v.method), Data: v.data}
	}
	return p.Append(b)
}

func (*v20) register(b []byte, topicID, msgID uint16, name string) []byte {
	return v2.Register{PacketID: msgID, HasAlias: true, Alias: topicID, TopicName: []byte(name)}.Append(b)
}

func (v *v20) regack(b []byte, t topicRef, msgID uint16, r mqtt.Reason) []byte {
	v.answered(msgID)
	p := v2.Regack{PacketID: msgID, Reason: code20(v2.TypeRegack, r)}
	if !r.Failed() {
		p.HasAlias, p.AliasType, p.Alias = true, aliasType(t.kind), t.id
	}
	return p.Append(b)
}

func (*v20) publish(b []byte, p outgoing) []byte {
	packet := v2.Publish{
		DUP: p.dup && p.qos == 2, Retain: p.retain, QoS: v2.QoS(p.qos), PacketID: p.msgID, Payload: p.payload,
		Topic: v2.Topic{Type: aliasType(p.topic.kind), Alias: p.topic.id},
	}
	if p.topic.kind == topicNamed {
		packet.Topic.Name = []byte(p.name)
	}
	return packet.Append(b)
}

func (v *v20) puback(b []byte, _ topicRef, msgID uint16, r mqtt.Reason) []byte {
	v.answered(msgID)
	return v2.Puback{PacketID: msgID, Reason: code20(v2.TypePuback, r)}.Append(b)
}

func (*v20) pubrec(b []byte, msgID uint16) []byte { return v2.Pubrec{PacketID: msgID}.Append(b) }

func (v *v20) refuse(b []byte, in *inbound, r mqtt.Reason) []byte {
	v.answered(in.msgID)
	if in.qos == 2 {
		return v2.Pubrec{PacketID: in.msgID, Reason: code20(v2.TypePubrec, r)}.Append(b)
	}
	return v2.Puback{PacketID: in.msgID, Reason: code20(v2.TypePuback, r)}.Append(b)
}

func (*v20) pubrel(b []byte, msgID uint16, r mqtt.Reason) []byte {
	return v2.Pubrel{PacketID: msgID, Reason: code20(v2.TypePubrel, r)}.Append(b)
}

func (v *v20) pubcomp(b []byte, msgID uint16, r mqtt.Reason) []byte {
	v.answered(msgID)
	return v2.Pubcomp{PacketID: msgID, Reason: code20(v2.TypePubcomp, r)}.Append(b)
}

func (v *v20) suback(b []byte, t topicRef, msgID uint16, qos uint8, r mqtt.Reason) []byte {
	v.answered(msgID)
	p := v2.Suback{PacketID: msgID, Reason: v2.ReasonCode(qos)}
	switch {
	case r.Failed():
		p.Reason = code20(v2.TypeSuback, r)
	case t.id != 0 && t.kind != topicNamed:
		p.HasAlias, p.AliasType, p.Alias = true, aliasType(t.kind), t.id
	}
	return p.Append(b)
}

func (v *v20) unsuback(b []byte, msgID uint16, r mqtt.Reason) []byte {
	v.answered(msgID)
	return v2.Unsuback{PacketID: msgID, Reason: code20(v2.TypeUnsuback, r)}.Append(b)
}

func (v *v20) sleepresp(b []byte) []byte {
	id := v.open.id
	v.answered(id)
	b = v2.Sleepresp{PacketID: id, Duration: v.sleepFor}.Append(b)
	v.sleepFor = 0
	return b
}

func (v *v20) pingresp(b []byte, left int) []byte {
	id := v.open.id
	v.answered(id)
	return v2.Pingresp{PacketID: id, HasRemaining: left > 0, Remaining: uint8(min(left, v2.RemainingUnknown))}.Append(b)
}

func (*v20) disconnect(b []byte, r mqtt.Reason) []byte {
	return v2.Disconnect{Reason: code20(v2.TypeDisconnect, r)}.Append(b)
}

func (v *v20) write(f *fields) {
	f.flags(v.netAddr, v.suggest)
	f.string(v.method)
}

func (v *v20) read(f *fields) {
	f.readFlags(&v.netAddr, &v.suggest)
	v.method = f.readString()
}

func aliasType(k topicKind) v2.TopicType {
	switch k {
	case topicPredefined:
		return v2.PredefinedAlias
	case topicNamed:
		return v2.TopicName
	}
	return v2.SessionAlias
}
