package sim

import (
	"time"

	"mqttsn-gateway/gateway/engine"
)

// checkInvariants looks into the engine after each batch of events: whatever waits has something that will wake it.
func (w *world) checkInvariants() {
	if w.now < w.checked+checkEvery {
		return
	}
	w.checked = w.now
	e := w.gateway.engine
	counts := e.Counts()
	for _, name := range w.watchNames() {
		k := w.watches[name]
		i, known := e.Device(name)
		k.checkTime()
		if !known {
			continue
		}
		switch {
		case i.Alarm > i.Next:
			k.fail("waits until %v and will be woken at %v", i.Next, i.Alarm)
		case i.Next <= w.gateway.now():
			k.fail("should have been woken at %v, and it is %v", i.Next, w.gateway.now())
		case i.State == engine.Awake && !i.Connecting && i.InFlight == 0 && !i.Registering && counts.Waiting == 0:
			k.fail("its awake window stays open though there is nothing to do")
		case i.Reachable && i.Paused > 0 && !i.Registering && !i.Stalled:
			k.fail("%d messages in flight wait for nothing", i.Paused)
		case i.Reachable && i.Queued > 0 && i.InFlight == 0 && !i.Registering && !i.Stalled && !i.Unproven &&
			i.Requests == 0 && counts.Waiting == 0:
			k.fail("%d messages wait for nothing", i.Queued)
		}
	}
}

// checkEvery is the time between two looks.
const checkEvery = 2 * time.Second

// checkTime checks that a device which is silent for too long is found lost.
func (k *watch) checkTime() {
	if k.state == watchNone || k.unsure || k.connecting {
		return
	}
	limit := k.tolerance() + checkEvery
	if k.state == watchAwake {
		// Its period begins when its window ends, which may take three rounds of REGISTER.
		limit += 3 * time.Duration(k.link.retries+2) * k.link.retry
	}
	if silent := k.w.now - max(k.heard, k.noise); silent > limit {
		k.fail("is %v, was not heard for %v, and is not found lost", k.state, silent)
	}
}

// checkFloor is at the very end: everybody is gone, and so is everything.
func (w *world) checkFloor() {
	c := w.gateway.engine.Counts()
	bridges := 0
	if w.plan.mode == engine.Aggregating {
		bridges = 1
	}
	alarms := len(w.config.Links) + 1 + bridges // each link says ADVERTISE; one alarm sweeps the retained messages
	quiet := c == engine.Counts{
		Alarms: c.Alarms, Retained: c.Retained, Uplinks: c.Uplinks, Conns: c.Conns, Subscriptions: bridges,
	}
	strangers := min(1, c.Uplinks) // one uplink is for messages of nobody's, if there were any
	if !quiet || c.Alarms > alarms+strangers || c.Uplinks > strangers || c.Conns > bridges+strangers {
		w.fail("", nil, "everybody is gone, and the engine holds %+v", c)
		return
	}
	if !w.plan.durable {
		return
	}
	for _, r := range w.gateway.disk.all() {
		if r.key[0] != 'r' {
			w.fail("", nil, "everybody is gone, and on disk is %q: %q", r.key, r.value)
			return
		}
	}
}
