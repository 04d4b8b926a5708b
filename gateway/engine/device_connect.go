package engine

import (
	"time"

	"mqttsn-gateway/mqtt"
	v2 "mqttsn-gateway/mqttsn/v2"
)

// A connectRequest is what a device asks for with CONNECT, once the dialogue about its will is over.
type connectRequest struct {
	clientID  string
	clean     bool // forget what there was
	ends      bool // the session ends with the connection; else it is kept for keptFor
	keptFor   time.Duration
	keepAlive time.Duration
	proof     *proof
	maxSize   uint16 // see Device.maxSize
	awakeMax  int32  // see Device.awakeMax
	withWill  bool   // the will is part of the request; without it, a kept session keeps its will (v1.2, 6.3)
	will      *will
}

// connect serves a CONNECT. The answer is CONNACK, at once or when the north side has agreed.
func (e *Engine) connect(a Addr, dia dialect, r connectRequest) {
	if reason := e.permits(r.clientID, r.proof.name(), a, r.will); reason.Failed() {
		e.refuse(a, dia, r.clientID, reason)
		return
	}
	id := sessionID(a.Sender, r.clientID)
	d := e.devices[id]
	switch {
	case e.protector.reserves(a, id), d != nil && d.sender != a.Sender:
		e.refuse(a, dia, r.clientID, mqtt.ClientIdentifierNotValid)
		return
	case e.full(a.Link) && (d == nil || !d.located || d.addr.Link != a.Link):
		e.refuse(a, dia, r.clientID, mqtt.QuotaExceeded)
		return
	case d == nil:
		if reason := e.admit(a); reason.Failed() {
			e.refuse(a, dia, r.clientID, reason)
			return
		}
		d = e.newDevice(a.Sender, r.clientID, dia)
	case d.connecting && d.addr == a && d.dialect == dia:
		return // repeated: the answer to the first one will do
	case !e.mayMove(d, a):
		e.stats.MovesRefused++
		e.out.note(NoteMoveRefused, d.id, a, e.owner(d))
		e.refuse(a, dia, r.clientID, mqtt.NotAuthorized)
		return
	}

	// A CONNECT that repeats the last one, because CONNACK was lost, must not disturb the session. From a device that
	// asks for a clean session it means a reboot, unless nothing else was heard in between (reference, A20); also if it had
	// a will, and brings none.
	repeated := d.dialect == dia && d.state == Active && d.located && d.addr == a && d.clean == r.ends && !r.withWill
	if repeated && (!r.clean || d.fresh && d.will == nil) {
		d.hears()
		d.keepAlive = r.keepAlive
		d.acknowledge()
		d.reg.rounds, d.reg.over = 0, false // as in welcome
		d.served()
		return
	}
	if e.rec.failing {
		e.refuse(a, dia, r.clientID, mqtt.ServerBusy) // what CONNACK promises could not be kept
		return
	}
	// A clean session ends with the next CONNECT, unless this one only wakes a sleeper (reference, A9).
	clean := r.clean || d.clean && d.state == Active && !d.traits().fullNames
	if d.traits().version != dia.traits().version {
		clean = clean || d.accepted // a device with another program in it knows nothing of the session
	} else if d.traits().will && d.state.live() && d.accepted && d.located && d.addr != a && !a.Protected() {
		clean = d.takenOver() || clean
	}
	d.unproven = d.located && d.addr != a && !e.authenticated(a)
	d.locate(a)
	d.dialect = dia
	d.proof = r.proof
	d.ruled()
	d.hears()
	d.resumed = d.accepted && !clean
	if clean {
		d.reset()
	}
	if clean || r.withWill {
		d.will = r.will
	}
	d.requests = nil
	d.keepAlive, d.maxSize, d.awakeMax = r.keepAlive, r.maxSize, r.awakeMax
	d.clean, d.keptFor = r.ends, r.keptFor
	d.connecting = true
	d.attempt++
	d.pause()
	d.enter(Active)
	d.north.connect(d, clean || d.traits().fullNames && !d.resumed)
}

