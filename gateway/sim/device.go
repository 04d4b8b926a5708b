package sim

import (
	"errors"
	"fmt"
	"slices"
	"time"

	"mqttsn-gateway/gateway/engine"
	"mqttsn-gateway/mqttsn"
	"mqttsn-gateway/mqttsn/client"
	"mqttsn-gateway/radio"
)

// A device is the client library's core with somebody who uses it, a radio, and a fate.
type device struct {
	w      *world
	watch  *watch
	party  *party
	habits habits
	addr   engine.Addr
	port   uint32

	core   *client.Core
	config client.Config
	out    client.Out
	wanted map[client.Request]func(client.Result)

	alarm *timer // the core's deadline
	talk  *timer // the next publication
	nap   *timer // the next thing that a sleeper does
	again *timer // the next attempt to connect
	fate  *timer // the next mischief

	connecting bool
	since      time.Duration // when it was connected
	agreed     time.Duration // how long it may sleep
	fed        bool          // its last window brought messages: there may be more than a window may bring
	subscribed bool          // since the device began to remember
	unheard    time.Duration // its radio reaches nobody until then
	dead       bool          // silent for ever
	left       bool          // said goodbye, and comes back when again rings
	over       bool          // the run is over for it
	wills      int           // changes of the will
}

func newDevice(w *world, i int) *device {
	name := fmt.Sprintf("dev%02d", i)
	l := engine.LinkID(i % len(w.links))
	d := &device{w: w, watch: newWatch(w, name, l), habits: newHabits(w, i)}
	d.party = d.watch.party
	if w.plan.young && i%youngDevices == 0 {
		d.makeYoung()
	}
	d.party.deaf = d.habits.deaf
	d.addr = engine.Addr{Link: l, Peer: d.peer()}
	if d.habits.forwarded {
		d.addr.Peer, d.addr.Node, d.addr.Forwarded = forwarderPeer, string(rune('a'+i)), true
	}
	w.stations[d.addr] = d
	d.config = d.habits.config(name, &w.plan.links[l], l)
	d.alarm = newTimer(&w.clock, func() { d.do(d.core.Tick) })
	d.talk = newTimer(&w.clock, d.speak)
	d.nap = newTimer(&w.clock, d.turnOver)
	d.again = newTimer(&w.clock, d.connect)
	d.fate = newTimer(&w.clock, d.suffer)
	d.boot()
	d.again.at(w.dice.between(0, 2*time.Minute))
	d.talk.after(w.dice.around(w.plan.traffic))
	d.fate.after(w.dice.around(d.habits.trouble))
	return d
}

// peer is the address of the device itself, with its present port.
func (d *device) peer() radio.Peer { return peerAt(uint32(d.party.index+1), d.port) }

// listens reports whether the device takes messages.
func (d *device) listens() bool {
	return d.core.State() == client.Active || d.core.State() == client.Awake
}

// forwarderPeer is the address of the forwarder.
var forwarderPeer = peerAt(9999, 1)

// boot begins without any memory.
func (d *device) boot() {
	if d.watch.young != nil {
		d.config = d.youngConfig(d.config)
	}
	d.core = client.NewCore(d.config)
	d.out = client.Out{}
	d.wanted = make(map[client.Request]func(client.Result))
	d.connecting, d.subscribed = false, false
}

// do has the core do something, and does what follows.
func (d *device) do(f func(now time.Duration, out *client.Out)) {
	if d.dead || d.w.failure != nil {
		return
	}
	f(d.w.now, &d.out)
	d.settle()
}

func (d *device) settle() {
	out := d.out
	d.out = client.Out{}
	for _, b := range out.Send {
		d.send(b)
	}
	for _, m := range out.Messages {
		d.fed = true
		d.deliver(m)
	}
	for _, res := range out.Done {
		if f := d.wanted[res.Request]; f != nil {
			delete(d.wanted, res.Request)
			f(res)
		}
	}
	if out.Lost != nil {
		d.lost(out.Lost)
	}
	if at, ok := d.core.Deadline(); ok {
		d.alarm.at(at)
	} else {
		d.alarm.stop()
	}
}

// ask makes a request of the core.
func (d *device) ask(f func(now time.Duration, out *client.Out) client.Request, done func(client.Result)) {
	if d.dead {
		return
	}
	var id client.Request
	core := d.core
	id = f(d.w.now, &d.out)
	d.wanted[id] = func(res client.Result) {
		if d.core == core {
			d.note(res.Err)
			done(res)
		}
	}
	d.settle()
}

