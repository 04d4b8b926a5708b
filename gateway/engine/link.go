package engine

import (
	"cmp"
	"slices"
	"time"

	"mqttsn-gateway/radio"
)

// A linkState is what links report of themselves.
type linkState struct {
	down    bool
	since   time.Duration // when it went down
	v20     bool          // a device of version 2.0 was heard
	devices int           // whose address is on it
	rate    bucket
	stats   LinkStats
}

// full reports whether no further device may connect on the link.
func (e *Engine) full(link LinkID) bool {
	limit := e.cfg.Links[link].MaxDevices
	return limit > 0 && e.links[link].devices >= limit
}

// tooLong reports whether a payload is longer than devices may publish on the link.
func (e *Engine) tooLong(link LinkID, payload []byte) bool {
	limit := e.cfg.Links[link].MaxPayload
	return limit > 0 && len(payload) > limit
}

// LinkStats counts what went over one link since the gateway started.
type LinkStats struct {
	Received    uint64 // datagrams
	Sent        uint64 // datagrams to one device; broadcasts are not counted
	Dropped     uint64 // of those received: nonsense
	Undelivered uint64 // of those sent: the link says that they did not arrive
	Downs       uint64 // how often it went down
}

// LinkEvent serves what a link reports beside datagrams.
func (e *Engine) LinkEvent(now time.Duration, link LinkID, ev radio.Event, out *Out) {
	e.enter(now, out)
	a := Addr{Link: link, Peer: ev.Peer}
	switch ev.Kind {
	case radio.SendFailed:
		e.links[link].stats.Undelivered++
		for _, d := range e.sessionsAt(a) {
			d.sendFailed()
		}
	case radio.PeerGone:
		for _, d := range e.sessionsAt(a) {
			d.unlocate() // the session goes on; the device comes back on another connection
		}
	case radio.LinkDown:
		if l := &e.links[link]; !l.down {
			l.down, l.since = true, now
			l.stats.Downs++
		}
	case radio.LinkUp:
		e.linkUp(link)
	}
}

// sessionsAt lists the sessions of a peer: that of its bare packets, and those of protected senders.
func (e *Engine) sessionsAt(a Addr) (ds []*Device) {
	if d := e.byAddr[a]; d != nil {
		ds = append(ds, d)
	}
	for sender := range e.protector.guards {
		a.Sender = sender
		if d := e.byAddr[a]; d != nil {
			ds = append(ds, d)
		}
	}
	slices.SortFunc(ds, func(a, b *Device) int { return cmp.Compare(a.id, b.id) })
	return ds
}

// linkUp goes on with what a link's devices wait for. They could not be heard meanwhile: each has a full period again.
func (e *Engine) linkUp(link LinkID) {
	e.links[link].down = false
	for i := range e.advertise {
		if adv := &e.advertise[i]; adv.link == link {
			adv.wake(e.now)
		}
	}
	for _, d := range e.devicesOn(link) {
		d.heard = e.now
		d.served()
	}
}

// devicesOn returns the sessions whose address is on a link, ordered by client id.
func (e *Engine) devicesOn(link LinkID) (ds []*Device) {
	for a, d := range e.byAddr {
		if a.Link == link {
			ds = append(ds, d)
		}
	}
	slices.SortFunc(ds, func(a, b *Device) int { return cmp.Compare(a.id, b.id) })
	return ds
}

// cutOff reports whether it may be our fault that a device is not heard: its link is down. The patience that a kept
// session is given bounds ours.
func (d *Device) cutOff() bool {
	l := d.e.links[d.addr.Link]
	return d.located && l.down && d.e.now-l.since < d.e.cfg.Device.SessionExpiry
}

// mtu is the longest datagram that a link carries, in octets.
func (e *Engine) mtu(link LinkID) int {
	limit := e.cfg.Links[link].MTU
	if e.cfg.MTU != nil {
		limit = min(limit, e.cfg.MTU(link))
	}
	return limit
}
