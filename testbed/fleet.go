package testbed

import (
	"context"
	"errors"
	"fmt"
	"net"
	"sync"
	"sync/atomic"
	"time"

	"mqttsn-gateway/mqttsn"
	"mqttsn-gateway/mqttsn/client"
)

// FleetConfig says what sensors there are and what they do. Only Dial must be given.
type FleetConfig struct {
	// Dial opens the way from one sensor to the gateway: see DialUDP.
	Dial func(context.Context) (client.Transport, error)

	Count  int           // sensors; 10 if 0
	Kinds  []Kind        // which come in turn; all of them if empty
	Period time.Duration // between the readings of a sensor; 5 s if 0
	QoS    mqttsn.QoS    // of the readings: 0, 1 or 2
	Sleep  bool          // whether the sensors sleep between their readings
	Seed   uint64

	// Prefix begins all topics, PREFIX/temperature/1, and client ids, PREFIX-1. It is "testbed" if empty.
	Prefix string

	// RetryInterval and Retries are those of a client.Config.
	RetryInterval time.Duration
	Retries       int
}

// DialUDP dials a gateway at a UDP address, "host:port", each time from another port.
func DialUDP(address string) func(context.Context) (client.Transport, error) {
	return func(ctx context.Context) (client.Transport, error) {
		var d net.Dialer
		return d.DialContext(ctx, "udp", address)
	}
}

// A Fleet is a number of simulated sensors that publish readings to one gateway.
type Fleet struct {
	cfg     FleetConfig
	devices []*device
	counts  counters
}

// Stats is what a fleet has done so far.
type Stats struct {
	Connected    int    // sensors that have a session at present, awake or asleep
	Connects     uint64 // sessions begun; more than Connected if sensors had to begin anew
	Sent         uint64 // readings handed to the gateway, whatever became of them
	Acknowledged uint64 // readings of QoS 1 and 2 that the gateway has told to have
	Errors       uint64 // connections and readings that failed
	LastError    error  // the last of these, nil if there was none
}

type counters struct {
	connected                            atomic.Int64
	connects, sent, acknowledged, errors atomic.Uint64
	lastError                            atomic.Pointer[error]
}

func (c *counters) failed(err error) {
	c.errors.Add(1)
	c.lastError.Store(&err)
}

// NewFleet makes a fleet that has not started yet.
func NewFleet(cfg FleetConfig) (*Fleet, error) {
	if cfg.Count == 0 {
		cfg.Count = 10
	}
	if len(cfg.Kinds) == 0 {
		cfg.Kinds = Kinds()
	}
	if cfg.Period == 0 {
		cfg.Period = 5 * time.Second
	}
	if cfg.Prefix == "" {
		cfg.Prefix = "testbed"
	}
	switch {
	case cfg.Dial == nil:
		return nil, errors.New("testbed: a fleet needs a way to its gateway")
	case cfg.Count < 0 || cfg.Period < 0:
		return nil, errors.New("testbed: count and period of a fleet must not be negative")
	case cfg.QoS < mqttsn.QoS0 || cfg.QoS > mqttsn.QoS2:
		return nil, fmt.Errorf("testbed: readings have QoS 0, 1 or 2, not %d", cfg.QoS)
	}
	f := &Fleet{cfg: cfg}
	for i := range cfg.Count {
		f.devices = append(f.devices, newDevice(f, NewSensor(cfg.Kinds[i%len(cfg.Kinds)], i+1, cfg.Seed)))
	}
	return f, nil
}

// Run lets the sensors live until ctx ends, and returns when they have said goodbye. It may be called once.
func (f *Fleet) Run(ctx context.Context) {
	var wait sync.WaitGroup
	for _, d := range f.devices {
		wait.Go(func() { d.run(ctx) })
	}
	wait.Wait()
}

// Stats may be called at any time, by any goroutine.
func (f *Fleet) Stats() Stats {
	s := Stats{
		Connected:    int(f.counts.connected.Load()),
		Connects:     f.counts.connects.Load(),
		Sent:         f.counts.sent.Load(),
		Acknowledged: f.counts.acknowledged.Load(),
		Errors:       f.counts.errors.Load(),
	}
	if err := f.counts.lastError.Load(); err != nil {
		s.LastError = *err
	}
	return s
}
