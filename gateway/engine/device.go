package engine

import (
	"slices"
	"time"

	"mqttsn-gateway/gateway/access"
	"mqttsn-gateway/mqtt"
	v2 "mqttsn-gateway/mqttsn/v2"
)

// A State is where a device stands (v1.2, 6.14; reference section 7.2).
type State uint8

const (
	Disconnected State = iota // said goodbye; its session may be kept
	Active
	Asleep
	Awake // between a sleeper's PINGREQ and our PINGRESP
	Lost  // fell silent for too long; its session may be kept
)

func (s State) String() string {
	return [...]string{"disconnected", "active", "asleep", "awake", "lost"}[s]
}

// live reports whether the device is supervised and its will in force.
func (s State) live() bool { return s == Active || s == Asleep || s == Awake }

// A Device is the session of one MQTT-SN device. What differs between the protocol's versions is its dialect's business.
type Device struct {
	e       *Engine
	id      string      // what no other session is called, see sessionID
	client  string      // client id
	sender  v2.SenderID // who protects the session's packets, zero if nobody does (v2.0, 3.17)
	record  uint64      // the session's number on disk
	dialect dialect
	north   north
	predef  *predefined

	addr     Addr   // valid if located
	identity string // proven by the link, see LinkConfig.Authenticated; empty where it proves nothing
	proof    *proof // what the device has shown of itself; nil: nothing
	rights   access.Rights
	link     *LinkConfig
	mapping  *mapping

	state      State
	located    bool
	connecting bool // CONNECT was accepted here and waits for the north side
	clean      bool // the session ends with the connection
	accepted   bool // a CONNECT was, at some time: there is something to keep
	noDUP      bool
	resumed    bool // CONNACK says that there was a session before
	fresh      bool // nothing was heard since CONNACK: a repeated CONNECT means that it was lost
	unproven   bool // the address has not yet answered what only its owner could have seen
	asked      bool // it was sent a REGISTER to that end
	stalled    bool // retries are used up; wait until the device is heard, or until resumeAt
	congested  bool // stalled because the device said so: wait until resumeAt, whatever is heard
	overflowed bool // said so in the log; until the queue is empty again
	warned     bool // that it is forbidden something, said so in the log; until it connects again

	keepAlive time.Duration // as the device asked, without tolerance
	sleepFor  time.Duration
	keptFor   time.Duration // how long the session is kept without a connection; never: for ever
	heard     time.Duration // when the device was last heard, or its state began
	alarm     alarm
	mark      routing

	topics topicTable
	subs   []*subscription
	will   *will

	queue     queue
	owed      replays
	flights   []flight
	reg       registration
	inbound   []inbound
	ended     []ended
	lastMsgID uint16
	maxSize   uint16 // octets of the longest packet that the device takes; 0 is no limit
	rate      bucket
	requests  []request
	lastSub   lastRequest
	awakeMax  int32         // messages that an awake window may hold; 0 is no limit
	awakeLeft int32         // of those, what may still be sent in this one
	spent     int32         // messages sent to an unproven address since it was last heard
	attempt   uint32        // counts CONNECTs, and whatever else ends what was asked before
	gate      uint64        // the last one whose opening lets pump go on
	resumeAt  time.Duration // the end of being stalled, if it has one; never otherwise

	stats DeviceStats
}

// DeviceStats counts what happened to one device since its session began.
type DeviceStats struct {
	In, Out         uint32 // datagrams
	PublishedUp     uint32
	PublishedDown   uint32
	Retransmissions uint32
	Dropped         uint32 // messages for the device that were given up
	Refused         uint32 // messages from the device that were not taken
}

func (d *Device) routing() *routing { return &d.mark }

// reachable reports whether unsolicited messages may be sent now. Nothing is ever sent to a sleeper.
func (d *Device) reachable() bool {
	return d.located && !d.connecting && (d.state == Active || d.state == Awake)
}

// present is the router's question: is this the member of a shared subscription to deliver to.
func (d *Device) present() bool { return d.state == Active }

