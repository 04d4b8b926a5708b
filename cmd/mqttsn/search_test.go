package main

import (
	"net/netip"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"mqttsn-gateway/mqttsn"
	v2 "mqttsn-gateway/mqttsn/v2"
	"mqttsn-gateway/radio"
)

func TestSearchHost(t *testing.T) {
	g := startGateway(t)
	host, port, _ := strings.Cut(g.conn.LocalAddr().String(), ":")
	code, stdout, stderr := command(t, "search --radius 2 -h "+host+" -p "+port)
	require.Zero(t, code, stderr)
	require.Equal(t, "gateway 5 at "+g.conn.LocalAddr().String()+"\n", stdout)
	require.Equal(t, []string{"SEARCHGW radius=2"}, g.take())

	g.say(mqttsn.TypeSearchGw, saying())
	code, stdout, stderr = command(t, "search -W 1 -h "+host+" -p "+port)
	require.Equal(t, exitFailed, code)
	require.Empty(t, stdout)
	require.Equal(t, "mqttsn: no gateway answers at "+g.conn.LocalAddr().String()+"\n", stderr)
}

// A gateway on the group answers the one who asks, another advertises itself to everyone.
func TestSearchGroup(t *testing.T) {
	group := netip.MustParseAddrPort("239.77.18.84:17720")
	g, err := radio.ListenUDP(radio.UDPConfig{
		Listen: "127.0.0.1:0",
		Groups: []radio.MulticastGroup{{Addr: group, Interface: "lo"}},
	})
	require.NoError(t, err)
	done := make(chan struct{})
	go func() {
		defer close(done)
		p := []radio.Packet{{Data: make([]byte, 100)}}
		for {
			p[0].Data = p[0].Data[:100]
			if _, err := g.ReadBatch(p); err != nil {
				return
			}
			_, _ = g.WriteBatch([]radio.Packet{{Peer: p[0].Peer, Data: mqttsn.GwInfo{GwID: 5}.Append(nil)}})
			_ = g.Broadcast(mqttsn.Advertise{GwID: 6, Duration: 900}.Append(nil), 1)
		}
	}()
	defer func() {
		g.Close()
		<-done
	}()
	code, stdout, stderr := command(t, "search -d -h 239.77.18.84 -p 17720 --interface lo -C 2")
	require.Zero(t, code, stderr)
	require.Contains(t, stdout, "gateway 5 at "+g.LocalAddr().String()+"\n")
	require.Contains(t, stdout, "gateway 6 at "+g.LocalAddr().String()+", which says so every 15m0s\n")
	require.Contains(t, stderr, " > SEARCHGW radius=1\n")
	require.Contains(t, stderr, " < GWINFO gwid=5\n")

	code, _, stderr = command(t, "search -h 239.77.18.84 --interface nosuch0")
	require.Equal(t, exitFailed, code)
	require.Contains(t, stderr, "nosuch0")
}

func TestGatewayLine(t *testing.T) {
	from := netip.MustParseAddrPort("192.0.2.7:1884")
	for hex, want := range map[string]string{
		"05 00 01 03 84":             "gateway 1 at 192.0.2.7:1884, which says so every 15m0s",
		"03 02 01":                   "gateway 1 at 192.0.2.7:1884",
		"09 02 01 C0 A8 01 0A 27 10": "gateway 1 at c0a8010a2710 (hex), says the device at 192.0.2.7:1884",
		"03 01 00":                   "",
		"03":                         "",
	} {
		b, err := parseHex(hex)
		require.NoError(t, err)
		require.Equal(t, want, versionFlag(v2.V12).gatewayLine(b, from), hex)
	}
}

func TestReachesMany(t *testing.T) {
	for ip, want := range map[string]bool{
		"255.255.255.255": true, "239.255.18.84": true, "ff02::1": true,
		"127.255.255.255": true, // of the loopback interface
		"127.0.0.1":       false, "::1": false, "198.51.100.255": false,
	} {
		require.Equal(t, want, reachesMany(netip.MustParseAddr(ip)), ip)
	}
	for network, want := range map[string]string{
		"192.168.1.7/24": "192.168.1.255", "10.1.2.3/8": "10.255.255.255", "172.16.5.4/20": "172.16.15.255",
		"192.168.1.7/31": "invalid IP", "192.168.1.7/32": "invalid IP", "2001:db8::1/64": "invalid IP",
	} {
		require.Equal(t, want, lastOf(netip.MustParsePrefix(network)).String(), network)
	}
}
