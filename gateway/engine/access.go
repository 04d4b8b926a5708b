package engine

import (
	"encoding/hex"

	"mqttsn-gateway/gateway/access"
)

// rights are what the rules of Config.Access allow a device at an address; a sender of QoS -1 has no client id. The
// identity is the one that the link has proven.
func (e *Engine) rights(id string, a Addr, identity string) access.Rights {
	if len(e.cfg.Access) == 0 {
		return access.Rights{}
	}
	address := e.formatPeer(a)
	if a.Forwarded {
		address += "/" + hex.EncodeToString([]byte(a.Node))
	}
	return e.cfg.Access.Of(access.Who{
		Client: id, Link: e.cfg.Links[a.Link].Name, Address: address, Identity: identity,
	})
}

// permits reports whether the device may have a session at an address, with this will, which may be nil.
func (e *Engine) permits(id string, a Addr, w *will) bool {
	r := e.rights(id, a, e.identity(a))
	switch {
	case !r.Connect():
		e.forbidden(id, a, "connect")
		return false
	case w != nil && !r.Publish(w.topic):
		e.forbidden(id, a, "will "+w.topic)
		return false
	}
	return true
}

func (e *Engine) forbidden(id string, a Addr, what string) {
	e.stats.Forbidden++
	e.out.note(NoteForbidden, id, a, what)
}

// forbidden counts what the rules do not allow the device. The log has the first time since it connected.
func (d *Device) forbidden(what string) {
	if d.warned {
		d.e.stats.Forbidden++
		return
	}
	d.warned = true
	d.e.forbidden(d.id, d.addr, what)
}

// ruled gives the device the rights that it has where it is. A will that is kept from elsewhere goes if it may not be
// published from here. Subscriptions stay, in case the device comes back; what it may not receive is dropped when its turn
// comes.
func (d *Device) ruled() {
	d.warned = false
	d.rights = d.e.rights(d.id, d.addr, d.identity)
	if d.will != nil && !d.rights.Publish(d.will.topic) {
		d.forbidden("will " + d.will.topic)
		d.will = nil
	}
}