// hears notes a sign of life; every datagram from the device's address is one (v1.2, 6.11).
func (d *Device) hears() {
	d.heard = d.e.now
	d.spent = 0
	d.stats.In++
}

// served ends the handling of a datagram: a device that had fallen silent is there again.
func (d *Device) served() {
	switch {
	case d.stalled && !d.congested:
		d.stalled, d.resumeAt = false, never
		d.resume()
	case d.unproven && d.queue.len() > 0:
		d.pump() // one more may go to the address
	}
}

// enter changes the state. All that waits for the device stops unless the new state lets it go on.
func (d *Device) enter(s State) {
	d.e.stats.states[d.state]--
	d.state = s
	d.e.stats.states[s]++
	d.heard = d.e.now
	d.stalled, d.congested, d.resumeAt = false, false, never
	if s != Active && s != Awake {
		d.pause()
	}
	d.schedule()
}

// lifeline is when the present state ends unless the device is heard.
func (d *Device) lifeline() time.Duration {
	switch d.state {
	case Active:
		if d.keepAlive == 0 {
			return d.heard + d.e.cfg.Device.IdleLimit
		}
		return d.heard + d.traits().tolerance(d.keepAlive)
	case Awake:
		if d.keepAlive > 0 && d.traits().version == v2.V20 {
			return d.heard + d.traits().tolerance(d.keepAlive)
		}
		return d.heard + d.traits().tolerance(d.sleepFor)
	case Asleep:
		return d.heard + d.traits().tolerance(d.sleepFor)
	}
	switch {
	case d.traits().version == v2.V12: // as is configured now, not when it connected
		return d.heard + d.e.cfg.Device.SessionExpiry
	case d.keptFor == never:
		return never
	}
	return d.heard + d.keptFor
}

func (d *Device) traits() *traits { return d.dialect.traits() }

// schedule sets the alarm.
func (d *Device) schedule() { d.e.alarms.set(&d.alarm, d.due()) }

// due is the earliest thing that the session waits for.
func (d *Device) due() time.Duration {
	at := d.lifeline()
	switch {
	case !d.reachable():
	case d.stalled:
		at = min(at, d.resumeAt)
	default:
		at = min(at, d.retryTime())
	}
	return at
}

// wake is called when the alarm rings, perhaps early.
func (d *Device) wake(now time.Duration) {
	if now >= d.lifeline() {
		d.expire()
		return
	}
	switch {
	case !d.reachable():
	case d.stalled && now >= d.resumeAt:
		d.congested = false
		d.served()
	case !d.stalled && now >= d.retryTime():
		d.retry(now)
	}
	if d.e.devices[d.id] == d {
		d.schedule()
	}
}

// expire ends a state that lasted too long: a supervised device is lost, a stored session is forgotten.
func (d *Device) expire() {
	if d.connecting {
		d.refuse(mqtt.ServerUnavailable)
		d.north.left(d)
		return
	}
	if d.state.live() && d.cutOff() {
		d.heard = d.e.now
		d.schedule()
		return
	}
	if d.state.live() {
		if d.state == Active && d.located && !d.traits().lostState {
			d.send(func(b []byte) []byte { return d.dialect.disconnect(b, mqtt.KeepAliveTimeout) })
		}
		d.lose("nothing heard for " + (d.e.now - d.heard).Truncate(time.Second).String())
		return
	}
	d.e.stats.Expired++
	d.e.out.note(NoteExpired, d.id, Addr{}, "")
	d.north.expired(d)
	d.free()
}

// lose is the end of a device that fell silent: its will is published (v1.2, 6.11 and 6.14).
func (d *Device) lose(why string) {
	d.e.stats.Lost++
	d.e.out.note(NoteLost, d.id, d.addr, why)
	will := d.will
	if d.traits().lostState {
		d.end(Lost)
	} else {
		d.end(Disconnected)
	}
	d.north.lost(d, will)
	if !d.kept() {
		d.free()
	}
}

