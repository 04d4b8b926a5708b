package engine

import (
	"slices"
	"strings"
	"time"

	"mqttsn-gateway/mqtt"
)

// An uplink is a session that we hold as the client of the upstream broker, on behalf of one device: the north side of a
// device in transparent mode. It outlives its connection, and for a while the device, until the broker has been told.
type uplink struct {
	brokerConn
	d *Device // nil when the device's session is gone

	clean   bool // the broker must not have an old session
	insist  bool // it had one: the next connection asks for a new session
	known   bool // the broker may have a session, and a will, of ours
	willed  bool // the broker has a will of ours, and publishes it unless we say goodbye
	leaving bool // say goodbye once the broker has everything
	leaveBy time.Duration
	patient bool // leaveBy was put off once

	shown    *proof // what the connection was asked for with
	lastID   uint16
	sends    []send
	received []received
	requests []upRequest
}

func (e *Engine) uplinkOf(key string) *uplink {
	u := e.uplinks[key]
	if u == nil {
		u = &uplink{}
		u.brokerConn = brokerConn{
			e: e, session: u, key: key, clientID: strings.ReplaceAll(e.cfg.Uplink.ClientID, "%c", key),
		}
		u.alarm.owner = &u.brokerConn
		e.uplinks[key] = u
	}
	return u
}

// connect takes the device's CONNECT to the broker, unless its connection is there and may go on as it is. A session that
// is only cut off from the broker goes on as well: a sleeper that wakes must not lose it.
func (u *uplink) connect(d *Device, clean bool) {
	goesOn := u.known && !u.leaving && u.state != brokerIdle
	u.d, u.leaving = d, false
	if clean {
		u.forget()
		u.hangUp(true)
		u.known, u.clean, u.insist = false, true, false
	}
	if !clean && !u.shown.same(d.proof) {
		u.hangUp(false) // the broker is to judge anew
		goesOn = false
	}
	u.shown = d.proof
	switch {
	case u.ready(), goesOn && !clean:
		d.connected()
	case u.state == brokerIdle, u.state == brokerWaiting:
		u.attempts = 0
		u.dial()
	}
}

// forget drops everything that belongs to the session, but for a will that is on its way.
func (u *uplink) forget() {
	kept := u.sends[:0]
	for _, s := range u.sends {
		u.dropSend(&s)
		if s.will {
			s.sent, s.released, s.record, s.id, s.gate = false, false, false, 0, 0
			kept = append(kept, s)
		}
	}
	u.sends, u.requests = kept, nil
	u.forgetReceived()
}

// forgetReceived forgets the packet ids of a session that the broker does not have any more: it will use them for other
// messages. What waits for the device still goes to it; nobody waits for its settlement.
func (u *uplink) forgetReceived() {
	u.eraseReceived(u.d)
	for en, p := range u.d.held() {
		if en.upstream != 0 {
			en.upstream = 0
			u.e.rec.update(u.d.record, en, p)
		}
	}
}

// eraseReceived takes packet ids from the disk, when the device's session or the broker's has ended.
func (u *uplink) eraseReceived(d *Device) {
	for _, r := range u.received {
		if r.settled && r.qos == 2 {
			u.e.rec.erase(recordUpstream, d.record, uint64(r.id)+1)
		}
	}
	u.received = nil
}

