package xbee

import "slices"

// A Family is the firmware of a module.
type Family int

const (
	Zigbee Family = iota
	DigiMesh
	IEEE802154 // since the S2C
	Series1    // 802.15.4, first generation: no AO, no NP, only the legacy frames
)

// A station is on the air: the radio half of a Modem or a Node. It is guarded by the air's lock.
type station struct {
	host        host
	family      Family // Series1 counts as IEEE802154 here
	address     uint64
	short       uint16
	pan         uint64
	shortOnly   bool // others get to know its 16-bit address only
	coordinator bool
	on          bool // switched on and in the network
	rssi        byte // at which others hear it, in -dBm

	queue   []*packet // what waits for the air, the one on its way included
	buffers int       // how many that can be
}

// A host is what a station belongs to.
type host interface {
	receive(p *packet) bool // a packet has come; false if there is no room for it. The air is locked.
	sent()                  // there is room in the queue. The air is locked.
	name() []byte           // NI. The air is locked.
	shut()                  // the air is closed
}

// join adds a station to the air. The air is locked.
func (a *Air) join(s *station) {
	if s.family == Series1 {
		s.family = IEEE802154
	}
	a.stations = append(a.stations, s)
}

// silence empties a station's queue: it was switched off. A packet that is on the channel stays there.
func (a *Air) silence(s *station) {
	if a.current == s {
		s.queue = s.queue[:1]
		return
	}
	s.queue = nil
	a.senders = slices.DeleteFunc(a.senders, func(other *station) bool { return other == s })
}
