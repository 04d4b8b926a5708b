package engine

import (
	"mqttsn-gateway/mqttsn"
	v2 "mqttsn-gateway/mqttsn/v2"
)

// unwrap takes a datagram out of a forwarder's encapsulation, if it is in one (v1.2, 5.5; v2.0, 3.19). What is inside may be
// of either version, whatever the forwarder speaks.
func (e *Engine) unwrap(a Addr, data []byte) (Addr, []byte, error) {
	switch typ, body, err := v2.Split(data); {
	case err == nil && typ == v2.TypeForwarder:
		var p v2.Forwarder
		if err := p.Parse(body); err != nil {
			return a, nil, err
		}
		a.Forwarded, a.Forwarder2, a.Node = true, true, string(p.Address)
		return a, p.Inner, nil
	case err == nil:
		return a, data, nil
	}
	if typ, _, err := mqttsn.Split(data); err != nil || typ != mqttsn.TypeForward {
		return a, data, nil
	}
	node, _, inner, err := mqttsn.SplitForward(data)
	a.Forwarded, a.Node = true, string(node)
	return a, inner, err
}

// wrap puts b[head:] into the Forwarder Encapsulation of version 2.0, whose length counts what is inside.
func (e *Engine) wrap(b []byte, head int, a Addr) []byte {
	e.inner = append(e.inner[:0], b[head:]...)
	return v2.Forwarder{Address: []byte(a.Node), Inner: e.inner}.Append(b[:head])
}

// connection20 serves the Connection Encapsulation of a device whose address may have changed (v2.0, 3.18). It proves
// nothing: only where the device asked for it in CONNECT may it move a session, by the same rules as anything else.
func (e *Engine) connection20(a Addr, body []byte) error {
	var p v2.Connection
	err := p.Parse(body)
	d := e.devices[sessionID(a.Sender, string(p.ClientID))]
	v, ok := speaks20(d)
	switch {
	case err != nil:
		return e.nonsense20(e.byAddr[a], err)
	case !ok || !d.state.live():
		return e.strangerInside(a, p.Inner)
	case !v.netAddr:
		if d.located && d.addr == a {
			d.breach(v2.ProtocolError, 0, "Connection Encapsulation without the flag in CONNECT") // 3.1.2.6-1
			return nil
		}
		e.refuseMove(d, a)
		return e.strangerInside(a, p.Inner)
	case !d.located || d.addr != a:
		if !e.mayMove(d, a) || e.permits(d.client, d.proof.name(), a, nil).Failed() {
			e.refuseMove(d, a)
			return e.strangerInside(a, p.Inner)
		}
		d.unproven = !e.authenticated(a)
		d.locate(a)
		d.save()
	}
	return e.receive20(a, p.Inner)
}

// strangerInside answers a packet in a Connection Encapsulation that finds no connection.
func (e *Engine) strangerInside(a Addr, inner []byte) error {
	typ, body, err := v2.Split(inner)
	if err != nil {
		return err
	}
	return e.stranger20(a, typ, body)
}

func (e *Engine) refuseMove(d *Device, a Addr) {
	e.stats.MovesRefused++
	e.out.note(NoteMoveRefused, d.id, a, e.owner(d))
}
