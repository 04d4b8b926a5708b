package engine

import (
	"slices"

	"mqttsn-gateway/gateway/topic"
	"mqttsn-gateway/mqtt"
)

// A request is a SUBSCRIBE or UNSUBSCRIBE that waits for the north side.
type request struct {
	msgID  uint16
	filter string
	topic  topicRef
	sub    *subscription // what is added or removed
	old    *subscription // what sub replaces, and is in force again if it fails
	remove bool          // UNSUBSCRIBE

	retained byte // see wish
}

// lastRequest recognises a SUBSCRIBE that is repeated because SUBACK was lost: it gets its answer, and not the retained
// messages once more.
type lastRequest struct {
	msgID uint16
	sub   *subscription
}

// register gives a topic name its id. The same name always gets the same id (v1.2, 6.5).
func (d *Device) register(msgID uint16, name string) {
	var id uint16
	reason := mqtt.TopicFilterInvalid
	if topic.ValidName(name) == nil {
		reason = mqtt.QuotaExceeded
		known := d.topics.find(name) != 0
		if id = d.topicID(name, true); id != 0 {
			if reason = mqtt.Success; known {
				reason = aliasExists
			}
		}
	}
	d.whenKept(reason, func() {
		if id != 0 {
			d.tell(id)
		}
		d.answer(func(b []byte) []byte {
			return d.dialect.regack(b, topicRef{kind: topicNormal, id: id}, msgID, reason)
		})
		d.carryOn()
	})
}

// whenKept answers a request: one that succeeded when what it changed is on disk, a refusal at once. A CONNECT that comes
// in between ends the matter: the session may be another one then, and topic ids mean something else.
func (d *Device) whenKept(reason mqtt.Reason, do func()) {
	if reason.Failed() || d.e.rec.failing {
		do()
		return
	}
	attempt := d.attempt
	d.e.rec.whenSafe(func() {
		if d.attempt == attempt {
			do()
		}
	})
}

// topicID returns the id of a topic, a new one if it has none yet, or 0 if the device has too many.
// Told says that the device learns it from the answer to its own request.
func (d *Device) topicID(name string, told bool) uint16 {
	n := len(d.topics.entries)
	if d.e.rec.failing {
		return d.topics.find(name)
	}
	id := d.topics.add(name, d.e.cfg.Device.Topics)
	if len(d.topics.entries) > n {
		d.topics.get(id).told = told
		d.saveTopic(id)
	}
	return id
}

// tell notes that the device learns a topic id. That ends a REGISTER of ours: carryOn must follow, behind the answer.
func (d *Device) tell(id uint16) {
	t := d.topics.get(id)
	t.known, t.told, t.refused = true, true, false
	if d.reg.topicID == id {
		d.reg = registration{}
	}
}

// A wish is a SUBSCRIBE whose topic was resolved to a filter.
type wish struct {
	msgID             uint16
	filter            string
	topic             topicRef // how the device named it
	qos               uint8
	noLocal           bool
	retainAsPublished bool
	retained          byte // when to send retained messages: of mqtt's constants
}

// subscribe serves a SUBSCRIBE.
func (d *Device) subscribe(w wish) {
	filter, t, qos := w.filter, w.topic, w.qos
	r := request{msgID: w.msgID, filter: filter, topic: t, retained: w.retained}
	if topic.ValidFilter(filter) != nil {
		d.suback(&r, 0, mqtt.TopicFilterInvalid)
		return
	}
	if d.pending(r) {
		return
	}
	if d.e.rec.failing {
		d.suback(&r, 0, mqtt.ServerBusy)
		return
	}
	share, inner := splitShare(filter)
	if !d.rights.Subscribe(inner) {
		d.forbidden("subscribe " + filter)
		d.suback(&r, 0, mqtt.NotAuthorized)
		return
	}
	switch wild := topic.HasWildcard(filter); {
	case wild && t.kind == topicShort:
		r.topic.id = 0 // the two octets name no topic
	case !wild && t.kind == topicNormal && share == "":
		// The id comes first, so that messages which arrive together with SUBACK can use it.
		if r.topic.id = d.topicID(filter, true); r.topic.id == 0 {
			d.suback(&r, 0, mqtt.QuotaExceeded)
			return
		}
	}
	old := d.findSubscription(share, inner)
	switch {
	case old == nil && len(d.subs) >= d.e.cfg.Device.Subscriptions:
		d.suback(&r, 0, mqtt.QuotaExceeded)
		return
	case old != nil && d.lastSub == lastRequest{w.msgID, old} && old.qos == qos && d.traits().copies:
		d.suback(&r, qos, mqtt.Success)
		return
	}
	r.sub = &subscription{
		owner: d, share: share, filter: d.mapping.filter(inner), qos: qos, noLocal: w.noLocal, retainAsPublished: w.retainAsPublished,
		topic: r.topic, record: d.e.rec.newID(),
	}
	if r.old = old; old != nil {
		r.sub.record = old.record
	}
	d.replaceSubscription(old, r.sub)
	d.requests = append(d.requests, r)
	d.north.subscribe(d, r.sub, old, &r)
}