// admit decides whether a new session may be made for a device at a.
func (e *Engine) admit(a Addr) mqtt.Reason {
	c := &e.cfg.Device
	if e.rec.failing {
		return mqtt.ServerBusy
	}
	if len(e.devices) >= c.Max {
		return mqtt.QuotaExceeded // kept sessions were promised to be kept: a newcomer is told to come again
	}
	if f := e.forwarders[a.outer()]; f != nil && c.MaxPerForwarder > 0 && f.sessions >= c.MaxPerForwarder {
		return mqtt.QuotaExceeded
	}
	return mqtt.Success
}

// mayMove reports whether d may be served from address a. A session that was begun by a proven identity, the address of a
// radio or the name of a DTLS connection's key, goes on with the same identity only, until it ends: who replaces a radio
// has the old session forgotten.
func (e *Engine) mayMove(d *Device, a Addr) bool {
	switch {
	case d.located && d.addr == a:
		return true
	case !d.staysHome(a):
		return false
	case d.identity != "":
		return e.identity(a) == d.identity
	case !d.located || !d.state.live():
		return true
	}
	switch e.cfg.Device.Move {
	case MoveNever:
		return false
	case MoveSameHost:
		return e.sameHost(d.addr, a)
	}
	return true
}

// owner says whose session d is, to explain why another sender is refused.
func (e *Engine) owner(d *Device) string {
	if d.identity != "" {
		return "its session belongs to " + d.identity
	}
	if d.mapping != nil && !d.located {
		return "its session is on the link " + d.mapping.link
	}
	return "its session is at " + e.describe(d.addr)
}

// connected is the north side's consent.
func (d *Device) connected() {
	if !d.connecting {
		return
	}
	d.save()
	attempt := d.attempt
	d.e.rec.whenSafe(func() {
		if d.connecting && d.attempt == attempt {
			d.welcome()
		}
	})
}

// welcome ends CONNECT, with the session on disk.
func (d *Device) welcome() {
	d.connecting, d.accepted = false, true
	d.e.stats.Connects++
	d.e.out.note(NoteConnected, d.id, d.addr, "")
	if !d.traits().fullNames {
		d.topics.forget()
	}
	d.reg.rounds, d.reg.over = 0, false // what was unanswered before may not have reached a device with a session
	d.acknowledge()
	d.resume()
}

func (d *Device) acknowledge() {
	d.fresh = true
	d.send(func(b []byte) []byte { return d.dialect.connack(b, d.resumed, mqtt.Success) })
	d.schedule()
}

// refuse is the north side's refusal. The session goes back to where it was before, or goes.
func (d *Device) refuse(reason mqtt.Reason) {
	if !d.connecting {
		return
	}
	d.connecting = false
	d.e.refuse(d.addr, d.dialect, d.id, reason)
	d.end(Disconnected)
	if !d.kept() {
		d.free()
	}
}

func (e *Engine) refuse(a Addr, dia dialect, clientID string, reason mqtt.Reason) {
	e.stats.Refused++
	e.out.note(NoteRefused, clientID, a, explained(reason))
	e.send(a, func(b []byte) []byte { return dia.connack(b, false, reason) })
}

// newDevice makes a session.
func (e *Engine) newDevice(sender v2.SenderID, clientID string, dia dialect) *Device {
	id := sessionID(sender, clientID)
	d := &Device{
		e: e, id: id, client: clientID, sender: sender, record: e.rec.newID(), dialect: dia, predef: e.predef[0],
		resumeAt: never, noDUP: e.cfg.Device.NoDUP, keptFor: e.cfg.Device.SessionExpiry, awakeMax: int32(e.cfg.Device.AwakeMessages),
	}
	d.alarm.owner = d
	d.rate = newBucket(e.cfg.Device.Rate, float64(e.cfg.Device.Burst))
	d.lastMsgID = uint16(e.cfg.Random.Uint32())
	d.noDUP = d.noDUP || e.overrides.of(clientID).NoDUP
	d.north = e.northOf(d)
	e.devices[id] = d
	e.stats.states[Disconnected]++
	return d
}

// disconnect serves DISCONNECT without a duration. It is answered to whoever sent it, if the version answers at all.
func (d *Device) disconnect() {
	a, dia := d.addr, d.dialect
	d.connecting = false
	d.leave("")
	if dia.traits().farewell {
		d.e.rec.whenSafe(func() { d.e.send(a, func(b []byte) []byte { return dia.disconnect(b, mqtt.Success) }) })
	}
}
