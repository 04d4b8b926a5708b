package bench

import (
	"context"
	"time"

	"mqttsn-gateway/mqttsn"
)

// plays are the scenarios.
var plays = map[Scenario]func(*bench, context.Context) error{
	Connect: (*bench).playConnect,
	Up:      (*bench).playUp,
	Down:    (*bench).playDown,
	Wake:    (*bench).playWake,
	Idle:    (*bench).playIdle,
	Asleep:  (*bench).playAsleep,
	Clients: (*bench).playClients,
}

func (b *bench) playUp(ctx context.Context) error {
	f := b.fleet
	a := newArrivals(b.run, f.start, b.cfg.Count)
	if err := b.dialPeer(ctx, a); err != nil {
		return err
	}
	if err := b.peer.subscribe(ctx, b.cfg.Prefix+"/+/reading/s", 0); err != nil {
		return err
	}
	if err := b.setUp(ctx, b.devices(), f.connect, f.register); err != nil {
		return err
	}
	up := newUpward(f, b.devices(), b.run, b.cfg.QoS, b.cfg.Size)
	if err := b.exchange(ctx, a, up); err != nil {
		return err
	}
	b.report.Answer = quantiles(up.times)
	return b.leave(ctx)
}

func (b *bench) playDown(ctx context.Context) error {
	f := b.fleet
	f.arrivals = newArrivals(b.run, f.start, b.cfg.Count)
	if err := b.dialPeer(ctx, nil); err != nil {
		return err
	}
	if err := b.setUp(ctx, b.devices(), f.connect, f.subscribe(b.cfg.QoS)); err != nil {
		return err
	}
	if err := b.exchange(ctx, f.arrivals, b.downward()); err != nil {
		return err
	}
	return b.leave(ctx)
}

func (b *bench) downward() *downward {
	return &downward{fleet: b.fleet, devices: b.devices(), peer: b.peer, run: b.run, qos: b.cfg.QoS, size: b.cfg.Size}
}

func (b *bench) playClients(ctx context.Context) error {
	a := newArrivals(b.run, b.fleet.start, b.cfg.Count)
	if err := b.dialPeer(ctx, a); err != nil {
		return err
	}
	if err := b.peer.subscribe(ctx, b.cfg.Prefix+"/+/reading/s", byte(b.cfg.QoS)); err != nil {
		return err
	}
	o, err := dialOrdinary(ctx, &b.cfg, b.run, b.fleet.poke, func(done int) { b.tell("connecting", done, b.cfg.Devices) })
	if err != nil {
		return err
	}
	defer o.close()
	return b.exchange(ctx, a, o)
}

// exchange sends all messages, and reports.
func (b *bench) exchange(ctx context.Context, a *arrivals, s sender) error {
	f := b.fleet
	begun, err := b.begin()
	if err != nil {
		return err
	}
	t := &traffic{fleet: f, arrivals: a, sender: s, count: b.cfg.Count, rate: b.cfg.Rate, window: b.cfg.Window, begun: f.now()}
	if err := t.run(ctx, t.begun+b.cfg.Time, func(done int) { b.tell("messages", done, b.cfg.Count) }); err != nil {
		return err
	}
	b.note(b.report, t)
	return b.end(begun, b.report.Arrived)
}

// note enters what became of messages.
func (b *bench) note(r *Report, t *traffic) {
	a := t.arrivals
	a.mu.Lock()
	defer a.mu.Unlock()
	r.Seconds = (max(a.last, t.lastSent) - t.begun).Seconds()
	r.Sent, r.Arrived, r.Duplicates = t.sent, len(a.late), a.duplicates
	r.Lost = r.Sent - r.Arrived
	r.PerSecond = float64(r.Arrived) / r.Seconds
	r.Arrival = quantiles(a.late)
}

func (b *bench) playConnect(ctx context.Context) error {
	return b.storm(ctx, b.fleet.connect)
}