// pending reports whether the same request waits for its answer already.
func (d *Device) pending(r request) bool {
	for _, p := range d.requests {
		if p.msgID == r.msgID && p.filter == r.filter && p.remove == r.remove {
			return true
		}
	}
	return len(d.requests) >= d.e.cfg.Device.Inbound
}

// asksFor reports whether a SUBSCRIBE that covers the topic waits for its answer. The broker may send messages before its
// SUBACK; the device can name them when it has its own (reference, 6.8).
func (d *Device) asksFor(name string) bool {
	outer := d.mapping.filter(name)
	for _, r := range d.requests {
		if !r.remove && topic.Match(r.sub.filter, outer) {
			return true
		}
	}
	return false
}

func (d *Device) finish(r *request) {
	for i, p := range d.requests {
		if p.msgID == r.msgID && p.sub == r.sub && p.filter == r.filter {
			d.requests = append(d.requests[:i], d.requests[i+1:]...)
			return
		}
	}
}

// subscribed is the north side's answer: the granted QoS or a failure.
func (d *Device) subscribed(r *request, reason mqtt.Reason) {
	d.finish(r)
	if reason.Failed() {
		d.withdraw(r)
		d.suback(r, 0, reason)
		return
	}
	r.sub.qos = min(r.sub.qos, uint8(reason))
	d.saveSub(r.sub)
	d.lastSub = lastRequest{r.msgID, r.sub}
	d.suback(r, r.sub.qos, mqtt.Success)
}

// withdraw takes back a subscription that failed. One that it replaced is in force again: it was promised.
func (d *Device) withdraw(r *request) {
	if !slices.Contains(d.subs, r.sub) {
		return // the session was reset meanwhile
	}
	if d.replaceSubscription(r.sub, r.old); r.old == nil {
		d.e.rec.drop(recordSub, d.record, r.sub.record)
	}
}

func (d *Device) suback(r *request, qos uint8, reason mqtt.Reason) {
	id := r.topic
	if reason.Failed() {
		id.id = 0
	}
	msgID := r.msgID
	d.whenKept(reason, func() {
		if id.kind == topicNormal && d.topics.get(id.id) != nil {
			d.tell(id.id)
		}
		d.answer(func(b []byte) []byte { return d.dialect.suback(b, id, msgID, qos, reason) })
		d.carryOn()
	})
}

// unsubscribe serves an UNSUBSCRIBE. It is answered even if there was no such subscription.
func (d *Device) unsubscribe(msgID uint16, filter string) {
	r := request{msgID: msgID, filter: filter, remove: true}
	if topic.ValidFilter(filter) != nil {
		d.unsubscribed(&r, mqtt.TopicFilterInvalid)
		return
	}
	if d.pending(r) {
		return
	}
	share, inner := splitShare(filter)
	s := d.findSubscription(share, inner)
	if s == nil {
		d.unsubscribed(&r, mqtt.NoSubscriptionExisted)
		return
	}
	d.replaceSubscription(s, nil)
	r.sub = s
	d.requests = append(d.requests, r)
	d.north.unsubscribe(d, s, &r)
}

// unsubscribed is the north side's answer. If it failed the subscription stands. UNSUBACK of version 1.2 cannot say so
// (v1.2, 5.4.18): the device, not answered, will repeat itself.
func (d *Device) unsubscribed(r *request, reason mqtt.Reason) {
	d.finish(r)
	switch {
	case r.sub == nil:
	case reason.Failed():
		d.replaceSubscription(nil, r.sub)
		if !d.traits().unsuback {
			return
		}
	default:
		d.e.rec.erase(recordSub, d.record, r.sub.record)
	}
	msgID := r.msgID
	d.e.rec.whenSafe(func() {
		d.answer(func(b []byte) []byte { return d.dialect.unsuback(b, msgID, reason) })
	})
}

func (d *Device) findSubscription(share, filter string) *subscription {
	outer := d.mapping.filter(filter)
	for _, s := range d.subs {
		if s.filter == outer && s.share == share {
			return s
		}
	}
	return nil
}

// replaceSubscription puts s in the place of old; either may be nil.
func (d *Device) replaceSubscription(old, s *subscription) {
	for i := range d.subs {
		if d.subs[i] != old {
			continue
		}
		if s != nil {
			d.subs[i] = s
		} else {
			d.subs = append(d.subs[:i], d.subs[i+1:]...)
		}
		return
	}
	if s != nil {
		d.subs = append(d.subs, s)
	}
}

// splitShare parts a valid filter into share name and the filter that messages are matched with.
func splitShare(filter string) (share, inner string) {
	share, inner, _, _ = topic.ParseShare(filter)
	return share, inner
}
