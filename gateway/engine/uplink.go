package engine

import (
	"strings"
	"time"

	"mqttsn-gateway/mqtt"
)

// An uplink is a session that we hold as the client of the upstream broker, on behalf of one device: the north side of a
// device in transparent mode. It outlives its connection, and for a while the device, until the broker has been told.
type uplink struct {
	e        *Engine
	key      string  // the device's client id
	clientID string  // ours at the broker
	d        *Device // nil when the device's session is gone

	state    uplinkState
	conn     ConnID
	clean    bool // ask for a new session at the next connection
	known    bool // the broker may have a session, and a will, of ours
	leaving  bool // say goodbye once the broker has everything
	leaveBy  time.Duration
	alarm    alarm
	deadline time.Duration // of the state; when ready: for the broker's next packet
	pingAt   time.Duration
	attempts int

	limits   serverLimits
	lastID   uint16
	sends    []send
	received []received
	requests []upRequest
}

type uplinkState uint8

const (
	uplinkIdle       uplinkState = iota
	uplinkWaiting                // for its turn to dial
	uplinkDialing                // the driver connects
	uplinkConnecting             // CONNECT was sent
	uplinkReady
)

// serverLimits is what the broker's CONNACK allows.
type serverLimits struct {
	receiveMaximum int
	maximumQoS     uint8
	noRetain       bool
	packetSize     uint32
}

func limitsOf(p *mqtt.Connack) serverLimits {
	l := serverLimits{receiveMaximum: int(p.ReceiveMaximum), maximumQoS: 2, noRetain: p.NoRetain, packetSize: p.MaximumPacketSize}
	if l.receiveMaximum == 0 {
		l.receiveMaximum = 0xffff
	}
	if p.MaximumQoS != nil {
		l.maximumQoS = *p.MaximumQoS
	}
	return l
}

func (e *Engine) uplinkOf(key string) *uplink {
	u := e.uplinks[key]
	if u == nil {
		u = &uplink{e: e, key: key, clientID: strings.ReplaceAll(e.cfg.Uplink.ClientID, "%c", key), clean: true}
		u.alarm.owner = u
		e.uplinks[key] = u
	}
	return u
}

// connect takes the device's CONNECT to the broker, unless its connection is there and may go on as it is.
func (u *uplink) connect(d *Device, clean bool) {
	u.d, u.leaving = d, false
	if clean {
		u.forget()
		u.hangUp(true)
		u.clean = true
	}
	switch u.state {
	case uplinkReady:
		d.connected()
	case uplinkIdle, uplinkWaiting:
		u.attempts = 0
		u.dial()
	}
}

// forget drops everything that belongs to the session, but for a will that is on its way.
func (u *uplink) forget() {
	kept := u.sends[:0]
	for _, s := range u.sends {
		if s.will {
			s.sent, s.id = false, 0
			kept = append(kept, s)
		}
	}
	u.sends, u.received, u.requests = kept, nil, nil
}

// dial asks for a connection as soon as the limit on new connections allows.
func (u *uplink) dial() {
	e := u.e
	if e.dialTime > e.now {
		u.await(e.dialTime)
	} else {
		u.dialNow()
	}
}

func (u *uplink) await(at time.Duration) {
	u.state, u.deadline = uplinkWaiting, at
	u.schedule()
}

func (u *uplink) dialNow() {
	e := u.e
	if e.dialTime > e.now {
		u.await(e.dialTime) // others were first
		return
	}
	e.dialTime = e.now + time.Duration(float64(time.Second)/e.cfg.Uplink.DialRate)
	e.lastConn += 2
	u.conn = e.lastConn
	e.conns[u.conn] = u
	u.state, u.deadline = uplinkDialing, never // the driver has its own time limit and always answers
	e.out.Conns = append(e.out.Conns, ConnEffect{Conn: u.conn, Dial: &Dial{ClientID: u.clientID}})
	u.schedule()
}

// opened says that the connection is there.
func (u *uplink) opened() {
	c := &u.e.cfg.Uplink
	p := &mqtt.Connect{
		Version: mqtt.V5, ClientID: u.clientID, CleanStart: u.clean,
		KeepAlive: uint16(c.KeepAlive / time.Second), SessionExpiry: uint32(c.SessionExpiry / time.Second),
		ReceiveMaximum: c.ReceiveMaximum,
		Username:       c.Username, HasUsername: c.Username != "",
		Password: c.Password, HasPassword: len(c.Password) > 0,
	}
	if u.d != nil && u.d.will != nil && !u.leaving {
		w := u.d.will
		p.Will = &mqtt.Will{
			Topic: w.topic, Payload: w.payload, QoS: w.qos, Retain: w.retain,
			Delay: uint32(c.WillDelay / time.Second),
		}
	}
	u.state, u.deadline = uplinkConnecting, u.e.now+c.ConnectTimeout
	u.send(p)
	u.schedule()
}

