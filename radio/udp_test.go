package radio_test

import (
	"errors"
	"net"
	"net/netip"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"mqttsn-gateway/radio"
	"mqttsn-gateway/radio/radiotest"
)

func listen(t testing.TB, c radio.UDPConfig) *radio.UDP {
	t.Helper()
	u, err := radio.ListenUDP(c)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, u.Close()) })
	return u
}

// A device is a UDP socket with a link as its gateway.
type device struct {
	*net.UDPConn
	gateway netip.AddrPort
}

func (d device) Send(b []byte) error {
	_, err := d.WriteToUDPAddrPort(b, d.gateway)
	return err
}

func (d device) Receive(deadline time.Time) ([]byte, error) {
	if err := d.SetReadDeadline(deadline); err != nil {
		return nil, err
	}
	b := make([]byte, radio.MaxUDP)
	n, _, err := d.ReadFromUDPAddrPort(b)
	return b[:n], err
}

// newDevice opens a device on ip; its gateway is the link's port there.
func newDevice(t testing.TB, u *radio.UDP, ip string) device {
	t.Helper()
	to := netip.AddrPortFrom(netip.MustParseAddr(ip), u.LocalAddr().Port())
	c, err := net.ListenUDP("udp", net.UDPAddrFromAddrPort(netip.AddrPortFrom(to.Addr(), 0)))
	require.NoError(t, err)
	t.Cleanup(func() { c.Close() })
	return device{c, to}
}

func TestUDPPassesTheSuite(t *testing.T) {
	for _, c := range []struct{ name, listen, device string }{
		{"IPv4", "127.0.0.1:0", "127.0.0.1"},
		{"IPv6", "[::1]:0", "::1"},
		{"any IPv4", "0.0.0.0:0", "127.0.0.1"},
		{"dual-stack, IPv4 devices", ":0", "127.0.0.1"},
		{"dual-stack, IPv6 devices", ":0", "::1"},
	} {
		t.Run(c.name, func(t *testing.T) {
			radiotest.Run(t, func(t *testing.T) radiotest.Network {
				u := listen(t, radio.UDPConfig{Listen: c.listen})
				return radiotest.Network{
					Link: u, Stats: u.Stats, NoBroadcast: true,
					NewPeer: func(t *testing.T) radiotest.Endpoint { return newDevice(t, u, c.device) },
				}
			})
		})
	}
}

func TestOneDeviceHasOneNameOnEverySocket(t *testing.T) {
	for _, addr := range []string{"127.0.0.1:0", "0.0.0.0:0", ":0"} {
		u := listen(t, radio.UDPConfig{Listen: addr})
		d := newDevice(t, u, "127.0.0.1")
		require.NoError(t, d.Send([]byte("hello")))
		ps := []radio.Packet{{Data: make([]byte, 16)}}
		_, err := u.ReadBatch(ps)
		require.NoError(t, err)
		require.Equal(t, d.LocalAddr().String(), u.FormatPeer(ps[0].Peer), "listening on %s", addr)
	}
}

func TestUDPPeerRoundTrip(t *testing.T) {
	u := listen(t, radio.UDPConfig{Listen: "127.0.0.1:0"})
	seen := make(map[radio.Peer]string)
	for _, text := range []string{
		"192.0.2.7:1884", "192.0.2.7:1885", "[2001:db8::7]:1884", "[fe80::7]:1884", "[fe80::7%eth0]:1884", "[fe80::7%wlan0]:1884",
	} {
		p, err := u.ParsePeer(text)
		require.NoError(t, err, text)
		require.Equal(t, text, u.FormatPeer(p))
		require.Empty(t, seen[p], "%s has the peer of another", text)
		seen[p] = text
	}
	mapped, err := u.ParsePeer("[::ffff:192.0.2.7]:1884")
	require.NoError(t, err)
	require.Equal(t, "192.0.2.7:1884", u.FormatPeer(mapped))
	for _, text := range []string{"192.0.2.7", "192.0.2.7:0", "192.0.2.7:65536", "host:1884", "[fe80::7%eth0:1884"} {
		_, err := u.ParsePeer(text)
		require.Error(t, err, text)
	}
}

func TestAddressInUseIsTheSystemsError(t *testing.T) {
	u := listen(t, radio.UDPConfig{Listen: ":0", Groups: []radio.MulticastGroup{group("239.77.18.84:0")}})
	_, err := radio.ListenUDP(radio.UDPConfig{Listen: u.LocalAddr().String()})
	require.ErrorIs(t, err, syscall.EADDRINUSE)
}

func TestUDPConfigIsChecked(t *testing.T) {
	for name, c := range map[string]radio.UDPConfig{
		"no port":           {Listen: "127.0.0.1"},
		"bad host":          {Listen: "256.0.0.1:0"},
		"hop limit":         {Listen: "127.0.0.1:0", HopLimit: 256},
		"MTU":               {Listen: "127.0.0.1:0", MTU: radio.MaxUDP + 1},
		"group is unicast":  {Listen: "[::1]:0", Groups: []radio.MulticastGroup{group("[2001:db8::1]:1884")}},
		"group is nothing":  {Listen: "127.0.0.1:0", Groups: []radio.MulticastGroup{{}}},
		"no such interface": {Listen: ":0", Groups: []radio.MulticastGroup{{Addr: netip.MustParseAddrPort("239.1.1.1:0"), Interface: "none0"}}},
	} {
		t.Run(name, func(t *testing.T) {
			u, err := radio.ListenUDP(c)
			if err == nil {
				u.Close()
			}
			require.Error(t, err)
		})
	}
}

