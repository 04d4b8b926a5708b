package xbee

import "time"

// Times on a 2.4 GHz channel of 250 kbit/s (IEEE 802.15.4): 32 µs an octet.
const (
	octetTime = 32 * time.Microsecond

	// contention is the mean time until a station finds the channel free: three to four periods of 320 µs.
	contention = 1120 * time.Microsecond

	// turnaround and acknowledgement follow a unicast: 12 symbols, and 11 octets.
	turnaround      = 192 * time.Microsecond
	acknowledgement = 11 * octetTime

	// overhead are the octets around a payload: preamble and length 6, MAC header with 64-bit addresses 21, checksum 2.
	overhead = 29

	// fragment is the most that goes on the air at once on Zigbee.
	fragment = 84
)

// Transmit statuses that the air itself has to give.
const (
	statusOK           = 0x00
	statusNoAck        = 0x01
	statusNoNetworkAck = 0x21
	statusNotFound     = 0x24
)

// An outcome is what the air makes of a packet.
type outcome struct {
	reached  []*station
	busy     time.Duration // of the channel
	searched time.Duration // by the module, afterwards
	status   byte
	used     uint16
	repeated int
}

// transmit decides what becomes of a packet.
func (a *Air) transmit(p *packet) outcome {
	if !p.from.on {
		return outcome{status: statusNoAck, used: 0xFFFD}
	}
	a.stats.Sent++
	if p.broadcast() {
		return a.transmitToAll(p)
	}
	once := a.airtime(p)
	to := a.find(p)
	if to == nil {
		a.stats.Failed++
		o := outcome{status: statusNoAck, used: 0xFFFD, busy: once * time.Duration(1+max(a.cfg.Retries, 0)),
			repeated: max(a.cfg.Retries, 0)}
		if p.from.family != IEEE802154 {
			o.status, o.searched = statusNotFound, a.cfg.Search
		}
		return o
	}
	o := outcome{used: to.short}
	for try := 0; try <= max(a.cfg.Retries, 0); try++ {
		o.repeated = try
		o.busy += once
		if a.loses() {
			continue
		}
		if len(o.reached) == 0 {
			o.reached = append(o.reached, to) // a repetition whose acknowledgement was lost is not delivered twice
		}
		if !a.loses() {
			return o
		}
	}
	a.stats.Failed++
	o.status = statusNoAck
	if p.from.family != IEEE802154 {
		o.status = statusNoNetworkAck
	}
	return o
}

func (a *Air) transmitToAll(p *packet) outcome {
	o := outcome{used: unknown16, busy: a.airtime(p)}
	for _, s := range a.stations {
		if s != p.from && s.on && s.pan == p.from.pan && !a.loses() {
			o.reached = append(o.reached, s)
		}
	}
	return o
}

// find looks for the destination of a packet. A 16-bit address that is out of date leads nowhere, even if the 64-bit
// address is right.
func (a *Air) find(p *packet) *station {
	for _, s := range a.stations {
		if s == p.from || !s.on || s.pan != p.from.pan {
			continue
		}
		right64 := p.to == s.address || p.to == 0 && s.coordinator
		if right64 && (p.to16 == unknown16 || p.to16 == s.short) || p.to == unknown64 && p.to16 == s.short {
			return s
		}
	}
	return nil
}

func (a *Air) loses() bool {
	if a.cfg.Loss > 0 && a.rnd.Float64() < a.cfg.Loss {
		a.stats.Lost++
		return true
	}
	return false
}

// airtime is how long a packet occupies the channel, once.
func (a *Air) airtime(p *packet) time.Duration {
	if !a.cfg.Airtime {
		return 0
	}
	n, fragments := len(p.data), 1
	if p.from.family == Zigbee {
		fragments = max(1, (n+fragment-1)/fragment)
	}
	each := contention + overhead*octetTime
	if !p.broadcast() {
		each += turnaround + acknowledgement
	}
	return time.Duration(fragments)*each + time.Duration(n)*octetTime
}
