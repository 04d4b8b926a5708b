package engine

import v2 "mqttsn-gateway/mqttsn/v2"

// stranger20 answers a sender that has no connection with DISCONNECT (v2.0, 4.14-1). The answer is never longer than the
// question, so that nobody can be flooded by way of us: it names the packet only where there is room.
func (e *Engine) stranger20(a Addr, typ v2.Type, body []byte) error {
	if typ == v2.TypeDisconnect {
		return nil // two who say goodbye to each other would not end
	}
	e.stats.Strangers++
	if !typ.SentBy(v2.Client) || !e.strangers.take(e.now) {
		return nil
	}
	answer := v2.Disconnect{Reason: v2.NoVirtualConnection, PacketID: packetID20(typ, body)}
	if answer.Len() > 2+len(body) {
		answer.PacketID = 0
	}
	if answer.Len() <= 2+len(body) {
		e.send(a, answer.Append)
	}
	return nil
}

// packetID20 finds the packet id of any packet, 0 if it has none.
func packetID20(typ v2.Type, body []byte) uint16 {
	at := 0
	switch typ {
	case v2.TypePublish:
		if len(body) == 0 || body[0]&0x60 == 0 {
			return 0
		}
		at = 1
	case v2.TypeSubscribe, v2.TypeUnsubscribe, v2.TypeRegister, v2.TypeRegack, v2.TypeSleepreq:
		at = 1
	}
	if len(body) < at+2 {
		return 0
	}
	return uint16(body[at])<<8 | uint16(body[at+1])
}

// search20 answers SEARCHGW with GWINFO (v2.0, 3.22): to the one who asked, or on radios to everyone.
func (e *Engine) search20(a Addr) error {
	e.links[a.Link].v20 = true
	if !e.strangers.take(e.now) || !e.serving() {
		return nil
	}
	link := &e.cfg.Links[a.Link]
	info := v2.GwInfo{GatewayID: link.GatewayID}
	if link.Broadcast && !a.Protected() {
		e.broadcast(a, 0, info.Append)
	} else {
		e.send(a, info.Append)
	}
	return nil
}

// overheard20 takes note of another gateway, as overheard does.
func (e *Engine) overheard20(a Addr, typ v2.Type, body []byte) error {
	var ad v2.Advertise
	var info v2.GwInfo
	var err error
	if typ == v2.TypeAdvertise {
		err = ad.Parse(body)
		info.GatewayID = ad.GatewayID
	} else {
		err = info.Parse(body)
	}
	if err == nil && len(info.Address) == 0 {
		e.sameGateway(a, info.GatewayID)
	}
	return err
}

// pubwos20 serves PUBWOS, from whomever (v2.0, 3.6.1), by the same rules as a PUBLISH with QoS -1 of version 1.2.
func (e *Engine) pubwos20(a Addr, body []byte) error {
	var p v2.Pubwos
	if err := p.Parse(body); err != nil {
		return err
	}
	pub := publication{topic: ref20(p.Topic), name: string(p.Topic.Name), retain: p.Retain, payload: p.Payload}
	e.publishUnasked(a, e.byAddr[a], pub)
	return nil
}