func (u *uplink) send(p mqtt.Packet) {
	u.pingAt = u.e.now + u.e.cfg.Uplink.KeepAlive
	u.e.out.Conns = append(u.e.out.Conns, ConnEffect{Conn: u.conn, Packet: p})
}

func (u *uplink) packet(p mqtt.Packet) {
	switch p := p.(type) {
	case *mqtt.Connack:
		u.connack(p)
		return
	case *mqtt.Disconnect:
		u.drop("broker says: " + p.Reason.String() + " " + p.ReasonString)
		return
	}
	if u.state != uplinkReady {
		u.drop("broker sent " + p.Type().String() + " before CONNACK")
		return
	}
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
	u.heard()
	u.leaveIfDone()
	u.schedule()
}

// heard pushes back the moment when the broker counts as gone.
func (u *uplink) heard() { u.deadline = u.e.now + u.e.cfg.Uplink.KeepAlive*3/2 }

func (u *uplink) connack(p *mqtt.Connack) {
	if u.state != uplinkConnecting {
		u.drop("broker sent CONNACK twice")
		return
	}
	if p.Reason.Failed() {
		u.e.stats.UplinkRefused++
		u.e.out.note(NoteUplinkRefused, u.key, Addr{}, strings.TrimSpace(p.Reason.String()+" "+p.ReasonString))
		u.close()
		u.failed(p.Reason)
		return
	}
	u.e.stats.UplinkConnects++
	u.e.out.note(NoteUplinkUp, u.key, Addr{}, "")
	u.state, u.attempts, u.clean, u.known = uplinkReady, 0, false, true
	u.limits = limitsOf(p)
	u.heard()
	u.recover(p.SessionPresent)
	if u.d != nil {
		u.d.connected()
	}
	u.leaveIfDone()
	u.schedule()
}

// recover takes up the session where the last connection left it, or builds it anew.
func (u *uplink) recover(present bool) {
	kept := u.sends[:0]
	for _, s := range u.sends {
		s.dup = s.sent && present
		s.sent = s.sent && s.released && present
		if s.released && !present {
			continue // the broker has had it, and has forgotten that we owe it a PUBREL
		}
		if s.released {
			u.sendSafe(&mqtt.Ack{Kind: mqtt.PUBREL, PacketID: s.id})
		}
		kept = append(kept, s)
	}
	u.sends = kept
	if !present {
		u.received = nil
		u.resubscribe()
	}
	u.flush()
}

// closed says that the connection could not be made, or is gone.
func (u *uplink) closed(err error) {
	u.e.stats.UplinkLost++
	kind := NoteUplinkLost
	if u.state == uplinkDialing {
		kind = NoteUplinkFailure
	}
	if u.attempts == 0 {
		u.e.out.note(kind, u.key, Addr{}, err.Error())
	}
	delete(u.e.conns, u.conn)
	u.failed(mqtt.ServerUnavailable)
}

// drop ends a connection on which the broker, or nobody, speaks.
func (u *uplink) drop(why string) {
	u.e.stats.UplinkLost++
	u.e.out.note(NoteUplinkLost, u.key, Addr{}, why)
	u.close()
	u.failed(mqtt.ServerUnavailable)
}

// close closes the connection; what was sent before still leaves.
func (u *uplink) close() {
	u.e.out.Conns = append(u.e.out.Conns, ConnEffect{Conn: u.conn, Close: true})
	delete(u.e.conns, u.conn)
}

// failed decides how to go on without a connection. A device that waits for CONNACK is refused; a live one keeps its
// session, and the broker is tried again.
func (u *uplink) failed(reason mqtt.Reason) {
	u.state = uplinkIdle
	u.failRequests()
	if d := u.d; d != nil && d.connecting {
		u.d = nil
		if !d.clean {
			u.d = d
		}
		d.refuse(reason)
	}
	if u.wanted() {
		u.backOff()
		return
	}
	u.end()
}

// wanted reports whether a connection is needed.
func (u *uplink) wanted() bool {
	if u.leaving {
		return u.known && u.e.now < u.leaveBy
	}
	return u.d != nil && u.d.state.live() || u.key == ""
}

// backOff waits twice as long each time, with jitter: a thousand devices must not come back in the same second.
func (u *uplink) backOff() {
	c := &u.e.cfg.Uplink
	wait := c.BackoffMin << min(u.attempts, 16)
	if wait > c.BackoffMax || wait <= 0 {
		wait = c.BackoffMax
	}
	u.attempts++
	wait = wait/2 + time.Duration(u.e.cfg.Random.Int64N(int64(wait)))
	u.await(u.e.now + wait)
}

