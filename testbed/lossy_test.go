package testbed

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// An echo is a gateway that says everything back.
func startEcho(t *testing.T) *net.UDPConn {
	conn, err := net.ListenUDP("udp", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)})
	require.NoError(t, err)
	done := make(chan struct{})
	go func() {
		defer close(done)
		buf := make([]byte, 2*maxDatagram)
		for {
			n, from, err := conn.ReadFromUDPAddrPort(buf)
			if err != nil {
				return
			}
			_, _ = conn.WriteToUDPAddrPort(buf[:n], from)
		}
	}()
	t.Cleanup(func() {
		conn.Close()
		<-done
	})
	return conn
}

// startLossy runs a Lossy in front of an echo, and returns a way to it.
func startLossy(t *testing.T, cfg LossyConfig) (*Lossy, func() *net.UDPConn) {
	cfg.Listen, cfg.Gateway = "127.0.0.1:0", startEcho(t).LocalAddr().String()
	l, err := ListenLossy(cfg)
	require.NoError(t, err)
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error)
	go func() { done <- l.Run(ctx) }()
	t.Cleanup(func() {
		cancel()
		require.NoError(t, <-done)
	})
	return l, func() *net.UDPConn {
		conn, err := net.DialUDP("udp", nil, net.UDPAddrFromAddrPort(l.Addr()))
		require.NoError(t, err)
		require.NoError(t, conn.SetDeadline(time.Now().Add(10*time.Second)))
		t.Cleanup(func() { conn.Close() })
		return conn
	}
}

func send(t *testing.T, conn *net.UDPConn, s string) {
	_, err := conn.Write([]byte(s))
	require.NoError(t, err)
}

func receive(t *testing.T, conn *net.UDPConn) string {
	buf := make([]byte, 2*maxDatagram)
	n, err := conn.Read(buf)
	require.NoError(t, err)
	return string(buf[:n])
}

func TestLossyWithoutFaults(t *testing.T) {
	l, dial := startLossy(t, LossyConfig{})
	a, b := dial(), dial()
	for i := range 100 {
		send(t, a, fmt.Sprint("a", i))
		send(t, b, fmt.Sprint("b", i))
	}
	for i := range 100 {
		require.Equal(t, fmt.Sprint("a", i), receive(t, a))
		require.Equal(t, fmt.Sprint("b", i), receive(t, b))
	}
	require.Equal(t, LossyStats{Devices: 2, Forwarded: 400}, l.Stats())

	send(t, a, string(make([]byte, maxDatagram+1)))
	send(t, a, "last")
	require.Equal(t, "last", receive(t, a))
	require.Equal(t, LossyStats{Devices: 2, Forwarded: 402, Overflow: 1}, l.Stats())
}

// The seed decides which datagrams arrive, and how often.
func TestLossyKeepsToItsSeed(t *testing.T) {
	const seed, n = 5, 200
	up := Faults{Loss: 0.3, Duplicate: 0.2}
	l, dial := startLossy(t, LossyConfig{Seed: seed, Up: up})
	conn := dial()

	var want []string
	var lost, duplicated uint64
	r := rand.New(rand.NewPCG(seed, 1))
	for i := range n {
		copies := up.copies(r)
		if len(copies) == 0 {
			lost++
		} else {
			duplicated += uint64(len(copies) - 1)
		}
		for range copies {
			want = append(want, fmt.Sprint(i))
		}
	}
	for i := range n {
		send(t, conn, fmt.Sprint(i))
	}
	for _, w := range want {
		require.Equal(t, w, receive(t, conn))
	}
	require.Equal(t, LossyStats{Devices: 1, Forwarded: 2 * uint64(len(want)), Lost: lost, Duplicated: duplicated}, l.Stats())
}

// What is held back is overtaken.
func TestLossyReorders(t *testing.T) {
	_, dial := startLossy(t, LossyConfig{Seed: 1, Down: Faults{Reorder: 0.5}})
	conn := dial()
	var want, held []string
	r := rand.New(rand.NewPCG(1, 2))
	for i := range 20 {
		send(t, conn, fmt.Sprint(i))
		if (Faults{Reorder: 0.5}).copies(r)[0] > 0 {
			held = append(held, fmt.Sprint(i))
		} else {
			want = append(want, fmt.Sprint(i))
		}
	}
	require.NotEmpty(t, held)
	for _, w := range append(want, held...) {
		require.Equal(t, w, receive(t, conn))
	}
}

func TestLossyLatency(t *testing.T) {
	_, dial := startLossy(t, LossyConfig{Up: Faults{Latency: 30 * time.Millisecond}, Down: Faults{Latency: 20 * time.Millisecond}})
	conn := dial()
	start := time.Now()
	send(t, conn, "x")
	require.Equal(t, "x", receive(t, conn))
	require.GreaterOrEqual(t, time.Since(start), 50*time.Millisecond)
}

func TestLossyForgets(t *testing.T) {
	l, dial := startLossy(t, LossyConfig{})
	conn := dial()
	send(t, conn, "x")
	receive(t, conn)
	tidy := func(silence time.Duration) int {
		l.mu.Lock()
		defer l.mu.Unlock()
		for _, d := range l.devices {
			l.tidy(d.heard.Add(silence))
		}
		return len(l.devices)
	}
	require.Equal(t, 1, tidy(maxSilence))
	require.Equal(t, 0, tidy(maxSilence+1))
	send(t, conn, "y")
	require.Equal(t, "y", receive(t, conn))
}

func TestListenLossy(t *testing.T) {
	for _, bad := range []LossyConfig{
		{Listen: "127.0.0.1:0", Gateway: "no port"},
		{Listen: "no port", Gateway: "127.0.0.1:1884"},
		{Listen: "203.0.113.1:0", Gateway: "127.0.0.1:1884"},
		{Listen: "127.0.0.1:0", Gateway: "127.0.0.1:1884", Up: Faults{Loss: 2}},
	} {
		_, err := ListenLossy(bad)
		require.Error(t, err)
	}
}
