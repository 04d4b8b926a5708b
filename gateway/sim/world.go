package sim

import (
	"fmt"
	"runtime/debug"
	"slices"
	"time"

	"mqttsn-gateway/gateway/engine"
)

// A world is everything in one run.
type world struct {
	clock
	dice   dice
	plan   plan
	config engine.Config

	gateway   *gateway
	links     [2]*link
	stations  map[engine.Addr]station // who has which address
	devices   []*device
	raw       []*rawDevice
	clients   []*mqttClient
	watcher   *mqttClient // sees the wills; nil where the broker does
	broker    *broker     // nil without one
	watches   map[string]*watch
	residents map[engine.Addr]*watch // whose session is at which address

	ledger    ledger
	wills     wills
	calm      bool // the time in which nothing goes wrong any more
	calmSince time.Duration
	leaving   bool          // everybody goes
	checked   time.Duration // when the invariants were
	overflows int           // messages that the engine counted as lost to full queues

	stats   Stats
	trace   *trace
	failure *Failure
}

// transparent reports whether the broker sees each device, so that it decides who gets what.
func (w *world) transparent() bool { return w.plan.mode == engine.Transparent }

// A station hears what is sent to an address.
type station interface{ receive(datagram []byte) }

// Run lives through one seed. It returns what happened, and what was wrong, if anything was.
func Run(seed uint64) (Stats, *Failure) { return run(seed, nil) }

// Explain lives through a seed again, and adds to the failure what led to it.
func Explain(seed uint64) *Failure {
	t := &trace{}
	_, f := run(seed, t)
	if f != nil {
		f.Story = t.story(f)
	}
	return f
}

func run(seed uint64, t *trace) (_ Stats, f *Failure) {
	d := newDice(seed)
	w := &world{
		dice: d, plan: newPlan(d), stations: make(map[engine.Addr]station), watches: make(map[string]*watch),
		residents: make(map[engine.Addr]*watch), trace: t,
	}
	if w.plan.durable && seed%platterSeeds == 0 {
		w.plan.platter = newPlatter(seed)
	}
	w.plan.young = seed%youngSeeds == 0 && w.plan.mode != engine.Transparent
	defer func() {
		if r := recover(); r != nil {
			f = &Failure{Seed: seed, At: w.now, Text: fmt.Sprintf("panic: %v\n%s", r, debug.Stack())}
		}
	}()
	w.build()
	w.live()
	if w.failure != nil {
		w.failure.Seed = seed
		w.failure.Mode = w.plan.mode
		w.failure.Durable = w.plan.durable
	}
	return w.stats, w.failure
}

func (w *world) build() {
	w.ledger.w, w.wills.w = w, w
	w.config = w.plan.config(w)
	for i := range w.links {
		w.links[i] = newLink(w, engine.LinkID(i), w.plan.links[i])
	}
	w.gateway = newGateway(w)
	if w.plan.mode != engine.Builtin {
		w.broker = newBroker(w)
	}
	for i := range w.plan.devices {
		w.devices = append(w.devices, newDevice(w, i))
	}
	for i := range rawDevices {
		w.raw = append(w.raw, newRawDevice(w, i))
	}
	if w.plan.clients > 0 {
		w.watcher = newWatcher(w)
		for i := range w.plan.clients {
			w.clients = append(w.clients, newMQTTClient(w, i))
		}
	}
	newStranger(w)
}

// live is a run from beginning to end: a long time in which everything goes wrong, a calm one in which everything must
// come right, and one in which everybody leaves, after which nothing may be left.
func (w *world) live() {
	w.gateway.start()
	w.until(w.plan.length)
	for _, phase := range []struct {
		begin func()
		lasts time.Duration
	}{
		{w.beginCalm, calmTime},
		{w.reckon, 0},
		{w.leave, leaveTime},
		{func() {}, w.config.Device.SessionExpiry + 2*time.Hour},
		{w.checkFloor, 0},
	} {
		if w.failure == nil {
			phase.begin()
			w.until(w.now + phase.lasts)
		}
	}
}

const (
	calmTime  = 30 * time.Minute
	leaveTime = 10 * time.Minute
)

// until lets time pass.
func (w *world) until(t time.Duration) {
	for w.failure == nil {
		at, ok := w.next()
		if !ok || at > t {
			w.now = max(w.now, t)
			return
		}
		w.stats.Events++
		w.step()
	}
}

// beginCalm repairs the world. What fell silent for ever stays silent.
func (w *world) beginCalm() {
	w.tell("", "calm")
	w.calm, w.calmSince = true, w.now
	w.gateway.calm()
	if w.broker != nil {
		w.broker.calm()
	}
	for _, d := range w.devices {
		d.calm()
	}
	for _, d := range w.raw {
		d.calm()
	}
	for _, c := range slices.Concat(w.clients, w.observers()) {
		c.calm()
	}
}

func (w *world) observers() []*mqttClient {
	if w.watcher == nil {
		return nil
	}
	return []*mqttClient{w.watcher}
}

// reckon is after the calm: everybody has what was promised.
func (w *world) reckon() {
	for _, d := range w.devices {
		d.checkCalm()
	}
	if w.broker != nil {
		w.broker.check()
	}
	w.overflows += w.gateway.losses()
	w.ledger.settle()
	w.wills.settle()
	w.stats.Seeds = 1
	w.stats.Messages = len(w.ledger.messages)
	w.stats.Devices = len(w.devices) + len(w.raw)
}

// leave lets everybody say goodbye, each in its way.
func (w *world) leave() {
	w.tell("", "everybody leaves")
	w.leaving = true
	for _, d := range w.devices {
		d.quit()
	}
	for _, d := range w.raw {
		d.quit()
	}
	for _, c := range slices.Concat(w.clients, w.observers()) {
		c.quit()
	}
}

// fail notes what is wrong, and ends the run. Who and m, if known, say whose story to tell.
func (w *world) fail(who string, m *message, format string, args ...any) {
	if w.failure != nil {
		return
	}
	text := fmt.Sprintf(format, args...)
	f := &Failure{At: w.now, Who: who, Text: text}
	if m != nil {
		f.message = m
		f.Text = fmt.Sprintf("message m%d (%s, QoS %d, from %s at %v): %s", m.id, m.topic, m.qos, m.from.name, m.sent, text)
	}
	w.failure = f
}

func (w *world) exempt(x exemption) { w.stats.Exempt[x]++ }