func (b *bench) playWake(ctx context.Context) error {
	f := b.fleet
	n := b.cfg.Devices * b.cfg.Count
	if err := b.setUp(ctx, b.devices(), f.connect, f.subscribe(b.cfg.QoS), fallAsleep); err != nil {
		return err
	}
	f.arrivals = newArrivals(b.run, f.start, n)
	if n > 0 {
		if err := b.keep(ctx, n); err != nil {
			return err
		}
	}
	if err := b.storm(ctx, f.wake); err != nil {
		return err
	}
	r, a := b.report, f.arrivals
	r.Sent, r.Arrived, r.Duplicates = n, a.count(), a.duplicates
	r.Lost = n - r.Arrived
	return nil
}

// keep publishes n messages for the sleeping devices, and waits until the gateway has them.
func (b *bench) keep(ctx context.Context, n int) error {
	if err := b.dialPeer(ctx, nil); err != nil {
		return err
	}
	f, s := b.fleet, b.downward()
	for sent, end := 0, f.now()+setUpTime; (sent < n || s.pending() > 0) && f.now() < end; {
		for sent < n && s.send(sent, f.now()) {
			sent++
		}
		if err := f.step(ctx, f.now()+time.Second); err != nil {
			return err
		}
		b.tell("messages kept", sent, n)
	}
	return nil
}

// storm has all devices ask at once, while others go on publishing.
func (b *bench) storm(ctx context.Context, q question) error {
	f, r := b.fleet, b.report
	var up *upward
	if len(b.others()) > 0 {
		if err := b.setUp(ctx, b.others(), f.connect, f.register); err != nil {
			return err
		}
		up = newUpward(f, b.others(), b.run+1, mqttsn.QoS1, b.cfg.Size)
		f.beside = &traffic{fleet: f, arrivals: newArrivals(b.run+1, f.start, 0), sender: up, count: 1 << 30,
			rate: besideRate * float64(len(b.others())), begun: f.now()}
	}
	begun, err := b.begin()
	if err != nil {
		return err
	}
	start := f.now()
	times, err := f.round(ctx, b.devices(), b.cfg.Devices, start+b.cfg.Time, q, func(done int) { b.tell("devices", done, b.cfg.Devices) })
	if err != nil {
		return err
	}
	r.Served, r.Unserved = len(times), b.cfg.Devices-len(times)
	if r.Answer = quantiles(times); r.Answer != nil {
		r.Seconds = r.Answer.Max / 1000
		r.PerSecond = float64(r.Served) / r.Seconds
	}
	if err := b.end(begun, r.Served); err != nil {
		return err
	}
	if up != nil {
		r.Beside = &Report{Scenario: Up, Devices: len(b.others()), QoS: 1, Sent: f.beside.sent, Served: len(up.times), Answer: quantiles(up.times)}
	}
	return b.leave(ctx)
}

func (b *bench) playIdle(ctx context.Context) error {
	if err := b.setUp(ctx, b.devices(), b.fleet.connect, b.fleet.subscribe(b.cfg.QoS)); err != nil {
		return err
	}
	return b.watch(ctx, true)
}

func (b *bench) playAsleep(ctx context.Context) error {
	if err := b.setUp(ctx, b.devices(), b.fleet.connect, b.fleet.subscribe(b.cfg.QoS), fallAsleep); err != nil {
		return err
	}
	return b.watch(ctx, false)
}

// watch lets time pass, with the pings that keep devices alive spread evenly over it, if there are any.
func (b *bench) watch(ctx context.Context, pings bool) error {
	f := b.fleet
	begun, err := b.begin()
	if err != nil {
		return err
	}
	r := new(round)
	gap := b.cfg.KeepAlive * 9 / 10 / time.Duration(b.cfg.Devices)
	start := f.now()
	for i := 0; f.now() < start+b.cfg.Time; {
		next := start + b.cfg.Time
		if due := start + time.Duration(i)*gap; pings && due <= f.now() {
			d := &f.devices[i%b.cfg.Devices]
			d.task = r
			f.ask(d, due, ping)
			i++
			continue
		} else if pings {
			next = min(next, due)
		}
		if err := f.step(ctx, next); err != nil {
			return err
		}
		b.tell("seconds", int((f.now()-start)/time.Second), int(b.cfg.Time/time.Second))
	}
	b.report.Seconds = (f.now() - start).Seconds()
	b.report.Answer = quantiles(r.times)
	if err := b.end(begun, 0); err != nil {
		return err
	}
	return b.leave(ctx)
}