// note checks that no request fails in the calm time, once the device is connected.
func (d *device) note(err error) {
	if errors.Is(err, client.ErrNotConnected) || d.habits.needsPatience() {
		return // the core has not even tried; the gateway is still learning
	}
	if d.w.plan.narrow && errors.As(err, new(*client.RejectedError)) {
		return // it has too many topics
	}
	if d.w.transparent() && d.w.now < d.w.calmSince+grace {
		return // the gateway may not have reached the broker again, or not know yet that a connection is dead
	}
	if d.w.calm && !d.over && err != nil && d.since > d.w.calmSince {
		d.w.fail(d.party.name, nil, "a request failed in the calm time: %v", err)
	}
}

// grace is how long the devices have after the last mischief before they are asked to publish.
const grace = 5 * time.Minute

func (d *device) send(b []byte) {
	if d.w.now < d.unheard {
		return
	}
	l := d.w.links[d.addr.Link]
	if d.habits.doubles {
		l.upTwice(d.addr, d.watch, slices.Clone(b))
	} else {
		l.up(d.addr, d.watch, slices.Clone(b))
	}
}

// receive hears a datagram. A radio that sleeps hears nothing.
func (d *device) receive(b []byte) {
	if d.dead || d.w.now < d.unheard {
		return
	}
	if !d.habits.balks(d, b) {
		d.do(func(now time.Duration, out *client.Out) { d.core.Receive(now, b, out) })
	}
}

func (d *device) deliver(msg client.Message) {
	if m := d.w.ledger.find(msg.Payload); m != nil {
		name := msg.Topic.Name
		if msg.Topic.Type == mqttsn.Predefined {
			name = nameOf(msg.Topic)
		}
		d.w.ledger.delivered(d.party, m, name, uint8(msg.QoS), msg.Retain)
	}
}

// connect connects, whatever was before.
func (d *device) connect() {
	if d.connecting || d.over || d.dead {
		return
	}
	d.connecting, d.left = true, false
	d.party.anew = d.config.CleanSession
	d.ask(d.core.Connect, func(res client.Result) {
		d.connecting, d.party.anew = false, false
		if res.Err != nil {
			d.again.after(d.pause(5*time.Second, 40*time.Second))
			return
		}
		d.connected()
	})
}

// pause is shorter in the calm time.
func (d *device) pause(lo, hi time.Duration) time.Duration {
	if d.w.calm {
		lo, hi = lo/5, hi/5
	}
	return d.w.dice.between(lo, hi)
}

func (d *device) connected() {
	d.since = d.w.now
	if !d.subscribed || d.config.CleanSession || d.habits.deaf || d.w.dice.chance(0.3) || d.w.calm {
		d.subscribed = true
		for _, f := range d.habits.filters {
			d.subscribe(f)
		}
	}
	if d.habits.sleeper {
		d.nap.after(d.pause(5*time.Second, time.Minute))
	}
}

func (d *device) subscribe(f wantedFilter) {
	d.ask(func(now time.Duration, out *client.Out) client.Request {
		return d.core.Subscribe(now, f.topic, f.qos, out)
	}, func(res client.Result) {
		if res.Err != nil {
			d.subscribed = false // tries again at the next connection
		}
	})
}

// lost is told by the core: the session is gone. A device comes back, unless it wants to be away.
func (d *device) lost(err error) {
	d.note(err)
	d.nap.stop()
	if !d.left && !d.over {
		d.again.after(d.pause(time.Second, 15*time.Second))
	}
}

// speak publishes.
func (d *device) speak() {
	if d.over || d.dead {
		return
	}
	if !d.w.calm {
		d.talk.after(d.w.dice.around(d.w.plan.traffic))
	}
	keeps := d.config.Resume && d.core.Waiting() < 5
	if d.core.State() != client.Active && !keeps || d.core.Waiting() > 10 {
		return
	}
	d.publish(pick(d.w.dice, d.habits.topics), pick(d.w.dice, someQoS))
}

var someQoS = []mqttsn.QoS{0, 0, 1, 1, 1, 1, 2, 2, 2, 2}

func (d *device) publish(topic client.Topic, qos mqttsn.QoS) {
	size := 10 + d.w.dice.IntN(90)
	m := d.w.ledger.publication(d.party, nameOf(topic), uint8(qos), d.w.dice.chance(0.05), size)
	msg := client.Message{Topic: topic, QoS: qos, Retain: m.retain, Payload: m.payload}
	d.ask(func(now time.Duration, out *client.Out) client.Request {
		return d.core.Publish(now, msg, out)
	}, func(res client.Result) {
		if res.Err == nil && qos > 0 && !m.safe {
			d.w.fail(d.party.name, m, "the device believes that it is safe, and the gateway has not said so")
		}
	})
}