// hello asks for a clean start only where nothing else helps: mosquitto 2.0.11, for one, stores no session that was
// begun so.
func (u *uplink) hello(p *mqtt.Connect) {
	p.CleanStart = u.insist
	if p.Version < mqtt.V5 && (u.d == nil || u.d.clean) {
		p.CleanStart = true // nothing else ends a session there
	}
	if u.key == "" {
		p.CleanStart, p.SessionExpiry = true, 0 // there is nothing to keep for senders of QoS -1
	}
	if u.d == nil {
		return
	}
	if kept := u.d.keptFor; !u.d.clean && !u.d.traits().lostState {
		p.SessionExpiry = max(p.SessionExpiry, uint32(min(kept/time.Second, time.Duration(mqtt.NoExpiry))))
	}
	if s := u.d.proof; s != nil {
		p.Username, p.HasUsername = s.Username, s.Username != ""
		p.Password, p.HasPassword = s.Password, len(s.Password) > 0
		p.AuthMethod, p.AuthData = s.method, s.data
	}
	if u.d.will == nil || u.leaving {
		return
	}
	m := u.d.will.message(u.d)
	p.Will = &mqtt.Will{
		Topic: m.Topic, Payload: m.Payload, QoS: m.QoS, Retain: m.Retain,
		Delay: uint32(u.e.cfg.Uplink.WillDelay / time.Second), Props: m.Props,
	}
}

func (u *uplink) up(present bool) {
	if u.clean && present {
		u.insist = true
		u.hangUp(true)
		u.dial()
		return
	}
	u.clean, u.insist, u.known = false, false, true
	u.willed = u.d != nil && u.d.will != nil && !u.leaving
	u.recover(present)
	if u.d != nil {
		u.proven()
		u.d.connected()
	}
	u.leaveIfDone()
}

func (u *uplink) receivePacket(p mqtt.Packet) {
	switch p := p.(type) {
	case *mqtt.Publish:
		u.receive(p)
	case *mqtt.Ack:
		u.ack(p)
	case *mqtt.Suback:
		u.suback(p)
	case *mqtt.Unsuback:
		u.unsuback(p)
	}
	u.leaveIfDone()
}

// recover takes up the session where the last connection left it, or builds it anew.
func (u *uplink) recover(present bool) {
	kept := u.sends[:0]
	for _, s := range u.sends {
		s.dup = s.sent && present
		s.sent = s.sent && s.released && present
		switch {
		case s.released && !present:
			// The broker has had it, and has perhaps forgotten it, as it waited for PUBREL.
			s.released = false
			u.saveReleased(&s)
		case s.released:
			u.sendSafe(&mqtt.Ack{Kind: mqtt.PUBREL, PacketID: s.id})
		}
		kept = append(kept, s)
	}
	u.sends = kept
	if !present {
		if u.d != nil {
			u.forgetReceived()
		}
		u.resubscribe()
	}
	u.flush()
	u.e.rec.whenSafe(u.flush) // what was written just now
}

// down answers what waits for the broker. A device that waits for CONNACK is refused; a live one keeps its session, and
// the broker is tried again.
func (u *uplink) down(reason mqtt.Reason) {
	u.failRequests()
	if d := u.d; d != nil && d.connecting {
		if !d.kept() {
			u.d = nil
		}
		d.refuse(reason)
		if u.willed { // of a device that was refused nobody expects one
			u.beginLeaving()
		}
	}
}

func (u *uplink) older() bool { return true }

func (u *uplink) wanted() bool {
	switch {
	case u.leaving:
		return u.known && u.e.now < u.leaveBy
	case u.key == "":
		return len(u.sends) > 0
	}
	return u.d != nil && (u.d.state.live() || u.d.connecting)
}

// leave says goodbye once the broker has everything that the device said. It gives up after a while.
func (u *uplink) leave() {
	u.beginLeaving()
	switch {
	case u.ready():
		u.leaveIfDone()
	case u.state == brokerIdle && u.wanted():
		u.dial()
	case u.state == brokerIdle:
		u.idle()
	}
	u.schedule()
}

func (u *uplink) beginLeaving() {
	u.leaving, u.patient = true, false
	u.leaveBy = u.e.now + u.e.cfg.Uplink.WillDelay + u.e.cfg.Uplink.ConnectTimeout
}

func (u *uplink) leaveIfDone() {
	if u.leaving && u.ready() && len(u.sends) == 0 {
		u.goodbye()
	}
}

func (u *uplink) goodbye() {
	forget := u.d == nil
	u.willed = false
	u.hangUp(forget)
	u.known = !forget && u.known
	u.idle()
}

