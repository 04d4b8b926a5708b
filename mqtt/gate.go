package mqtt

import (
	"errors"
	"net"
	"net/netip"
	"sync"
	"time"
)

// Limits keep the clients of a listener from using up the machine. Zero is no limit. What is above a limit is closed at
// once, but for Rate, which lets it wait. A host is an IPv4 address, or the first 64 bits of an IPv6 address.
type Limits struct {
	Conns        int // open at the same time
	ConnsPerHost int
	Rate         int // accepted a second, evenly after a burst of one second's worth; more wait in the operating system
	RatePerHost  int // accepted in any one second
}

// ListenerStats are counts since the listener was opened, but for Open.
type ListenerStats struct {
	Accepted uint64
	Refused  uint64 // by Limits
	Open     int    // now
}

// gate is a TCP listener that lets in what its limits allow.
type gate struct {
	*net.TCPListener
	limits Limits
	closed chan struct{} // closed with the gate
	due    time.Time     // when limits.Rate allows the next connection; of the goroutine that accepts

	mu     sync.Mutex
	counts ListenerStats
	open   map[netip.Prefix]int // connections by host
	recent map[netip.Prefix]int // connections accepted in this second, by host; so both are bounded by the other limits
	second time.Time            // when it began
}

func newGate(l *net.TCPListener, limits Limits) *gate {
	return &gate{
		TCPListener: l,
		limits:      limits,
		closed:      make(chan struct{}),
		open:        make(map[netip.Prefix]int),
		recent:      make(map[netip.Prefix]int),
	}
}

// Close may be called more than once.
func (g *gate) Close() error {
	g.mu.Lock()
	defer g.mu.Unlock()
	select {
	case <-g.closed:
		return nil
	default:
		close(g.closed)
		return g.TCPListener.Close()
	}
}

// Accept waits for a connection that is let in. It fails only when the gate is closed, with net.ErrClosed.
func (g *gate) Accept() (net.Conn, error) {
	for {
		nc, err := g.AcceptTCP()
		switch {
		case errors.Is(err, net.ErrClosed):
			return nil, net.ErrClosed
		case err != nil: // out of file descriptors, say: that may pass
			g.sleep(50 * time.Millisecond)
			continue
		}
		host := hostOf(nc.RemoteAddr().(*net.TCPAddr).AddrPort().Addr())
		if !g.enter(host, time.Now()) {
			nc.SetLinger(0) // nothing of it shall remain
			nc.Close()
			continue
		}
		g.sleep(g.pace(time.Now()))
		return &guest{TCPConn: nc, leave: sync.OnceFunc(func() { g.leave(host) })}, nil
	}
}

// enter counts a connection in, or refuses it.
func (g *gate) enter(host netip.Prefix, now time.Time) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	if now.Sub(g.second) >= time.Second {
		clear(g.recent)
		g.second = now
	}
	if above(g.counts.Open, g.limits.Conns) || above(g.open[host], g.limits.ConnsPerHost) ||
		above(g.recent[host], g.limits.RatePerHost) {
		g.counts.Refused++
		return false
	}
	g.counts.Accepted++
	g.counts.Open++
	g.open[host]++
	g.recent[host]++
	return true
}

// above reports whether one more than n is above a limit.
func above(n, limit int) bool { return limit > 0 && n >= limit }

func (g *gate) leave(host netip.Prefix) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.counts.Open--
	if g.open[host]--; g.open[host] == 0 {
		delete(g.open, host)
	}
}

func (g *gate) stats() ListenerStats {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.counts
}

// pace returns how long a connection must wait for its turn.
func (g *gate) pace(now time.Time) time.Duration {
	if g.limits.Rate <= 0 {
		return 0
	}
	if burst := now.Add(-time.Second); g.due.Before(burst) {
		g.due = burst
	}
	wait := g.due.Sub(now)
	g.due = g.due.Add(time.Second / time.Duration(g.limits.Rate))
	return wait
}

// sleep ends early when the gate is closed.
func (g *gate) sleep(d time.Duration) {
	if d <= 0 {
		return
	}
	select {
	case <-time.After(d):
	case <-g.closed:
	}
}

// hostOf returns what Limits calls a host.
func hostOf(addr netip.Addr) netip.Prefix {
	addr = addr.Unmap()
	bits := 64
	if addr.Is4() {
		bits = 32
	}
	host, _ := addr.Prefix(bits) // fails only for more bits than the address has
	return host
}

// guest is a connection that was let in.
type guest struct {
	*net.TCPConn
	leave func()
}

func (c *guest) Close() error {
	c.leave()
	return c.TCPConn.Close()
}
