package testbed

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"net/netip"
	"sync"
	"syscall"
	"time"
)

// LossyConfig says where a Lossy stands and what it does.
type LossyConfig struct {
	Listen  string // UDP address at which devices take it for the gateway; port 0 is a free one
	Gateway string // UDP address of the real one
	Seed    uint64

	// Up is done to what devices send, Down to what the gateway does.
	Up, Down Faults
}

// A Lossy is a bad network in one process: it stands between devices and their gateway, and does to their datagrams what
// it was told. To the gateway each device has a port of its own.
type Lossy struct {
	cfg     LossyConfig
	conn    *net.UDPConn
	gateway *net.UDPAddr

	line    *delayLine
	running sync.WaitGroup

	mu       sync.Mutex // guards what follows
	devices  map[netip.AddrPort]*lossyDevice
	lastTidy time.Time
	up, down *rand.Rand
	stats    LossyStats
}

// LossyStats is what a Lossy has done so far, in datagrams of both directions.
type LossyStats struct {
	Devices    int
	Forwarded  uint64 // copies sent on, sooner or later
	Lost       uint64 // on purpose
	Duplicated uint64
	Overflow   uint64 // lost because there were too many devices, too many datagrams on their way, or they were too long
}

// A lossyDevice is a device as the gateway sees it.
type lossyDevice struct {
	addr  netip.AddrPort
	conn  *net.UDPConn // to the gateway
	heard time.Time    // last sign of life
}

const (
	maxLossyDevices = 10_000
	maxSilence      = 24 * time.Hour // then a device is forgotten; sleepers are silent for up to 18 hours
	tidyEvery       = time.Minute
	maxDatagram     = 8 << 10 // octets; longer ones are not forwarded
)

// ListenLossy makes a Lossy, which listens and does not forward yet.
func ListenLossy(cfg LossyConfig) (*Lossy, error) {
	if err := cmp.Or(cfg.Up.check(), cfg.Down.check()); err != nil {
		return nil, err
	}
	gateway, err := net.ResolveUDPAddr("udp", cfg.Gateway)
	if err != nil {
		return nil, fmt.Errorf("the gateway's address: %w", err)
	}
	listen, err := net.ResolveUDPAddr("udp", cfg.Listen)
	if err != nil {
		return nil, fmt.Errorf("the address to listen at: %w", err)
	}
	conn, err := net.ListenUDP("udp", listen)
	if err != nil {
		return nil, err
	}
	return &Lossy{
		cfg:     cfg,
		conn:    conn,
		gateway: gateway,
		line:    newDelayLine(),
		devices: make(map[netip.AddrPort]*lossyDevice),
		up:      rand.New(rand.NewPCG(cfg.Seed, 1)),
		down:    rand.New(rand.NewPCG(cfg.Seed, 2)),
	}, nil
}

// Addr is where devices find it.
func (l *Lossy) Addr() netip.AddrPort { return l.conn.LocalAddr().(*net.UDPAddr).AddrPort() }

// Stats may be called at any time, by any goroutine.
func (l *Lossy) Stats() LossyStats {
	l.mu.Lock()
	defer l.mu.Unlock()
	s := l.stats
	s.Devices = len(l.devices)
	return s
}

// Run forwards until ctx ends, which closes the Lossy. Copies that are on their way then are lost. It may be called once.
func (l *Lossy) Run(ctx context.Context) error {
	inner, cancel := context.WithCancel(ctx)
	defer cancel()
	l.running.Go(func() {
		l.line.run(inner)
		l.conn.Close()
	})
	err := l.readDevices()
	cancel()
	l.mu.Lock()
	for _, d := range l.devices {
		d.conn.Close() // ends its reader
	}
	l.mu.Unlock()
	l.running.Wait()
	if ctx.Err() != nil {
		return nil
	}
	return err
}

// readDevices takes what devices send, until the socket is closed.
func (l *Lossy) readDevices() error {
	buf := make([]byte, maxDatagram+1)
	for {
		n, from, err := l.conn.ReadFromUDPAddrPort(buf)
		if err != nil {
			return err
		}
		if d := l.device(from); d != nil {
			l.pass(l.cfg.Up, l.up, buf[:n], func(b []byte) { _, _ = d.conn.Write(b) })
		}
	}
}

// readGateway takes what the gateway sends to a device, until the socket is closed. That nobody listens at the gateway's
// port is nothing to us.
func (l *Lossy) readGateway(d *lossyDevice) {
	buf := make([]byte, maxDatagram+1)
	for {
		n, err := d.conn.Read(buf)
		switch {
		case err == nil:
			l.pass(l.cfg.Down, l.down, buf[:n], func(b []byte) { _, _ = l.conn.WriteToUDPAddrPort(b, d.addr) })
		case !errors.Is(err, syscall.ECONNREFUSED):
			return
		}
	}
}

// pass lets a datagram meet its fate.
func (l *Lossy) pass(f Faults, r *rand.Rand, datagram []byte, deliver func([]byte)) {
	l.mu.Lock()
	defer l.mu.Unlock()
	delays := f.copies(r)
	switch {
	case len(datagram) > maxDatagram:
		l.stats.Overflow++
		return
	case len(delays) == 0:
		l.stats.Lost++
		return
	}
	l.stats.Duplicated += uint64(len(delays) - 1)
	b := bytes.Clone(datagram)
	for _, delay := range delays {
		if l.line.post(delay, func() { deliver(b) }) {
			l.stats.Forwarded++
		} else {
			l.stats.Overflow++
		}
	}
}

// device finds the device with an address, or makes it. It returns nil if there are too many.
func (l *Lossy) device(from netip.AddrPort) *lossyDevice {
	l.mu.Lock()
	defer l.mu.Unlock()
	now := time.Now()
	if d := l.devices[from]; d != nil {
		d.heard = now
		return d
	}
	if now.Sub(l.lastTidy) > tidyEvery {
		l.tidy(now)
	}
	if len(l.devices) >= maxLossyDevices {
		l.stats.Overflow++
		return nil
	}
	conn, err := net.DialUDP("udp", nil, l.gateway)
	if err != nil {
		l.stats.Overflow++ // no more sockets
		return nil
	}
	d := &lossyDevice{addr: from, conn: conn, heard: now}
	l.devices[from] = d
	l.running.Go(func() { l.readGateway(d) })
	return d
}

// tidy forgets devices that have been silent for long.
func (l *Lossy) tidy(now time.Time) {
	l.lastTidy = now
	for from, d := range l.devices {
		if now.Sub(d.heard) > maxSilence {
			d.conn.Close()
			delete(l.devices, from)
		}
	}
}
