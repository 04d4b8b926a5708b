package xbee

import (
	"errors"
	"math/rand/v2"
	"sync"
	"time"
)

// AirConfig says how an air behaves. The zero value loses nothing and takes no time.
type AirConfig struct {
	// Seed makes losses repeatable.
	Seed uint64

	// Loss is the probability, 0 to 1, that a packet is lost on its way, and likewise its acknowledgement. A unicast is
	// then repeated, up to Retries times.
	Loss float64

	// Retries is how often a module repeats a unicast that was not acknowledged; 0 means 3, a negative number never.
	Retries int

	// Latency is added to the way of each packet, and to that of its status.
	Latency time.Duration

	// Airtime makes packets take the time that they take at 250 kbit/s, one at a time.
	Airtime bool

	// Search is how long a Zigbee or DigiMesh module looks for a destination before it gives up; 0 means 1 s. Real
	// modules take up to 4.8 s. The air is free meanwhile.
	Search time.Duration
}

// An Air is a radio channel. Its stations hear each other.
type Air struct {
	cfg AirConfig

	mu      sync.Mutex
	rnd     *rand.Rand
	events  events
	planned uint64
	wake    chan struct{}
	closed  chan struct{}
	once    sync.Once
	gone    sync.WaitGroup

	stations []*station
	senders  []*station // those that have something to send, in turn
	current  *station   // whose packet is on the channel
	free     time.Time  // when the channel is or was free
	stats    AirStats
}

// AirStats tell what has happened on an air.
type AirStats struct {
	Sent      uint64        // packets, without repetitions
	Delivered uint64        // copies that a station has taken
	Lost      uint64        // transmissions, also of acknowledgements, that were lost
	Failed    uint64        // unicasts that were given up
	Overruns  uint64        // packets that have reached a station with no room for them
	Busy      time.Duration // time that the channel was in use
}

// NewAir makes an air without stations.
func NewAir(c AirConfig) *Air {
	if c.Retries == 0 {
		c.Retries = 3
	}
	if c.Search == 0 {
		c.Search = time.Second
	}
	a := &Air{cfg: c, rnd: rand.New(rand.NewPCG(c.Seed, 0)), wake: make(chan struct{}, 1), closed: make(chan struct{})}
	a.gone.Go(a.run)
	return a
}

// Close ends the air with all its modems and nodes.
func (a *Air) Close() {
	a.once.Do(func() {
		close(a.closed)
		a.mu.Lock()
		all := a.stations
		a.mu.Unlock()
		for _, s := range all {
			s.host.shut()
		}
	})
	a.gone.Wait()
}

// Stats tells what has happened so far.
func (a *Air) Stats() AirStats {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.stats
}

// SetLoss changes AirConfig.Loss.
func (a *Air) SetLoss(p float64) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.cfg.Loss = p
}

// broadcastAddress is everyone's.
const broadcastAddress = 0xFFFF

// unknown64 and unknown16 stand in for an address that is not known.
const (
	unknown64 = 1<<64 - 1
	unknown16 = 0xFFFE
)

// A packet is on its way from a station to another, or to all.
type packet struct {
	from      *station
	to        uint64 // 64-bit address, broadcastAddress, or unknown64
	to16      uint16
	explicit  []byte // endpoints, cluster and profile, 6 octets; nil if the sender named none
	data      []byte
	submitted time.Time
	occupies  int // octets of the sender's serial buffer

	// settled is told what became of it: a transmit status, the address that was used, and how often it was repeated.
	settled func(status byte, used uint16, repeated int)
}

func (p *packet) broadcast() bool { return p.to == broadcastAddress }

var errFull = errors.New("xbee: the module has no free buffer")

// submit queues a packet for the air. The air is locked.
func (a *Air) submit(p *packet) error {
	s := p.from
	if len(s.queue) >= s.buffers {
		return errFull
	}
	p.submitted = time.Now()
	s.queue = append(s.queue, p)
	if len(s.queue) == 1 {
		a.senders = append(a.senders, s)
	}
	if a.current == nil && len(a.senders) == 1 && len(s.queue) == 1 {
		a.plan(p.submitted, a.next)
	}
	return nil
}

// next sends the next packet. Who has waited longest begins; the channel is one packet's at a time.
func (a *Air) next() {
	if a.current != nil || len(a.senders) == 0 {
		return
	}
	s := a.senders[0]
	a.senders = a.senders[1:]
	a.current = s
	p := s.queue[0]
	// The channel became free when it should have, not when we got to know: so we lose no time in bookkeeping.
	begin := a.free
	if begin.Before(p.submitted) {
		begin = p.submitted
	}
	o := a.transmit(p)
	a.free = begin.Add(o.busy)
	a.stats.Busy += o.busy
	a.plan(a.free, func() {
		a.current = nil
		s.queue = s.queue[1:]
		if len(s.queue) > 0 {
			a.senders = append(a.senders, s)
		}
		s.host.sent()
		a.settle(p, o)
		a.next()
	})
}

// settle delivers a packet to those that it has reached, and tells its sender.
func (a *Air) settle(p *packet, o outcome) {
	at := a.free.Add(a.cfg.Latency)
	for _, to := range o.reached {
		a.plan(at, func() {
			switch {
			case !to.on:
			case to.host.receive(p):
				a.stats.Delivered++
			default:
				a.stats.Overruns++
			}
		})
	}
	if p.settled != nil {
		a.plan(at.Add(o.searched), func() { p.settled(o.status, o.used, o.repeated) })
	}
}
