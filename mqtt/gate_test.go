package mqtt

import (
	"context"
	"errors"
	"io"
	"net"
	"net/netip"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// knock connects from a loopback address, and reports whether it was let in: echo answers then.
func knock(t *testing.T, l *Listener, from string) (nc net.Conn, in bool) {
	t.Helper()
	d := net.Dialer{LocalAddr: &net.TCPAddr{IP: net.ParseIP(from)}}
	nc, err := d.Dial("tcp", l.Addr().String())
	if errors.Is(err, syscall.ECONNRESET) { // refused before it knew that it was connected
		return nil, false
	}
	require.NoError(t, err)
	t.Cleanup(func() { nc.Close() })
	require.NoError(t, nc.SetDeadline(time.Now().Add(20*time.Second)))
	if _, err := nc.Write(unhex(hello[V311])); err != nil {
		return nc, false
	}
	_, err = io.ReadFull(nc, make([]byte, 4))
	return nc, err == nil
}

func TestConnectionLimits(t *testing.T) {
	left := make(chan struct{}, 10)
	l := listen(t, ListenConfig{Limits: Limits{Conns: 4, ConnsPerHost: 2}}, func(c *Conn) {
		echo(c)
		left <- struct{}{}
	})
	var guests []net.Conn
	for _, tt := range []struct {
		from string
		in   bool
	}{
		{"127.0.0.1", true}, {"127.0.0.1", true}, {"127.0.0.1", false},
		{"127.0.0.2", true}, {"127.0.0.3", true}, {"127.0.0.4", false},
	} {
		nc, in := knock(t, l, tt.from)
		require.Equal(t, tt.in, in, tt.from)
		if in {
			guests = append(guests, nc)
		}
	}
	require.Equal(t, ListenerStats{Accepted: 4, Refused: 2, Open: 4}, l.Stats())
	guests[0].Close()
	<-left
	_, in := knock(t, l, "127.0.0.1")
	require.True(t, in, "there is room again")
	for _, nc := range guests[1:] {
		nc.Close()
		<-left
	}
	require.Equal(t, 1, l.Stats().Open)
	l.gate.mu.Lock()
	defer l.gate.mu.Unlock()
	require.Len(t, l.gate.open, 1, "hosts without connections are forgotten")
}

// Many connections from one host, whatever their rate, keep nobody else out.
func TestRatePerHost(t *testing.T) {
	l := listen(t, ListenConfig{Limits: Limits{RatePerHost: 5}}, echo)
	refused := 0
	for range 200 {
		if _, in := knock(t, l, "127.0.0.1"); !in {
			refused++
		}
	}
	_, in := knock(t, l, "127.0.0.2")
	require.True(t, in)
	require.Positive(t, refused)
	require.EqualValues(t, refused, l.Stats().Refused)
}

// A flood of connections and half-open ones does not keep a client from another host waiting.
func TestFlood(t *testing.T) {
	if testing.Short() {
		t.Skip("takes a second")
	}
	l := listen(t, ListenConfig{Limits: Limits{Conns: 1000, ConnsPerHost: 100, RatePerHost: 200}}, echo)
	ctx, stop := context.WithTimeout(t.Context(), time.Second)
	defer stop()
	var flood sync.WaitGroup
	var tried atomic.Int64
	for range 8 {
		flood.Go(func() {
			for ctx.Err() == nil {
				nc, err := net.Dial("tcp", l.Addr().String())
				if tried.Add(1); err == nil {
					defer nc.Close() // when the flood is over
				}
			}
		})
	}
	served, slowest := 0, time.Duration(0)
	for ctx.Err() == nil && served < 150 {
		start := time.Now()
		nc, in := knock(t, l, "127.0.0.2")
		require.True(t, in)
		nc.Close()
		served++
		slowest = max(slowest, time.Since(start))
	}
	stop()
	flood.Wait()
	t.Logf("%d connections were tried, %d clients served meanwhile, the slowest in %v", tried.Load(), served, slowest)
	require.Less(t, slowest, time.Second)
}

func TestRatePerHostWindow(t *testing.T) {
	g := newGate(nil, Limits{RatePerHost: 2})
	host, start := netip.MustParsePrefix("192.0.2.1/32"), time.Now()
	for _, tt := range []struct {
		after time.Duration
		in    bool
	}{
		{0, true}, {0, true}, {999 * time.Millisecond, false}, {time.Second, true}, {time.Second, true}, {time.Second, false},
		{2 * time.Second, true},
	} {
		require.Equal(t, tt.in, g.enter(host, start.Add(tt.after)), tt.after)
	}
}

func TestPace(t *testing.T) {
	g := newGate(nil, Limits{Rate: 100})
	now := time.Now()
	for range 100 {
		require.LessOrEqual(t, g.pace(now), time.Duration(0), "the burst")
	}
	for i := range 5 {
		require.Equal(t, time.Duration(i)*10*time.Millisecond, g.pace(now))
	}
	require.Equal(t, time.Duration(0), max(0, g.pace(now.Add(time.Second))))
	require.Zero(t, newGate(nil, Limits{}).pace(now))
}

// The connections of a network are one host's: in IPv6 everybody has 2^64 addresses.
func TestHostOf(t *testing.T) {
	require.Equal(t, "192.0.2.1/32", hostOf(netip.MustParseAddr("192.0.2.1")).String())
	require.Equal(t, "192.0.2.1/32", hostOf(netip.MustParseAddr("::ffff:192.0.2.1")).String())
	require.Equal(t, "2001:db8:0:1::/64", hostOf(netip.MustParseAddr("2001:db8:0:1:2:3:4:5")).String())
}

func BenchmarkConnect(b *testing.B) {
	l := listen(b, ListenConfig{}, echo)
	for b.Loop() {
		nc, err := net.Dial("tcp", l.Addr().String())
		if err != nil {
			b.Fatal(err)
		}
		nc.(*net.TCPConn).SetLinger(0)
		nc.Write(unhex(hello[V311]))
		if _, err := io.ReadFull(nc, make([]byte, 4)); err != nil {
			b.Fatal(err)
		}
		nc.Close()
	}
}
