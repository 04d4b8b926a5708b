package engine

import (
	"bytes"
	"time"
	"unicode/utf8"

	"mqttsn-gateway/gateway/topic"
	"mqttsn-gateway/mqtt"
	"mqttsn-gateway/mqttsn"
)

// A handshake is a CONNECT whose will is still being asked for (v1.2, 6.2). The device repeats what was lost; we answer
// each packet as often as it comes, and forget a dialogue that takes too long. A session that the device has meanwhile
// is not touched before the end.
type handshake struct {
	e       *Engine
	addr    Addr
	request connectRequest
	topic   bool // the topic is known, the message is missing
	alarm   alarm
}

const protocolID12 = 0x01

func (e *Engine) connect12(a Addr, body []byte) error {
	var p mqttsn.Connect
	if err := p.Parse(body); err != nil {
		return err
	}
	id := string(p.ClientID)
	switch {
	case p.ProtocolID != protocolID12:
		e.refuse(a, v12{}, id, mqtt.UnsupportedProtocolVersion)
		return nil
	case len(id) == 0 || len(id) > e.cfg.Device.ClientIDLength || !validClientID(id):
		e.refuse(a, v12{}, "", mqtt.ClientIdentifierNotValid)
		return nil
	}
	r := connectRequest{
		clientID:  id,
		clean:     p.Flags.CleanSession(),
		ends:      p.Flags.CleanSession(),
		keptFor:   e.cfg.Device.SessionExpiry,
		awakeMax:  int32(e.cfg.Device.AwakeMessages),
		keepAlive: time.Duration(p.Duration) * time.Second,
		withWill:  p.Flags.Will(),
	}
	if !r.withWill {
		e.endHandshake(a)
		e.connect(a, v12{}, r)
		return nil
	}
	h := e.handshakes[a]
	if h == nil {
		if len(e.handshakes) >= e.cfg.Device.Max {
			e.refuse(a, v12{}, id, mqtt.QuotaExceeded)
			return nil
		}
		if d := e.devices[id]; d == nil {
			if reason := e.admit(a); reason.Failed() {
				e.refuse(a, v12{}, id, reason)
				return nil
			}
		}
		h = &handshake{e: e, addr: a}
		h.alarm.owner = h
		e.handshakes[a] = h
		e.alarms.set(&h.alarm, e.now+e.cfg.Device.HandshakeTimeout)
	}
	h.request, h.topic = r, false
	h.stillThere()
	e.send(a, mqttsn.WillTopicReq{}.Append)
	return nil
}

// stillThere counts what is said in the dialogue as a sign of life of the session that the device has meanwhile
// (v1.2, 6.11). Its will must not be published while it is being asked for another.
func (h *handshake) stillThere() {
	if d := h.e.byAddr[h.addr]; d != nil && d.id == h.request.clientID && !d.connecting {
		d.hears()
	}
}

// validClientID refuses what no MQTT broker would take, and control characters that would garble logs.
func validClientID(id string) bool {
	if !utf8.ValidString(id) {
		return false
	}
	for _, r := range id {
		if r < 0x20 || r >= 0x7f && r < 0xa0 {
			return false
		}
	}
	return true
}

func (e *Engine) will12(a Addr, typ mqttsn.Type, body []byte) error {
	h := e.handshakes[a]
	if h == nil {
		return e.lateWill(a, typ, body)
	}
	h.stillThere()
	if typ == mqttsn.TypeWillTopic {
		return h.willTopic(body)
	}
	if !h.topic {
		e.send(a, mqttsn.WillTopicReq{}.Append)
		return nil
	}
	h.request.will.payload = append([]byte(nil), body...)
	h.finish()
	return nil
}

func (h *handshake) willTopic(body []byte) error {
	var p mqttsn.WillTopic
	if err := p.Parse(body); err != nil {
		return err
	}
	switch {
	case len(p.Topic) == 0:
		h.request.will = nil
		h.finish() // nothing more to ask (reference, A11)
	case p.Flags.QoS() == mqttsn.QoSMinus1 || topic.ValidName(string(p.Topic)) != nil:
		h.e.endHandshake(h.addr)
		h.e.refuse(h.addr, v12{}, h.request.clientID, mqtt.TopicFilterInvalid)
	default:
		h.request.will = &will{topic: string(p.Topic), qos: uint8(p.Flags.QoS()), retain: p.Flags.Retain()}
		h.topic = true
		h.e.send(h.addr, mqttsn.WillMsgReq{}.Append)
	}
	return nil
}

func (h *handshake) finish() {
	h.e.endHandshake(h.addr)
	h.e.connect(h.addr, v12{}, h.request)
}

func (h *handshake) wake(now time.Duration) { h.e.endHandshake(h.addr) }

func (e *Engine) endHandshake(a Addr) {
	if h := e.handshakes[a]; h != nil {
		e.alarms.set(&h.alarm, never)
		delete(e.handshakes, a)
	}
}

// lateWill serves the packets of a dialogue that is over on our side, or that a restart has ended. Whoever speaks lives. A
// device that repeats its last one has lost our CONNACK.
func (e *Engine) lateWill(a Addr, typ mqttsn.Type, body []byte) error {
	d := e.byAddr[a]
	switch {
	case d == nil:
		return e.stranger12(a, typ)
	case d.connecting:
		return nil
	}
	d.hears()
	switch {
	case !d.fresh: // the dialogue was given up, or forgotten in a restart: the device must begin anew
	case typ == mqttsn.TypeWillMsg && d.will != nil && bytes.Equal(d.will.payload, body),
		typ == mqttsn.TypeWillTopic && d.will == nil:
		d.acknowledge()
	}
	return nil
}