// turnOver is what a sleeper does next.
func (d *device) turnOver() {
	dice := d.w.dice
	switch d.core.State() {
	case client.Active:
		if d.staysUp() {
			return
		}
		if d.core.Waiting() > 0 {
			d.nap.after(2 * time.Second)
		} else {
			d.sleep()
		}
	case client.Asleep:
		loses := d.config.CleanSession // what waits for it, if it connects
		switch n := dice.IntN(100); {
		case d.staysUp() && !loses:
			d.connect()
		case n < 75, d.staysUp():
			d.wake()
		case n < 85, loses && n < 99:
			d.sleep()
		default:
			d.again.stop()
			d.connect()
		}
	}
}

// staysUp is true towards the end, so that nothing is left in the gateway when everybody is asked what they have got.
// Those who answer no REGISTER keep the gateway waiting, and need all the time.
func (d *device) staysUp() bool {
	return d.w.calm && (d.habits.deaf || d.w.now > d.w.calmSince+calmTime/3)
}

// sleep may follow a sleep, with another duration.
func (d *device) sleep() {
	duration := d.habits.sleepFor
	if d.w.dice.chance(0.2) {
		duration = d.w.dice.between(30*time.Second, 10*time.Minute)
	}
	d.ask(func(now time.Duration, out *client.Out) client.Request {
		return d.core.Sleep(now, duration, out)
	}, func(res client.Result) {
		if res.Err == nil {
			d.agreed = duration
		}
		d.sleepOn(d.agreed)
	})
}

// sleepOn sets the time of the next awakening. In the calm time it is soon; at once, as long as there are messages: what
// waits may be a thousand, and a window of a few of them.
func (d *device) sleepOn(duration time.Duration) {
	switch {
	case d.w.calm && d.fed:
		duration = min(duration, time.Second)
	case d.w.calm:
		duration = min(duration, 10*time.Second)
	}
	d.nap.after(d.w.dice.between(duration*3/10, duration*9/10+1))
}

func (d *device) wake() {
	d.fed = false
	d.ask(d.core.Wake, func(res client.Result) {
		if res.Err != nil && d.core.State() == client.Asleep {
			d.nap.after(d.pause(5*time.Second, 20*time.Second))
			return
		}
		d.sleepOn(d.agreed)
	})
}

// calm ends all mischief. Those who are away come back.
func (d *device) calm() {
	d.fate.stop()
	d.unheard = 0
	d.habits.moody, d.habits.confused = false, false
	if d.dead {
		return
	}
	if d.core.State() == client.Disconnected && !d.connecting {
		d.again.after(d.pause(time.Second, time.Minute))
	}
	if d.habits.keepAlive == 0 {
		d.mumble()
	}
	// After the storm everything works, once more and for everybody.
	for i := range 4 {
		d.w.after(grace+time.Duration(i)*time.Minute+d.w.dice.between(0, time.Minute), d.speakCalmly)
	}
}

// mumble is for those who keep nobody informed: without a keep alive the gateway waits for a word after its retries.
func (d *device) mumble() {
	if d.over {
		return
	}
	d.w.after(2*time.Minute, d.mumble)
	if d.core.State() == client.Active {
		d.ask(d.core.Ping, func(client.Result) {})
	}
}

// speakCalmly publishes, if need be after a connect.
func (d *device) speakCalmly() {
	if d.core.State() == client.Active {
		d.publish(pick(d.w.dice, d.habits.topics), pick(d.w.dice, someQoS))
		if d.w.dice.chance(0.2) { // what it never subscribed to
			d.ask(func(now time.Duration, out *client.Out) client.Request {
				return d.core.Unsubscribe(now, client.Name("nowhere"), out)
			}, func(client.Result) {})
		}
	} else if d.core.State() == client.Asleep && !d.config.CleanSession && d.w.dice.chance(0.3) {
		d.connect()
	}
}

// checkCalm is after the calm time: the device is where it belongs.
func (d *device) checkCalm() {
	if !d.dead && d.core.State() == client.Disconnected {
		d.w.fail(d.party.name, nil, "is not connected at the end of the calm time")
	}
}

// quit leaves for good, with or without a word.
func (d *device) quit() {
	d.over = true
	for _, t := range []*timer{d.talk, d.nap, d.again, d.fate} {
		t.stop()
	}
	if d.w.dice.chance(0.3) {
		d.die()
		return
	}
	d.ask(d.core.Disconnect, func(client.Result) { d.alarm.stop() })
}

// die is to fall silent for ever.
func (d *device) die() {
	d.w.tell(d.party.name, "   (falls silent for ever)")
	d.dead = true
	d.party.gone = true
	for _, t := range []*timer{d.alarm, d.talk, d.nap, d.again, d.fate} {
		t.stop()
	}
}
