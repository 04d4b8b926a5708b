package sim

import (
	"time"

	"mqttsn-gateway/gateway/engine"
)

// A plan is what a seed decides before anything happens: the gateway's settings, and who will be there. Every seed
// has at least 20 devices, an hour and some 500 messages.
type plan struct {
	mode    engine.Mode
	durable bool
	length  time.Duration // the time in which things go wrong

	devices int // on the client library's core
	clients int // ordinary ones, of the gateway's router; none in mode transparent

	links    [2]linkPlan
	disk     diskPlan
	platter  *platter      // where the real store has the records; nil: they are in memory
	crashes  time.Duration // mean time between two, 0 for never
	outages  time.Duration // of the broker: mean time between two
	young    bool          // some devices speak version 2.0
	narrow   bool          // queues are so short that they overflow, and there are too few topic ids
	impolite bool          // ordinary clients break their connections more often than not
	traffic  time.Duration // mean time between two messages of one publisher
}

// linkPlan is the weather on a link. Probabilities are from 0 to 1.
type linkPlan struct {
	retry   time.Duration // T_retry of both sides
	retries int
	latency time.Duration
	jitter  time.Duration
	loss    float64
	late    float64       // delayed by up to a third of T_retry
	doubled float64       // by the network
	damaged float64       // bits flip on the way
	bursts  time.Duration // mean time between two bursts of loss, in which hardly anything gets through
}

// diskPlan is how long a commit takes.
type diskPlan struct {
	commit time.Duration // at most, usually
	stalls float64       // how often it takes a thousand times as long
}

func newPlan(d dice) plan {
	p := plan{
		mode:    engine.Mode(d.IntN(3)),
		durable: d.chance(0.6),
		length:  d.between(60*time.Minute, 75*time.Minute),
		devices: 18 + d.IntN(9),
		outages: d.between(4*time.Minute, 30*time.Minute),
		narrow:  d.chance(0.1),
		traffic: d.between(60*time.Second, 100*time.Second),
	}
	if p.mode != engine.Transparent {
		p.clients = 3 + d.IntN(4)
		p.impolite = d.chance(0.2)
	}
	if p.durable && d.chance(0.8) {
		p.crashes = d.between(3*time.Minute, 20*time.Minute)
	}
	p.disk = diskPlan{
		commit: pick(d, []time.Duration{100 * time.Microsecond, 5 * time.Millisecond, 200 * time.Millisecond, 2 * time.Second}),
		stalls: pick(d, []float64{0, 0.01}),
	}
	for i := range p.links {
		p.links[i] = newLinkPlan(d)
	}
	return p
}

func newLinkPlan(d dice) linkPlan {
	p := linkPlan{
		retry:   pick(d, []time.Duration{2 * time.Second, 5 * time.Second, 10 * time.Second, 15 * time.Second}),
		retries: 3 + d.IntN(3),
		latency: d.between(time.Millisecond, 100*time.Millisecond),
		jitter:  d.between(time.Millisecond, 100*time.Millisecond),
	}
	if d.chance(0.1) {
		return p // a cable
	}
	p.loss = 0.15 * d.Float64() * d.Float64()
	p.late = 0.1 * d.Float64()
	p.doubled = 0.05 * d.Float64()
	p.damaged = 0.02 * d.Float64()
	p.bursts = d.between(2*time.Minute, 20*time.Minute)
	return p
}

// Names of the links, and topics that have a number on both sides.
var (
	linkNames  = [2]string{"udp", "radio"}
	predefined = map[uint16]string{1: "pre/1", 2: "pre/2", 3: "plant/7/temp"}
)

// config says the plan in the engine's terms.
func (p *plan) config(w *world) engine.Config {
	d := w.dice
	c := engine.DefaultConfig("")
	c.Mode = p.mode
	c.Durable = p.durable
	c.Links = nil
	for i, l := range p.links {
		link := engine.DefaultLink(linkNames[i])
		link.Retry, link.Retries = l.retry, l.retries
		if i == 1 {
			link.MTU, link.Broadcast = radioMTU, true
		}
		c.Links = append(c.Links, link)
	}
	c.QoSNeg1 = true
	c.Predefined = predefined
	c.FormatPeer, c.ParsePeer, c.SameHost = formatPeer, parsePeer, sameHost

	c.Device.InFlight = pick(d, []int{1, 1, 1, 3})
	c.Device.AwakeMessages = pick(d, []int{0, 0, 0, 4, 10})
	c.Device.Overflow = pick(d, []engine.Overflow{engine.DropOldest, engine.DropNewest, engine.KeepLastPerTopic})
	c.Device.SessionExpiry = pick(d, []time.Duration{20 * time.Minute, 5 * time.Hour, 5 * time.Hour, 5 * time.Hour, 5 * time.Hour, 5 * time.Hour})
	c.Device.IdleLimit = 20 * time.Minute
	c.Device.NoDUP = d.chance(0.1)
	c.Device.Move = pick(d, []engine.MovePolicy{engine.MoveAny, engine.MoveAny, engine.MoveSameHost})
	if p.narrow {
		c.Device.Queue.Messages = 6
		c.Device.Topics = 8
		c.Client.Queue.Messages = 20
	}
	c.Client.ReceiveMaximum = clientReceiveMaximum
	c.Client.MaxInFlight = uint16(1 + d.IntN(20))
	c.Client.MaxOutstanding = 2000
	c.Client.MaxSessionExpiry = 5 * time.Hour
	c.Uplink.ReceiveMaximum = uint16(1 + d.IntN(4))
	return c
}

const (
	radioMTU             = 200 // octets
	clientReceiveMaximum = 20
)
