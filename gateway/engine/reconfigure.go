package engine

import (
	"maps"
	"slices"
	"time"
)

// Reconfigure puts what may change while sessions live in force: predefined topics, what differs for single devices but for
// their modes, retries, limits, access rules, what is told of devices, and whether QoS -1 is accepted. Everything else of c is left aside. Sessions
// go on; those that no longer may be there end as SetAccess says. What is more than a new limit allows stays until it goes
// by itself. The configuration's maps must not be changed afterwards.
func (e *Engine) Reconfigure(now time.Duration, c *Config, out *Out) {
	e.enter(now, out)
	e.cfg.Device, e.cfg.Client = c.Device, c.Client
	e.cfg.Predefined, e.cfg.Devices, e.cfg.QoSNeg1, e.cfg.Tell = c.Predefined, c.Devices, c.QoSNeg1, c.Tell
	e.overrides = newOverrides(c.Devices)
	for i := range e.cfg.Links {
		l, n := &e.cfg.Links[i], &c.Links[i]
		l.Predefined, l.Retry, l.Retries, l.Protection = n.Predefined, n.Retry, n.Retries, n.Protection
		l.MaxDevices, l.MaxPayload, l.MaxRate = n.MaxDevices, n.MaxPayload, n.MaxRate
		e.links[i].limit(l)
		e.predef[i] = newPredefined(c.Predefined, n.Predefined)
	}
	e.strangers.limit(c.Device.StrangerRate, c.Device.StrangerRate)
	e.applicants.limit(c.Device.Applicants)
	for _, f := range e.forwarders {
		f.rate.limit(c.Device.ForwarderRate, float64(c.Device.ForwarderBurst))
	}
	for _, id := range slices.Sorted(maps.Keys(e.devices)) { // in order, so that a simulation repeats itself
		e.devices[id].reconfigure()
	}
	e.SetAccess(now, c.Access, c.Client.Access, out)
}

func (d *Device) reconfigure() {
	c := &d.e.cfg.Device
	d.rate.limit(c.Rate, float64(c.Burst))
	d.predef = d.e.predefinedOf(d.client, d.addr.Link)
	d.noDUP = d.noDUP || c.NoDUP || d.e.overrides.of(d.client).NoDUP // it may also have been learned from the device
	d.schedule()
}

// limit sets the rate that all devices of a link share.
func (l *linkState) limit(c *LinkConfig) { l.rate.limit(c.MaxRate, linkBurst*c.MaxRate) }

// linkBurst is how many seconds of a link's rate may come at once.
const linkBurst = 2

// limit sets another rate and burst. Where there was no limit the bucket begins full.
func (b *bucket) limit(rate, burst float64) {
	if b.rate == 0 {
		b.level = burst
	}
	b.rate, b.burst, b.level = rate, burst, min(b.level, burst)
}
