package bench

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"time"

	"mqttsn-gateway/mqttsn"
)

// A bench is a run.
type bench struct {
	cfg    Config
	run    uint32 // of this run, in payloads
	fleet  *fleet
	peer   *peer // nil where the scenario has none
	report *Report

	before usage // of the process, before the devices came
	told   time.Time
}

const (
	setUpTime  = 2 * time.Minute // for what comes before what is measured
	leaveTime  = 5 * time.Second
	setUpRound = 100 // devices that connect, register and subscribe at a time
	besideRate = 10  // messages a second of each device beside
)

// Run does what cfg says. It ends early, with an error, if nobody answers, or when ctx is done.
func Run(ctx context.Context, cfg Config) (*Report, error) {
	if err := cfg.Check(); err != nil {
		return nil, err
	}
	if cfg.Scenario == Wake {
		cfg.QoS = max(cfg.QoS, mqttsn.QoS1) // QoS 0 need not be kept for a sleeper
	}
	b := &bench{cfg: cfg, run: rand.Uint32(), report: &Report{
		Scenario: cfg.Scenario, Begun: time.Now().Truncate(time.Second), Devices: cfg.Devices, QoS: int(cfg.QoS), Size: cfg.Size, Rate: cfg.Rate,
	}}
	if cfg.Rate == 0 {
		b.report.Window = cfg.Window
	}
	play, ok := plays[cfg.Scenario]
	if !ok {
		return nil, fmt.Errorf("there is no scenario %q", cfg.Scenario)
	}
	if err := b.open(); err != nil {
		return nil, err
	}
	defer b.close()
	if cfg.PID != 0 {
		var err error
		if b.before, err = measure(cfg.PID); err != nil {
			return nil, err
		}
	}
	if err := play(b, ctx); err != nil {
		return nil, err
	}
	return b.report, nil
}

func (b *bench) open() error {
	f := &fleet{
		prefix: b.cfg.Prefix, keepAlive: b.cfg.KeepAlive, retry: b.cfg.Retry, retries: b.cfg.Retries,
		start: time.Now(), timer: time.NewTimer(time.Hour), poked: make(chan struct{}, 1),
	}
	b.fleet = f
	if b.cfg.Scenario == Clients {
		return nil
	}
	f.devices = make([]device, b.cfg.Devices+b.cfg.Beside)
	for i := range f.devices {
		f.devices[i].number = i
	}
	var err error
	if f.air, err = openAir(b.cfg.Gateway, len(f.devices)); err != nil {
		return err
	}
	f.heard = f.air.heard
	return nil
}

func (b *bench) close() {
	b.fleet.timer.Stop()
	if b.peer != nil {
		b.peer.close()
	}
	if b.fleet.air != nil {
		b.fleet.air.close()
	}
}

// devices are those that the scenario is about; others go on beside them.
func (b *bench) devices() []device { return b.fleet.devices[:b.cfg.Devices] }
func (b *bench) others() []device  { return b.fleet.devices[b.cfg.Devices:] }

// dialPeer makes the ordinary client. What it hears is noted in a.
func (b *bench) dialPeer(ctx context.Context, a *arrivals) error {
	heard := func([]byte) {}
	if a != nil {
		heard = func(payload []byte) { a.take(payload) }
	}
	var err error
	if b.peer, err = dialPeer(ctx, b.cfg.Broker, fmt.Sprintf("%s-%08x", b.cfg.Prefix, b.run), heard, b.fleet.poke); err != nil {
		return err
	}
	b.fleet.failed = b.peer.failed
	return nil
}

// setUp has devices ask questions, each when the one before is answered for all, and wants all to be answered. The first
// device finds out whether there is a gateway at all.
func (b *bench) setUp(ctx context.Context, devices []device, questions ...question) error {
	f := b.fleet
	first, err := f.round(ctx, devices[:1], 1, f.now()+setUpTime, questions[0], func(int) {})
	if err != nil {
		return err
	}
	if len(first) == 0 {
		return fmt.Errorf("no gateway answers at %v", b.cfg.Gateway)
	}
	if err := b.allAnswered(ctx, devices[1:], questions[0]); err != nil {
		return err
	}
	for _, q := range questions[1:] {
		if err := b.allAnswered(ctx, devices, q); err != nil {
			return err
		}
	}
	return nil
}

func (b *bench) allAnswered(ctx context.Context, devices []device, q question) error {
	f := b.fleet
	times, err := f.round(ctx, devices, setUpRound, f.now()+setUpTime, q, func(done int) { b.tell("preparing devices", done, len(devices)) })
	if err != nil {
		return err
	}
	if missing := len(devices) - len(times); missing > 0 {
		return fmt.Errorf("%d of %d devices could not be prepared: the gateway refused %d times, and left %d questions unanswered",
			missing, len(devices), f.counts.refused, f.counts.gaveUp)
	}
	return nil
}

// leave ends the sessions, if they are to be ended, as far as there is time for it.
func (b *bench) leave(ctx context.Context) error {
	f := b.fleet
	f.beside = nil
	if b.cfg.Stay {
		return nil
	}
	_, err := f.round(ctx, f.devices, setUpRound, f.now()+leaveTime, leave, func(int) {})
	return err
}

// tell shows progress, not too often.
func (b *bench) tell(what string, done, goal int) {
	if now := time.Now(); b.cfg.Progress != nil && (now.Sub(b.told) > 200*time.Millisecond || done == goal) {
		b.told = now
		b.cfg.Progress(Progress{what, done, goal})
	}
}

// begin measures the process before what is to be measured.
func (b *bench) begin() (usage, error) {
	b.fleet.counts = counts{}
	if b.cfg.PID == 0 {
		return usage{}, nil
	}
	return measure(b.cfg.PID)
}

// end measures it afterwards, and shares out what it used among n.
func (b *bench) end(begun usage, n int) error {
	c := &b.fleet.counts
	b.report.Repeated, b.report.GaveUp, b.report.Refused = c.repeated, c.gaveUp, c.refused
	b.report.ThrownOut, b.report.Malformed = c.thrownOut, c.malformed
	if b.cfg.PID == 0 {
		return nil
	}
	now, err := measure(b.cfg.PID)
	if err != nil {
		return errors.Join(err, errors.New("the gateway has ended"))
	}
	cpu := (now.cpu - begun.cpu).Seconds()
	p := &Process{
		PID: b.cfg.PID, CPUSeconds: cpu, CPUShare: cpu / now.at.Sub(begun.at).Seconds(),
		MemoryBefore: b.before.rss, MemoryAfter: now.rss, MemoryPerDevice: (now.rss - b.before.rss) / b.cfg.Devices,
	}
	if n > 0 {
		p.CPUPer100k = cpu * 100_000 / float64(n)
	}
	b.report.Process = p
	return nil
}