// leave is the end of a device that said goodbye: its will is not published (v1.2, 6.12).
func (d *Device) leave(why string) {
	d.e.out.note(NoteDisconnected, d.id, d.addr, why)
	d.end(Disconnected)
	d.north.left(d)
	if !d.kept() {
		d.free()
	}
}

// end gives up the address: whatever comes from there now comes from a stranger.
func (d *Device) end(s State) {
	d.unlocate()
	d.requests = nil
	if d.traits().will {
		d.will = nil
	}
	d.enter(s)
	d.dropQoS0()
	if d.kept() {
		d.save()
	}
}

// kept reports whether the session outlives its connection: as the device asked, and only if it ever had one.
func (d *Device) kept() bool { return d.accepted && !d.clean }

// free forgets the session.
func (d *Device) free() {
	d.reset()
	d.unlocate()
	d.e.alarms.set(&d.alarm, never)
	d.e.stats.states[d.state]--
	d.e.rec.erase(recordDevice, d.record, 0)
	delete(d.e.devices, d.id)
}

// reset empties the session, as CONNECT with a clean session does (v1.2, 6.3).
func (d *Device) reset() {
	for _, s := range d.subs {
		d.north.unsubscribe(d, s, nil)
		d.e.rec.drop(recordSub, d.record, s.record)
	}
	d.e.router.handOn(slices.Values(d.subs), d.left)
	for i := range d.topics.entries {
		d.e.rec.drop(recordTopic, d.record, uint64(i+1))
	}
	for i := range d.inbound {
		if d.inbound[i].qos == 2 {
			d.e.rec.drop(recordInbound, d.record, uint64(d.inbound[i].msgID)+1)
		}
	}
	for d.queue.len() > 0 {
		d.settle(d.queue.remove(0))
	}
	for i := range d.flights {
		if d.flights[i].phase == published {
			d.settle(d.flights[i].entry)
		} else {
			d.e.rec.release(d.record, &d.flights[i].entry)
		}
	}
	d.subs, d.will, d.flights, d.inbound, d.ended, d.requests = nil, nil, nil, nil, nil, nil
	d.topics = topicTable{}
	d.reg = registration{}
	d.lastSub = lastRequest{}
	d.attempt++
}

// locate makes a the device's address. Another session that had it keeps its state without an address.
func (d *Device) locate(a Addr) {
	if d.located && d.addr == a {
		return
	}
	if other := d.e.byAddr[a]; other != nil {
		d.e.out.note(NoteTakenOver, other.id, a, "by "+d.id)
		other.unlocate()
	}
	if d.located {
		d.e.stats.Moved++
		d.e.out.note(NoteMoved, d.id, a, "from "+d.e.describe(d.addr))
		d.unlocate()
	}
	d.addr, d.located, d.asked = a, true, false
	d.link = &d.e.cfg.Links[a.Link]
	d.identity = d.e.identity(a)
	d.e.protector.located(d)
	d.predef = d.e.predefinedOf(d.client, a.Link)
	d.settleOn(d.link.Name)
	d.ruled()
	d.e.byAddr[a] = d
	d.e.links[a.Link].devices++
	if a.Forwarded {
		d.e.forwarder(a).sessions++
	}
}

func (d *Device) unlocate() {
	if !d.located {
		return
	}
	delete(d.e.byAddr, d.addr)
	d.e.links[d.addr.Link].devices--
	if d.addr.Forwarded {
		if f := d.e.forwarder(d.addr); f.sessions == 1 {
			delete(d.e.forwarders, d.addr.outer())
		} else {
			f.sessions--
		}
	}
	d.located = false
}

// send hands the device what encode appends to the buffer it is given.
func (d *Device) send(encode func(b []byte) []byte) bool {
	if !d.e.sendTo(d.addr, 0, int(d.maxSize), encode) {
		return false
	}
	d.stats.Out++
	return true
}

// newMsgID counts up; 0 is never used, nor an id still in flight.
func (d *Device) newMsgID() uint16 {
	for {
		d.lastMsgID++
		if d.lastMsgID != 0 && d.lastMsgID != d.reg.msgID && d.flight(d.lastMsgID) == nil {
			return d.lastMsgID
		}
	}
}
