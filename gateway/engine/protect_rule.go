package engine

import (
	"mqttsn-gateway/mqtt"
	"mqttsn-gateway/mqttsn"
	v2 "mqttsn-gateway/mqttsn/v2"
)

// unwelcome refuses a packet of version 2.0 that is not protected on a link that wants it to be. The sender is told, at a
// limited rate. Whoever looks for a gateway need not have a key yet.
func (e *Engine) unwelcome(a Addr, typ v2.Type, body []byte) bool {
	if a.Protected() || e.cfg.Links[a.Link].Protection == ProtectionOptional {
		return false
	}
	switch typ {
	case v2.TypeSearchGw, v2.TypeAdvertise, v2.TypeGwInfo:
		return false
	}
	e.stats.Unprotected++
	if !typ.SentBy(v2.Client) || typ == v2.TypePubwos || typ == v2.TypeDisconnect || !e.strangers.take(e.now) {
		return true
	}
	e.warn(NoteUnprotected, a, typ.String())
	var p v2.Connect
	if typ != v2.TypeConnect {
		e.send(a, v2.Disconnect{Reason: v2.ProtectionRequired}.Append)
	} else if p.Parse(body) == nil {
		e.send(a, v2.Connack{PacketID: p.PacketID, Reason: v2.ProtectionRequired}.Append)
	}
	return true
}

// unwelcome12 does the same for version 1.2, which cannot protect anything.
func (e *Engine) unwelcome12(a Addr, typ mqttsn.Type, body []byte) bool {
	if e.cfg.Links[a.Link].Protection != ProtectionExclusive {
		return false
	}
	switch typ {
	case mqttsn.TypeSearchGw, mqttsn.TypeAdvertise, mqttsn.TypeGwInfo:
		return false
	}
	e.stats.Unprotected++
	if typ == mqttsn.TypeConnect && e.strangers.take(e.now) {
		var p mqttsn.Connect
		if p.Parse(body) == nil {
			e.warn(NoteUnprotected, a, typ.String())
			e.send(a, func(b []byte) []byte { return v12{}.connack(b, false, mqtt.NotAuthorized) })
		}
	}
	return true
}
