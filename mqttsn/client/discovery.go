package client

import (
	"math/rand/v2"
	"time"

	"mqttsn-gateway/mqttsn"
	v2 "mqttsn-gateway/mqttsn/v2"
)

// DiscoveryConfig says how to look for gateways. The zero value of each field will do.
type DiscoveryConfig struct {
	// SearchDelay bounds the random wait before the first SEARCHGW, lest all devices ask at once after a power cut,
	// and is the time to wait for the first answer: T_SEARCHGW, 5 s if 0. The wait for an answer doubles each time.
	SearchDelay time.Duration

	// MissedAdvertisements is how many ADVERTISE a gateway may miss before it is forgotten: N_ADV, 3 if 0.
	MissedAdvertisements int

	// Radius is how many hops a SEARCHGW travels; 0 is the whole network. Version 2.0 leaves that to the network, and
	// says nothing of it here.
	Radius uint8

	// V2 searches with version 2.0 of the protocol.
	V2 bool

	// Rand is where the random wait comes from; if nil, from a generator of the discovery's own.
	Rand *rand.Rand
}

// maxSearchInterval is where the wait for an answer stops growing.
const maxSearchInterval = 5 * time.Minute

// maxGateways bounds the list. Ids have 256 values, but a network with so many gateways is an attack.
const maxGateways = 32

// A Gateway is one that has been heard, or heard of.
type Gateway struct {
	ID uint8

	// From is who told of the gateway, in the words of the caller of Receive: the gateway itself, if GwAdd is empty.
	From string

	// GwAdd is the gateway's address as another client gave it, in the network's own form; some put its length first,
	// see [mqttsn.GwInfo].
	GwAdd []byte

	expires time.Duration // 0: has not said when to expect it again
}

// Discovery keeps the list of active gateways and searches for one (6.1). Like [Core] it does no I/O and reads no
// clock.
type Discovery struct {
	cfg      DiscoveryConfig
	gateways []Gateway

	searching bool
	searchAt  time.Duration // of the next SEARCHGW
	interval  time.Duration // after that one
}

// NewDiscovery knows no gateway yet.
func NewDiscovery(cfg DiscoveryConfig) *Discovery {
	if cfg.SearchDelay == 0 {
		cfg.SearchDelay = 5 * time.Second
	}
	if cfg.MissedAdvertisements == 0 {
		cfg.MissedAdvertisements = 3
	}
	if cfg.Rand == nil {
		cfg.Rand = rand.New(rand.NewPCG(rand.Uint64(), rand.Uint64()))
	}
	return &Discovery{cfg: cfg}
}

// Search begins to look for a gateway. It ends when one is heard.
func (d *Discovery) Search(now time.Duration) {
	if d.searching {
		return
	}
	d.searching, d.interval = true, d.cfg.SearchDelay
	d.searchAt = now + time.Duration(d.cfg.Rand.Int64N(int64(d.cfg.SearchDelay)+1))
}

// Receive takes a datagram that was broadcast, or sent to us by a gateway. It returns the gateway that it tells of.
func (d *Discovery) Receive(now time.Duration, datagram []byte, from string) (Gateway, bool) {
	switch p := d.parse(datagram).(type) {
	case *mqttsn.Advertise:
		return d.advertised(now, p.GwID, p.Duration, from)
	case *v2.Advertise:
		return d.advertised(now, p.GatewayID, p.Duration, from)
	case *mqttsn.GwInfo:
		return d.add(Gateway{ID: p.GwID, From: from, GwAdd: append([]byte(nil), p.GwAdd...)})
	case *v2.GwInfo:
		return d.add(Gateway{ID: p.GatewayID, From: from, GwAdd: append([]byte(nil), p.Address...)})
	case *mqttsn.SearchGw:
		d.asked(now, p.Radius == d.cfg.Radius)
	case *v2.SearchGw:
		d.asked(now, len(p.Network) == 0)
	}
	return Gateway{}, false
}

// parse reads a packet of the version in which we search, nil if it is none.
func (d *Discovery) parse(datagram []byte) any {
	var packet any
	var err error
	if d.cfg.V2 {
		packet, err = v2.Parse(datagram)
	} else {
		packet, err = mqttsn.Parse(datagram)
	}
	if err != nil {
		return nil
	}
	return packet
}

// advertised is for a gateway that says when it will say so again, in seconds.
func (d *Discovery) advertised(now time.Duration, id uint8, duration uint16, from string) (Gateway, bool) {
	g := Gateway{ID: id, From: from}
	if duration > 0 {
		g.expires = now + time.Duration(d.cfg.MissedAdvertisements)*time.Duration(duration)*time.Second
	}
	return d.add(g)
}

// asked is for another client's SEARCHGW. If it is the same as ours would be, it asks for us too.
func (d *Discovery) asked(now time.Duration, same bool) {
	if d.searching && same {
		d.sent(now)
	}
}

// add puts a gateway on the list, or news of one.
func (d *Discovery) add(g Gateway) (Gateway, bool) {
	d.searching = false
	for i, old := range d.gateways {
		if old.ID == g.ID {
			if g.expires == 0 {
				g.expires = old.expires
			}
			d.gateways[i] = g
			return g, true
		}
	}
	if len(d.gateways) >= maxGateways {
		return Gateway{}, false
	}
	d.gateways = append(d.gateways, g)
	return g, true
}

// Gateways are those that are active as far as we know. The caller must not change the slice, which is valid until the
// next call.
func (d *Discovery) Gateways() []Gateway { return d.gateways }

// Deadline is when Tick wants to be called; false if it need not be.
func (d *Discovery) Deadline() (at time.Duration, ok bool) {
	if d.searching {
		at, ok = d.searchAt, true
	}
	for _, g := range d.gateways {
		if g.expires != 0 && (!ok || g.expires < at) {
			at, ok = g.expires, true
		}
	}
	return at, ok
}

// Tick forgets gateways that have fallen silent, and returns the SEARCHGW that is due for broadcast, or nil.
func (d *Discovery) Tick(now time.Duration) []byte {
	active := d.gateways[:0]
	for _, g := range d.gateways {
		if g.expires == 0 || now < g.expires {
			active = append(active, g)
		}
	}
	d.gateways = active

	if !d.searching || now < d.searchAt {
		return nil
	}
	d.sent(now)
	if d.cfg.V2 {
		return v2.SearchGw{}.Append(nil)
	}
	return mqttsn.SearchGw{Radius: d.cfg.Radius}.Append(nil)
}

// sent waits for an answer to a SEARCHGW, longer each time.
func (d *Discovery) sent(now time.Duration) {
	d.searchAt = now + d.interval
	d.interval = min(2*d.interval, maxSearchInterval)
}
