package main

import (
	"context"
	"errors"
	"net"
	"net/netip"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestAddressFamilies(t *testing.T) {
	probe, err := net.ListenPacket("udp", "[::1]:0")
	if err != nil {
		t.Skip("this machine has no IPv6: ", err)
	}
	require.NoError(t, probe.Close())
	g := startGatewayAt(t, "[::1]:0")
	code, _, stderr := g.run(t, "pub --short t1 -m x -q 1 -6")
	require.Zero(t, code, stderr)
	code, _, stderr = g.run(t, "pub --short t1 -m x -q 1 -4")
	require.Equal(t, exitFailed, code)
	require.Equal(t, "mqttsn: ::1 has no address for IPv4\n", stderr)

}

func TestUnknownHost(t *testing.T) {
	code, _, stderr := command(t, "ping -h no..where") // no name at all, so that nobody is asked for it
	require.Equal(t, exitFailed, code)
	require.Equal(t, "mqttsn: unknown host no..where\n", stderr)
}

// Of a host with several addresses, the first will do at which somebody listens.
func TestDialEach(t *testing.T) {
	there := startGateway(t).conn.LocalAddr().(*net.UDPAddr).AddrPort()
	gone := netip.AddrPortFrom(netip.MustParseAddr("127.0.0.77"), there.Port())
	ask := func(ctx context.Context, w *wire) error {
		if _, err := w.Write([]byte{3, 1, 0}); err != nil {
			return err
		}
		if _, err := w.Read(make([]byte, 10)); err != nil {
			return errors.New("the attempt's own error")
		}
		defer w.Close()
		require.Equal(t, net.UDPAddrFromAddrPort(there).String(), w.RemoteAddr().String())
		return nil
	}
	require.NoError(t, dialEach(t.Context(), []netip.AddrPort{gone, there}, dialUDP, trace{}, ask))
	require.ErrorIs(t, dialEach(t.Context(), []netip.AddrPort{gone, gone}, dialUDP, trace{}, ask), syscall.ECONNREFUSED)
}

// A datagram that the network does not take is not forgotten.
func TestWriteError(t *testing.T) {
	conn, err := net.DialUDP("udp", nil, net.UDPAddrFromAddrPort(netip.MustParseAddrPort("127.0.0.1:9")))
	require.NoError(t, err)
	var failed error
	w := &wire{Conn: conn, failed: func(err error) { failed = err }}
	defer w.Close()
	require.NoError(t, w.writeError())
	_, err = w.Write(make([]byte, maxDatagram+1))
	require.ErrorIs(t, err, syscall.EMSGSIZE)
	require.ErrorIs(t, failed, syscall.EMSGSIZE)
	require.ErrorIs(t, w.writeError(), syscall.EMSGSIZE)
	require.NoError(t, w.writeError(), "once")
}
