package engine

import "mqttsn-gateway/mqtt"

// What goes between a device that proves who it is and the upstream broker that judges it.

// asked hands a step of an enhanced authentication to the device.
func (u *uplink) asked(p *mqtt.Auth) {
	if u.d != nil {
		u.d.challenge(p.Reason, p.AuthMethod, p.AuthData)
	}
}

// prove hands a step of the device's to the broker. It reports false if there is none to be made.
func (u *uplink) prove(reason mqtt.Reason, data []byte) bool {
	if u.shown == nil || u.shown.method == "" || u.state != brokerConnecting && !u.ready() {
		return false
	}
	u.send(&mqtt.Auth{Reason: reason, AuthMethod: u.shown.method, AuthData: data})
	return true
}

// proven hands the end of an enhanced authentication to the device's dialect, for CONNACK.
func (u *uplink) proven() {
	if v, ok := speaks20(u.d); ok && u.d.connecting && u.shown != nil && u.shown.method != "" {
		v.data = v.wrap(u.shown.method, u.authData)
	}
}

// told passes on why the broker ends a connection, where the device's version has words for it: then it is for the device
// to go elsewhere, or to come back. Else the broker is tried again, and the device need not know. The will, if any, is the
// broker's to publish.
func (u *uplink) told(reason mqtt.Reason) {
	d := u.d
	if d == nil || !d.state.live() || d.connecting || !d.traits().passesOn(reason) {
		return
	}
	if d.state != Asleep {
		d.send(func(b []byte) []byte { return d.dialect.disconnect(b, reason) })
	}
	d.e.out.note(NoteLost, d.id, d.addr, "the broker says: "+reason.String())
	d.e.stats.Lost++
	d.end(Disconnected)
	u.known = false
	if !d.kept() {
		u.orphan(d)
		d.free()
	}
}
