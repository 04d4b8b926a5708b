package engine

import (
	"maps"
	"slices"
	"time"

	"mqttsn-gateway/gateway/access"
	"mqttsn-gateway/mqtt"
)

// rights are what the rules of Config.Access allow a device at an address; a sender of QoS -1 has no client id. The
// identity is the one that the link has proven.
func (e *Engine) rights(id, user string, a Addr, identity string) access.Rights {
	if len(e.cfg.Access) == 0 {
		return access.Rights{}
	}
	return e.cfg.Access.Of(access.Who{
		Client: id, Link: e.cfg.Links[a.Link].Name, Address: e.nameAddr(a), Identity: identity, User: user,
		Approved: e.approved(e.applicantAt(id, a, identity)),
	})
}

// permits says whether the device may have a session at an address, with this will, which may be nil. One that waits for
// approval is told to try again: a refusal for good would keep it away when it has been approved.
func (e *Engine) permits(id, user string, a Addr, w *will) mqtt.Reason {
	identity := e.identity(a)
	r := e.rights(id, user, a, identity)
	switch {
	case r.Unapproved():
		e.apply(e.applicantAt(id, a, identity), a)
		return mqtt.ServerBusy
	case !r.Connect():
		e.forbidden(id, a, "connect")
		return mqtt.NotAuthorized
	case w != nil && !r.Publish(w.topic):
		e.forbidden(id, a, "will "+w.topic)
		return mqtt.NotAuthorized
	case w != nil && e.tooLong(a.Link, w.payload):
		return mqtt.PacketTooLarge
	}
	m, ok := e.mappingOf(id, e.cfg.Links[a.Link].Name)
	if ok && w != nil {
		_, ok = m.outward(w.topic)
	}
	if !ok {
		e.forbidden(id, a, "its topics have no place in the mapping")
		return mqtt.NotAuthorized
	}
	return mqtt.Success
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
	d.rights = d.e.rights(d.client, d.proof.name(), d.addr, d.identity)
	if d.will != nil && !d.rights.Publish(d.will.topic) {
		d.forbidden("will " + d.will.topic)
		d.will = nil
	}
}

// SetAccess puts other rules in force, for devices and for ordinary clients. Whoever is connected and no longer may be is
// disconnected; what others no longer may receive is dropped when its turn comes, and a will that they no longer may publish
// is not kept. Subscriptions stay: rules that are put back find them.
func (e *Engine) SetAccess(now time.Duration, devices, clients access.Rules, out *Out) {
	e.enter(now, out)
	e.cfg.Access, e.cfg.Client.Access = devices, clients
	for _, id := range slices.Sorted(maps.Keys(e.devices)) { // in order, so that a simulation repeats itself
		e.devices[id].review()
	}
	for _, id := range slices.Sorted(maps.Keys(e.clients)) {
		e.clients[id].review()
	}
}

// review looks the device's rights up again.
func (d *Device) review() {
	if !d.located {
		return // they are looked up when it is heard
	}
	if d.ruled(); !d.rights.Connect() && (d.state.live() || d.connecting) {
		d.forbidden("connect")
		d.expel()
	}
}

// review looks the client's rights up again; one that is away is judged when it comes back.
func (c *Client) review() {
	if c.conn == nil {
		return
	}
	var reason mqtt.Reason
	c.rights, reason, _ = c.conn.judge(c.id, nil)
	if reason.Failed() {
		c.forbidden("connect")
		c.conn.expel(reason, false)
		return
	}
	if c.will != nil && !c.rights.Publish(c.will.Topic) {
		c.forbidden("will " + c.will.Topic)
		c.will = nil
		c.save()
	}
}