// hangUp ends the connection in an orderly way. The broker's copy of the will goes with it (MQTT 5, 3.14.4).
func (u *uplink) hangUp(forget bool) {
	switch u.state {
	case uplinkReady:
		p := &mqtt.Disconnect{Reason: mqtt.NormalDisconnection}
		if forget {
			p.SessionExpiry = new(uint32)
		}
		u.send(p)
		u.known = !forget && u.known
		fallthrough
	case uplinkDialing, uplinkConnecting:
		u.close()
	}
	u.state = uplinkIdle
	u.schedule()
}

// leave says goodbye once the broker has everything that the device said. It gives up after a while.
func (u *uplink) leave() {
	u.leaving = true
	u.leaveBy = u.e.now + u.e.cfg.Uplink.WillDelay + u.e.cfg.Uplink.ConnectTimeout
	switch {
	case u.state == uplinkReady:
		u.leaveIfDone()
	case u.state == uplinkIdle && u.wanted():
		u.dial()
	case u.state == uplinkIdle:
		u.end()
	}
	u.schedule()
}

func (u *uplink) leaveIfDone() {
	if !u.leaving || u.state != uplinkReady || len(u.sends) > 0 {
		return
	}
	u.hangUp(u.d == nil)
	u.end()
}

// end forgets the uplink, unless a stored session still needs it.
func (u *uplink) end() {
	u.leaving = false
	u.state = uplinkIdle
	u.schedule()
	if u.d == nil && u.key != "" {
		u.e.alarms.set(&u.alarm, never)
		delete(u.e.uplinks, u.key)
	}
}

func (u *uplink) schedule() {
	at := never
	switch u.state {
	case uplinkWaiting, uplinkConnecting:
		at = u.deadline
	case uplinkReady:
		at = min(u.deadline, u.pingAt)
		if u.leaving {
			at = min(at, u.leaveBy)
		}
	}
	u.e.alarms.set(&u.alarm, at)
}

func (u *uplink) wake(now time.Duration) {
	switch {
	case u.leaving && now >= u.leaveBy:
		u.sends = nil
		u.hangUp(u.d == nil)
		u.end()
	case u.state == uplinkWaiting && now >= u.deadline:
		if u.wanted() || u.d != nil && u.d.connecting {
			u.dialNow()
		} else {
			u.end()
		}
	case u.state == uplinkConnecting && now >= u.deadline:
		u.drop("no CONNACK within " + u.e.cfg.Uplink.ConnectTimeout.String())
	case u.state == uplinkReady && now >= u.deadline:
		u.drop("broker is silent")
	case u.state == uplinkReady && now >= u.pingAt:
		u.send(&mqtt.Pingreq{})
	}
	u.schedule()
}

func (u *uplink) buffered(int) {} // what may wait for the broker is bounded by its Receive Maximum

func (u *uplink) willChanged(*Device) {} // the broker learns of it with the next connection

func (u *uplink) lost(d *Device, w *will) {
	if w != nil {
		u.e.out.note(NoteWillPublished, d.id, Addr{}, w.topic)
		u.sends = append(u.sends, send{msg: w.message(d), qos: w.qos, retain: w.retain, will: true})
		u.known = true
		u.flush()
	}
	u.left(d)
}

func (u *uplink) left(d *Device) {
	if d.clean {
		u.d = nil
	}
	u.leave()
}

func (u *uplink) expired(*Device) {
	u.d = nil
	if u.state == uplinkIdle {
		u.end()
	}
}

func (u *uplink) restored(*Device, *subscription) {}

func (u *uplink) restoredUpstream(_ *Device, id uint16) {
	u.received = append(u.received, received{id: id, qos: 2, settled: true})
}

func (u *uplink) restoredSend(d *Device, m *Message, token uint32, id uint16, released bool) {
	u.sends = append(u.sends, send{
		msg: m, qos: m.QoS, retain: m.Retain, token: token, id: id, sent: true, dup: true, released: released,
	})
	if in := d.findInbound(token); in != nil {
		in.safe = released
	}
}

// restart takes up the broker's session of a live device, in its turn. One whose device was lost is left alone: the
// broker publishes the will.
func (u *uplink) restart(d *Device) {
	u.d, u.clean = d, false
	for i := range d.flights {
		if f := &d.flights[i]; f.upstream != 0 && f.phase == published {
			u.received = append(u.received, received{id: f.upstream, qos: 2})
		}
	}
	if d.state.live() {
		u.known = true
		u.await(u.e.now + time.Duration(u.e.cfg.Random.Int64N(int64(time.Second))))
	}
}

// upstreamHealthy reports whether any connection to the broker is there, or none has been tried.
func (e *Engine) upstreamHealthy() bool {
	if len(e.uplinks) == 0 {
		return true
	}
	for _, u := range e.uplinks {
		if u.state == uplinkReady || u.attempts == 0 {
			return true
		}
	}
	return false
}
