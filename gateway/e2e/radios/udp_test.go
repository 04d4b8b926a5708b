package radios

import (
	"context"
	"fmt"
	"net"
	"net/netip"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"mqttsn-gateway/gateway/e2e/programs"
	"mqttsn-gateway/mqttsn"
	"mqttsn-gateway/mqttsn/client"
)

// multicast is what a link in a group of the loopback interface has in its configuration.
func multicast(group netip.AddrPort) string {
	return fmt.Sprintf(`multicast: [{group: "%v", interface: lo}], advertise: 1s, gateway_id: 7`, group)
}

func udpLink(addr, more string) string {
	return fmt.Sprintf(`{name: udp-%s, type: udp, listen: %q, %s, %s}`, addr[len(addr)-5:], addr, more, common)
}

// groupAt is the group at the port of an address.
func groupAt(addr string) netip.AddrPort {
	return netip.AddrPortFrom(netip.MustParseAddr("239.255.18.84"), netip.MustParseAddrPort(addr).Port())
}

// listenToGroup opens a socket that hears a group.
func listenToGroup(t testing.TB, group netip.AddrPort) *net.UDPConn {
	t.Helper()
	lo, err := net.InterfaceByName("lo")
	require.NoError(t, err)
	conn, err := net.ListenMulticastUDP("udp4", lo, net.UDPAddrFromAddrPort(group))
	require.NoError(t, err)
	t.Cleanup(func() { conn.Close() })
	return conn
}

// search looks for the gateway in its group, as a device does that knows no address.
func search(t testing.TB, group netip.AddrPort) (id uint8, found net.Addr) {
	t.Helper()
	conn, err := net.ListenPacket("udp4", "127.0.0.1:0")
	require.NoError(t, err)
	defer conn.Close()
	ctx, cancel := context.WithTimeout(t.Context(), programs.Patience)
	defer cancel()
	id, found, err = client.Search(ctx, conn, net.UDPAddrFromAddrPort(group), client.DiscoveryConfig{SearchDelay: 20 * time.Millisecond})
	require.NoError(t, err)
	return id, found
}

func TestMulticastDiscovery(t *testing.T) {
	t.Parallel()
	addr, group := programs.FreeAddr(t), groupAt(programs.FreeAddr(t))
	heard := listenToGroup(t, group)
	startGateway(t, udpLink(addr, multicast(group)))

	id, found := search(t, group)
	require.EqualValues(t, 7, id)
	require.Equal(t, addr, found.String())

	b := make([]byte, 100)
	for {
		require.NoError(t, heard.SetReadDeadline(time.Now().Add(programs.Patience)))
		n, from, err := heard.ReadFromUDPAddrPort(b)
		require.NoError(t, err, "no ADVERTISE")
		var ad mqttsn.Advertise
		typ, body, err := mqttsn.Split(b[:n])
		require.NoError(t, err)
		if typ != mqttsn.TypeAdvertise {
			continue // our SEARCHGW
		}
		require.NoError(t, ad.Parse(body))
		require.Equal(t, mqttsn.Advertise{GwID: 7, Duration: 1}, ad)
		require.Equal(t, netip.MustParseAddrPort(addr), from)
		return
	}
}

// Several links of a kind are links of their own: with their own gateway id, predefined topics, and timers.
func TestSeveralLinks(t *testing.T) {
	t.Parallel()
	one, two := programs.FreeAddr(t), programs.FreeAddr(t)
	g := startGateway(t,
		udpLink(one, `gateway_id: 1, predefined: {1: one/th}`),
		udpLink(two, `gateway_id: 2, predefined: {1: two/th}`))
	hub := newApp(t, g, "#")
	for _, l := range []struct{ addr, topic string }{{one, "one/th"}, {two, "two/th"}} {
		conn, err := net.Dial("udp", l.addr)
		require.NoError(t, err)
		d := newDevice(t, conn, client.Config{ClientID: "th-" + l.topic[:3]}).connect()
		require.NoError(t, d.Publish(d.ctx, client.Message{Topic: client.Predefined(1), QoS: mqttsn.QoS1, Payload: []byte("21.5")}))
		hub.want(l.topic, "21.5", 1)
	}
}