func TestAWriteErrorIsNotFatal(t *testing.T) {
	u := listen(t, radio.UDPConfig{Listen: "127.0.0.1:0"})
	d := newDevice(t, u, "127.0.0.1")
	// An IPv4 socket has no way to an IPv6 device; nobody listens on the closed device's port.
	v6, err := u.ParsePeer("[2001:db8::1]:1884")
	require.NoError(t, err)
	gone := newDevice(t, u, "127.0.0.1")
	gone.Close()
	closed := u.Peer(gone.LocalAddr().(*net.UDPAddr).AddrPort())
	alive := u.Peer(d.LocalAddr().(*net.UDPAddr).AddrPort())

	for range 3 {
		n, err := u.WriteBatch([]radio.Packet{{Peer: closed, Data: []byte("a")}, {Peer: v6, Data: []byte("b")}, {Peer: alive, Data: []byte("c")}})
		require.Equal(t, 3, n)
		require.Error(t, err)
		require.False(t, errors.Is(err, net.ErrClosed))
		got, err := d.Receive(time.Now().Add(radiotest.Wait))
		require.NoError(t, err)
		require.Equal(t, "c", string(got))
	}
	require.NoError(t, d.Send([]byte("still here")))
	_, err = u.ReadBatch([]radio.Packet{{Data: make([]byte, 16)}})
	require.NoError(t, err)
	require.EqualValues(t, 3, u.Stats().SendErrors)
}

func TestReadBufferGrantedIsTold(t *testing.T) {
	u := listen(t, radio.UDPConfig{Listen: "127.0.0.1:0", ReadBuffer: 64 << 10})
	require.Equal(t, 64<<10, u.ReadBufferGranted())
	huge := listen(t, radio.UDPConfig{Listen: "127.0.0.1:0", ReadBuffer: 1 << 30})
	require.Less(t, huge.ReadBufferGranted(), 1<<30, "the kernel has a limit, or this test needs a bigger number")
}

func TestUDPAllocatesNothing(t *testing.T) {
	for _, c := range []struct{ name, listen, device string }{
		{"IPv4", "127.0.0.1:0", "127.0.0.1"}, {"IPv6", "[::1]:0", "::1"}, {"dual-stack", ":0", "127.0.0.1"},
	} {
		t.Run(c.name, func(t *testing.T) {
			u := listen(t, radio.UDPConfig{Listen: c.listen})
			d := newDevice(t, u, c.device)
			buf := make([]byte, 64)
			ps := make([]radio.Packet, 1)
			reply := make([]byte, 64)
			allocs := testing.AllocsPerRun(200, func() {
				ps[0].Data = buf
				if _, err := d.WriteToUDPAddrPort([]byte("ping"), d.gateway); err != nil {
					t.Fatal(err)
				}
				if _, err := u.ReadBatch(ps); err != nil {
					t.Fatal(err)
				}
				if _, err := u.WriteBatch(ps); err != nil {
					t.Fatal(err)
				}
				if _, _, err := d.ReadFromUDPAddrPort(reply); err != nil {
					t.Fatal(err)
				}
			})
			require.Zero(t, allocs)
		})
	}
}

func group(addr string) radio.MulticastGroup {
	return radio.MulticastGroup{Addr: netip.MustParseAddrPort(addr), Interface: "lo"}
}

func TestALinkLocalDeviceIsAnsweredOnItsInterface(t *testing.T) {
	ip := linkLocal(t)
	u := listen(t, radio.UDPConfig{Listen: ":0"})
	d := newDevice(t, u, ip)
	require.NoError(t, d.Send([]byte("hello")))
	got, peer := read(t, u, 16)
	require.Equal(t, "hello", got)
	require.Equal(t, d.LocalAddr().String(), u.FormatPeer(peer))
	_, err := u.WriteBatch([]radio.Packet{{Peer: peer, Data: []byte("answer")}})
	require.NoError(t, err)
	answer, err := d.Receive(time.Now().Add(radiotest.Wait))
	require.NoError(t, err)
	require.Equal(t, "answer", string(answer))
}

// linkLocal finds a link-local IPv6 address of this machine, with its zone.
func linkLocal(t *testing.T) string {
	t.Helper()
	interfaces, err := net.Interfaces()
	require.NoError(t, err)
	for _, ifi := range interfaces {
		addrs, err := ifi.Addrs()
		require.NoError(t, err)
		for _, a := range addrs {
			if n, ok := a.(*net.IPNet); ok && n.IP.To4() == nil && n.IP.IsLinkLocalUnicast() {
				return n.IP.String() + "%" + ifi.Name
			}
		}
	}
	t.Skip("no interface of this machine has a link-local IPv6 address")
	return ""
}
