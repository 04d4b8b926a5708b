package engine

import (
	"time"

	"mqttsn-gateway/mqtt"
)

// An upRequest is a SUBSCRIBE or UNSUBSCRIBE that the broker has not answered.
type upRequest struct {
	id  uint16
	req *request
	by  time.Duration // then the device is told to try again
}

func (u *uplink) findRequest(id uint16) int {
	for i := range u.requests {
		if u.requests[i].id == id {
			return i
		}
	}
	return -1
}

func (u *uplink) subscribe(d *Device, s, _ *subscription, r *request) {
	if !u.ready() {
		d.subscribed(r, mqtt.ServerUnavailable)
		return
	}
	id := u.ask(r)
	u.send(&mqtt.Subscribe{
		PacketID: id,
		Subscriptions: []mqtt.Subscription{{
			Filter: s.fullFilter(), QoS: min(s.qos, u.limits.maximumQoS), NoLocal: s.noLocal, RetainAsPublished: s.retainAsPublished,
			RetainHandling: r.retained,
		}},
	})
}

func (u *uplink) unsubscribe(d *Device, s *subscription, r *request) {
	switch {
	case r == nil: // the session ends, and with it the broker's
	case !u.ready():
		d.unsubscribed(r, mqtt.ServerUnavailable)
	default:
		u.send(&mqtt.Unsubscribe{PacketID: u.ask(r), Filters: []string{s.fullFilter()}})
	}
}

func (u *uplink) ask(r *request) uint16 {
	id := u.newID()
	u.requests = append(u.requests, upRequest{id, r, u.e.now + u.e.cfg.Uplink.ConnectTimeout})
	return id
}

func (u *uplink) answered(id uint16) *request {
	i := u.findRequest(id)
	if i < 0 {
		return nil
	}
	r := u.requests[i].req
	u.requests = append(u.requests[:i], u.requests[i+1:]...)
	return r
}

func (u *uplink) suback(p *mqtt.Suback) {
	if r := u.answered(p.PacketID); r != nil && u.d != nil && len(p.Reasons) > 0 {
		u.d.subscribed(r, p.Reasons[0])
	}
}

func (u *uplink) unsuback(p *mqtt.Unsuback) {
	r := u.answered(p.PacketID)
	if r == nil || u.d == nil {
		return
	}
	reason := mqtt.Success
	if len(p.Reasons) > 0 {
		reason = p.Reasons[0]
	}
	u.d.unsubscribed(r, reason)
}

// failRequests answers what the broker no longer will. The device is told to try again.
func (u *uplink) failRequests() {
	requests := u.requests
	u.requests = nil
	for _, q := range requests {
		u.fail(q.req)
	}
}

func (u *uplink) fail(r *request) {
	switch {
	case u.d == nil:
	case r.remove:
		u.d.unsubscribed(r, mqtt.ServerUnavailable)
	default:
		u.d.subscribed(r, mqtt.ServerUnavailable)
	}
}

// resubscribe tells a broker that has no session of ours any more what the device wants. Retained messages come again:
// one may have changed meanwhile.
func (u *uplink) resubscribe() {
	if u.d == nil || len(u.d.subs) == 0 {
		return
	}
	p := &mqtt.Subscribe{PacketID: u.newID()}
	for _, s := range u.d.subs {
		p.Subscriptions = append(p.Subscriptions, mqtt.Subscription{
			Filter: s.fullFilter(), QoS: min(s.qos, u.limits.maximumQoS), NoLocal: s.noLocal, RetainAsPublished: s.retainAsPublished,
		})
	}
	u.send(p)
}

// fullFilter is the filter as it is subscribed to north of the session.
func (s *subscription) fullFilter() string {
	if s.share == "" {
		return s.filter
	}
	return "$share/" + s.share + "/" + s.filter
}
