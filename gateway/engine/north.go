package engine

import "mqttsn-gateway/mqtt"

// north is the side of a device's session that looks towards MQTT: the gateway's own router, or a connection to the
// upstream broker. A call that says so is answered by a method of the device, at once or later.
type north interface {
	// connect makes ready for d, whose session was emptied before if clean is set. It answers with connected or refuse.
	connect(d *Device, clean bool)

	// publish takes a publication, with the token that published gives back when the message is safe or refused.
	// A QoS 0 message is not answered.
	sink

	// repeated says that the device has sent a publication again which is not answered yet.
	repeated(d *Device, token uint32)

	// subscribe answers with subscribed, and unsubscribe with unsubscribed, unless r is nil. A subscription of d to the
	// same filter has been replaced in d.subs already; old is that one or nil.
	subscribe(d *Device, s, old *subscription, r *request)
	unsubscribe(d *Device, s *subscription, r *request)

	// settled says that the device has taken a message, or that it was given up.
	settled(d *Device, e entry)

	// willChanged says that d.will is another than at connect.
	willChanged(d *Device)

	// These give back what a restart took: a subscription, a QoS 2 id of the broker's that is settled, a QoS 2 message
	// on its way to the broker; restart lets the session go on.
	restored(d *Device, s *subscription)
	restoredUpstream(d *Device, id uint16)
	restoredSend(d *Device, m *Message, token uint32, id uint16, released bool)
	restart(d *Device)

	// lost publishes will, if there is one; left does not. Expired says that a stored session has come to its end.
	lost(d *Device, will *will)
	left(d *Device)
	expired(d *Device)
}

// A sink takes publications.
type sink interface {
	publish(d *Device, m *Message, token uint32)
}

// local is the north side of the modes builtin and aggregating: the gateway's router.
type local struct{ e *Engine }

func (n local) connect(d *Device, _ bool) { d.connected() }

func (n local) publish(d *Device, m *Message, token uint32) {
	if reason := n.e.refuses(m); reason.Failed() {
		d.published(token, reason)
		return
	}
	if m.QoS == 2 {
		m.gate = n.e.rec.gate() // the record of its id
	}
	n.e.publish(m)
	if m.QoS > 0 {
		gate := m.gate // moves on when a new subscriber gets the message as a retained one
		if in := d.findInbound(token); in != nil {
			in.gate = gate
		}
		n.e.rec.after(gate, func() {
			if in := d.findInbound(token); in != nil && in.gate == gate { // and not another with the same MsgId
				d.published(token, mqtt.Success)
			}
		})
	}
}

func (n local) subscribe(d *Device, s, old *subscription, r *request) {
	if old != nil {
		n.e.detach(old)
	}
	n.e.attach(s)
	if s.share == "" && (r.retained == mqtt.SendRetained || r.retained == mqtt.SendRetainedIfNew && old == nil) {
		s.owed = n.e.router.retained.owes(s)
	}
	d.subscribed(r, mqtt.Reason(s.qos))
	if s.owed != nil {
		n.e.rec.whenSafe(func() { d.replay(s) }) // behind SUBACK
	}
}

func (n local) unsubscribe(d *Device, s *subscription, r *request) {
	n.e.detach(s)
	if r != nil {
		d.unsubscribed(r, mqtt.Success)
	}
}

// repeated tells a device congestion that would wait for a disk which takes nothing. The message arrives nevertheless, and
// perhaps twice, which QoS 1 allows; with QoS 2 the device has to wait.
func (n local) repeated(d *Device, token uint32) {
	if in := d.findInbound(token); in != nil && in.qos == 1 && n.e.rec.failing {
		d.published(token, mqtt.ServerBusy)
	}
}

func (n local) settled(*Device, entry)                               {}
func (n local) willChanged(*Device)                                  {}
func (n local) restoredUpstream(*Device, uint16)                     {}
func (n local) restoredSend(*Device, *Message, uint32, uint16, bool) {}
func (n local) restart(*Device)                                      {}
func (n local) left(*Device)                                         {}
func (n local) expired(*Device)                                      {}

func (n local) restored(d *Device, s *subscription) {
	n.e.attach(s)
	if s.owed != nil {
		d.owed = append(d.owed, s)
	}
}

func (n local) lost(d *Device, will *will) {
	if will != nil {
		n.e.out.note(NoteWillPublished, d.id, Addr{}, will.topic)
		n.e.publish(will.message(d))
	}
}
