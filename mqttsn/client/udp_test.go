package client_test

import (
	"net"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"mqttsn-gateway/mqttsn"
	"mqttsn-gateway/mqttsn/client"
)

// listenUDP runs a fakeGateway behind a real socket, for whichever client spoke last.
func listenUDP() (gateway *runningGateway[*fakeGateway], address string, stop func()) {
	return listenFor(new(fakeGateway))
}

func listenFor[G airGateway](g G) (gateway *runningGateway[G], address string, stop func()) {
	conn, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		panic(err)
	}
	gateway = runGateway(&lastPeer{PacketConn: conn}, g)
	return gateway, conn.LocalAddr().String(), func() {
		_ = conn.Close()
		<-gateway.done
	}
}

func serveUDP(t *testing.T) string {
	_, address, stop := listenUDP()
	t.Cleanup(stop)
	return address
}

// A lastPeer answers to where the last datagram came from.
type lastPeer struct {
	net.PacketConn
	peer atomic.Value // of net.Addr
}

func (l *lastPeer) Read(b []byte) (int, error) {
	n, from, err := l.ReadFrom(b)
	if err != nil {
		return 0, err
	}
	l.peer.Store(from)
	return n, nil
}

func (l *lastPeer) Write(b []byte) (int, error) {
	return l.WriteTo(b, l.peer.Load().(net.Addr))
}

func TestSearch(t *testing.T) {
	gateway, err := net.ResolveUDPAddr("udp", serveUDP(t))
	require.NoError(t, err)
	conn, err := net.ListenPacket("udp", "127.0.0.1:0")
	require.NoError(t, err)
	defer conn.Close()

	// A client that gives an address of another network is of no use.
	_, err = conn.WriteTo(mqttsn.GwInfo{GwID: 9, GwAdd: []byte{0x12, 0x34}}.Append(nil), conn.LocalAddr())
	require.NoError(t, err)

	id, addr, err := client.Search(t.Context(), conn, gateway, client.DiscoveryConfig{SearchDelay: time.Millisecond})
	require.NoError(t, err)
	require.Equal(t, uint8(7), id)
	require.Equal(t, gateway.String(), addr.String())
}