// idle forgets the uplink, unless a stored session still needs it.
func (u *uplink) idle() {
	u.leaving = false
	if u.d == nil && u.key != "" {
		u.e.alarms.set(&u.alarm, never)
		delete(u.e.uplinks, u.key)
	}
}

func (u *uplink) due() time.Duration {
	at := never
	if u.leaving {
		at = u.leaveBy
	}
	if len(u.requests) > 0 {
		at = min(at, u.requests[0].by) // the oldest comes first
	}
	return at
}

// tick gives up what took too long: a request that the broker does not answer, or saying goodbye.
func (u *uplink) tick(now time.Duration) {
	for len(u.requests) > 0 && now >= u.requests[0].by {
		u.fail(u.answered(u.requests[0].id))
	}
	if u.leaving && now >= u.leaveBy {
		u.giveUp(now)
	}
}

// giveUp ends a goodbye that takes too long. What the device was promised has more time.
func (u *uplink) giveUp(now time.Duration) {
	promised := slices.ContainsFunc(u.sends, func(s send) bool { return s.promised })
	if promised && !u.patient {
		u.sends = slices.DeleteFunc(u.sends, func(s send) bool { return !s.promised })
		u.patient, u.leaveBy = true, now+u.e.cfg.Uplink.SessionExpiry
		return
	}
	u.e.stats.SpoolDropped += uint64(len(u.sends))
	for len(u.sends) > 0 {
		u.removeSend(0)
	}
	u.goodbye()
}

func (u *uplink) willChanged(*Device) {} // the broker learns of it with the next connection

func (u *uplink) lost(d *Device, w *will) {
	if w != nil {
		u.e.out.note(NoteWillPublished, d.id, Addr{}, w.topic)
		s := send{msg: w.message(d), qos: w.qos, retain: w.retain, will: true}
		if w.qos > 0 && d.kept() && u.e.rec.durable && !u.e.rec.failing {
			u.keepSend(d, &s)
		}
		u.sends = append(u.sends, s)
		u.known = true
		u.flush()
	}
	u.left(d)
}

func (u *uplink) left(d *Device) {
	if !d.kept() {
		u.orphan(d)
	}
	u.leave()
}

// orphan is the end of the device's session: what is on disk goes with it. What is on its way goes on.
func (u *uplink) orphan(d *Device) {
	for i := range u.sends {
		u.dropSend(&u.sends[i])
		u.sends[i].record = false
	}
	u.eraseReceived(d)
	u.d = nil
}

func (u *uplink) expired(d *Device) {
	u.orphan(d)
	if u.state == brokerIdle {
		u.idle()
	}
}

func (u *uplink) restored(*Device, *subscription) {}

func (u *uplink) restoredUpstream(_ *Device, id uint16) {
	u.received = append(u.received, received{id: id, qos: 2, settled: true})
}

func (u *uplink) restoredSend(d *Device, m *Message, token uint32, id uint16, released bool) {
	u.sends = append(u.sends, send{
		msg: m, qos: m.QoS, retain: m.Retain, token: token, id: id, sent: true, record: true, released: released,
		will:     token&willToken != 0,
		promised: token&willToken == 0, // it may have been, and is on disk
	})
	if in := d.findInbound(token); in != nil {
		in.safe = released
	}
}

// restart takes up the broker's session of a live device, in its turn. One whose device was lost is left alone, unless it
// has something to say: the broker publishes the will.
func (u *uplink) restart(d *Device) {
	u.d, u.clean, u.shown = d, false, d.proof
	for en, p := range d.held() {
		if en.upstream != 0 && p == published {
			u.received = append(u.received, received{id: en.upstream, qos: en.qos})
		}
	}
	if !d.state.live() && len(u.sends) == 0 {
		return
	}
	u.known = true
	u.await(u.e.now + time.Duration(u.e.cfg.Random.Int64N(int64(time.Second))))
	if !d.state.live() {
		u.leave()
	}
}
