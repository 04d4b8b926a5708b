package engine

import (
	"slices"
	"time"

	"mqttsn-gateway/gateway/topic"
	"mqttsn-gateway/mqtt"
)

// Kick ends a device's connection as if it had been lost: its will is published, a stored session is kept. The device is
// told, unless it sleeps: nothing is sent to a sleeper, and it learns when it next asks. Kick reports false if the device is
// not connected.
func (e *Engine) Kick(now time.Duration, id string, out *Out) bool {
	e.enter(now, out)
	d := e.devices[id]
	if d == nil || !d.state.live() {
		return false
	}
	d.e.out.note(NoteKicked, d.id, d.addr, "")
	d.expel()
	return true
}

// expel ends the device's connection as if it had been lost.
func (d *Device) expel() {
	if d.connecting {
		d.refuse(mqtt.ServerUnavailable)
		d.north.left(d)
		return
	}
	a, told := d.addr, d.reachable()
	will := d.will
	d.end(Disconnected)
	d.north.lost(d, will)
	if !d.kept() {
		d.free()
	}
	if told {
		d.e.rec.whenSafe(func() {
			d.e.send(a, func(b []byte) []byte { return d.dialect.disconnect(b, mqtt.AdministrativeAction) })
		})
	}
}

// Forget ends a device's session, stored or not, with all that waits for it. A device that is connected is kicked first.
// It reports false if there is no such session.
func (e *Engine) Forget(now time.Duration, id string, out *Out) bool {
	e.enter(now, out)
	d := e.devices[id]
	if d == nil {
		return false
	}
	if d.state.live() {
		d.clean = true // the session ends with the connection, upstream too
		e.out.note(NoteKicked, d.id, d.addr, "")
		d.expel()
	} else {
		d.north.expired(d)
		d.free()
	}
	e.out.note(NoteForgotten, id, Addr{}, "")
	return true
}

// KickClient ends the connection of an ordinary MQTT client; its will is published, a stored session is kept. It reports
// false if the client is not connected.
func (e *Engine) KickClient(now time.Duration, id string, out *Out) bool {
	e.enter(now, out)
	c := e.clients[id]
	if c == nil || c.conn == nil {
		return false
	}
	e.out.note(NoteKicked, id, Addr{}, c.conn.info.Remote)
	c.conn.expel(mqtt.AdministrativeAction, true)
	return true
}

// expel ends the connection of a client that has not asked for it, and tells it why as far as its version can be told.
func (k *clientConn) expel(reason mqtt.Reason, withWill bool) {
	if k.version == mqtt.V5 {
		k.send(&mqtt.Disconnect{Reason: reason})
	}
	k.end()
	k.c.detached(withWill)
}

// Publish publishes a message of the gateway's own, as QoS 0, 1 or 2. It returns how many sessions it went to, and why it was
// refused if it was. In transparent mode it goes to the upstream broker with QoS 0. The payload is copied.
func (e *Engine) Publish(now time.Duration, name string, payload []byte, qos uint8, retain bool, out *Out) (int, mqtt.Reason) {
	e.enter(now, out)
	if topic.ValidName(name) != nil || qos > 2 {
		return 0, mqtt.TopicNameInvalid
	}
	m := &Message{Topic: name, Payload: slices.Clone(payload), QoS: qos, Retain: retain, expires: never}
	if e.cfg.Mode == Transparent {
		m.QoS = 0
		e.unasked.publish(nil, m, 0)
		return 0, mqtt.Success
	}
	if reason := e.refuses(m); reason.Failed() {
		return 0, reason
	}
	return e.publish(m), mqtt.Success
}
