package radio_test

import (
	"net"
	"net/netip"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"golang.org/x/net/ipv4"
	"golang.org/x/net/ipv6"

	"mqttsn-gateway/radio"
	"mqttsn-gateway/radio/radiotest"
)

// The groups stay on this machine: IPv4 on the loopback interface, IPv6 (which Linux does not route to groups there) of
// interface-local scope (RFC 4291, 2.7) on any interface that can multicast.
const (
	group4 = "239.77.18.84:0"
	group6 = "[ff01::7718:84]:0"
)

// on names the interface and the address there with which a group is tested.
type on struct{ ifName, ip string }

// multicast6 finds where IPv6 groups can be tested.
func multicast6(t testing.TB) on {
	t.Helper()
	interfaces, err := net.Interfaces()
	require.NoError(t, err)
	for _, ifi := range interfaces {
		if ifi.Flags&(net.FlagUp|net.FlagMulticast) != net.FlagUp|net.FlagMulticast {
			continue
		}
		addrs, err := ifi.Addrs()
		require.NoError(t, err)
		for _, a := range addrs {
			if n, ok := a.(*net.IPNet); ok && n.IP.To4() == nil && n.IP.IsGlobalUnicast() {
				return on{ifi.Name, n.IP.String()}
			}
		}
	}
	t.Skip("no interface of this machine has an IPv6 address and multicast")
	return on{}
}

// A groupCase is one way in which a link's address and its group's can lie to each other. In listen, IP stands for the
// address on the interface.
type groupCase struct {
	name, listen, group string
	on                  func(testing.TB) on
}

var groupCases = []groupCase{
	{"IPv4 on the same socket", "0.0.0.0:0", group4, onLoopback},
	{"IPv4 on a dual-stack socket", ":0", group4, onLoopback},
	{"IPv6 on a dual-stack socket", ":0", group6, multicast6},
	{"IPv4 on a socket of its own", "IP:0", group4, onLoopback},
	{"IPv6 on a socket of its own", "IP:0", group6, multicast6},
	{"IPv4 on another port", ":0", "239.77.18.84:17718", onLoopback},
}

// onLoopback is where IPv4 groups are tested.
func onLoopback(testing.TB) on { return on{"lo", "127.0.0.1"} }

// config puts the case's link and group on the interface.
func (c groupCase) config(o on) radio.UDPConfig {
	return radio.UDPConfig{
		Listen: strings.Replace(c.listen, "IP", o.host(), 1),
		Groups: []radio.MulticastGroup{{Addr: netip.MustParseAddrPort(c.group), Interface: o.ifName}},
	}
}

// host writes the address as in front of a port.
func (o on) host() string { return strings.TrimSuffix(net.JoinHostPort(o.ip, ""), ":") }

// at fills in the port of a group that has none of its own.
func at(groupAddr string, u *radio.UDP) netip.AddrPort {
	g := netip.MustParseAddrPort(groupAddr)
	if g.Port() == 0 {
		g = netip.AddrPortFrom(g.Addr(), u.LocalAddr().Port())
	}
	return g
}

// A groupDevice is a device that hears its group too. Two sockets become one endpoint.
type groupDevice struct {
	device
	heard chan []byte
}

func (d groupDevice) Receive(deadline time.Time) ([]byte, error) {
	late := time.NewTimer(time.Until(deadline))
	defer late.Stop()
	select {
	case b := <-d.heard:
		return b, nil
	case <-late.C:
		return nil, os.ErrDeadlineExceeded
	}
}

func newGroupDevice(t testing.TB, u *radio.UDP, o on, group netip.AddrPort) groupDevice {
	d := groupDevice{device: newDevice(t, u, o.ip), heard: make(chan []byte, 1024)}
	var reading sync.WaitGroup
	conns := []*net.UDPConn{d.UDPConn, listenToGroup(t, o, group)}
	for _, c := range conns {
		reading.Go(func() {
			for {
				b := make([]byte, radio.MaxUDP)
				n, err := c.Read(b)
				if err != nil {
					return
				}
				d.heard <- b[:n]
			}
		})
	}
	t.Cleanup(func() {
		for _, c := range conns {
			c.Close()
		}
		reading.Wait()
	})
	return d
}

// listenToGroup opens a device's socket for a group.
func listenToGroup(t testing.TB, o on, g netip.AddrPort) *net.UDPConn {
	t.Helper()
	ifi, err := net.InterfaceByName(o.ifName)
	require.NoError(t, err)
	c, err := radio.ListenGroup(g, ifi.Index)
	require.NoError(t, err)
	to := &net.UDPAddr{IP: g.Addr().AsSlice()}
	if g.Addr().Is4() {
		err = ipv4.NewPacketConn(c).JoinGroup(ifi, to)
	} else {
		err = ipv6.NewPacketConn(c).JoinGroup(ifi, to)
	}
	require.NoError(t, err)
	return c
}

// sendToGroup lets a device speak to a group.
func (d device) sendToGroup(t testing.TB, o on, g netip.AddrPort, b []byte) {
	t.Helper()
	ifi, err := net.InterfaceByName(o.ifName)
	require.NoError(t, err)
	control := (&ipv4.ControlMessage{Src: net.ParseIP(o.ip), IfIndex: ifi.Index}).Marshal()
	if g.Addr().Is6() {
		control = (&ipv6.ControlMessage{Src: net.ParseIP(o.ip), IfIndex: ifi.Index}).Marshal()
	}
	_, _, err = d.WriteMsgUDPAddrPort(b, control, g)
	require.NoError(t, err)
}

// read reads one datagram.
func read(t testing.TB, u *radio.UDP, size int) (string, radio.Peer) {
	t.Helper()
	late := time.AfterFunc(radiotest.Wait, func() { u.Close() })
	defer late.Stop()
	ps := []radio.Packet{{Data: make([]byte, size)}}
	_, err := u.ReadBatch(ps)
	require.NoError(t, err)
	return string(ps[0].Data), ps[0].Peer
}

func TestMulticastPassesTheSuite(t *testing.T) {
	for _, c := range groupCases {
		t.Run(c.name, func(t *testing.T) {
			o := c.on(t)
			radiotest.Run(t, func(t *testing.T) radiotest.Network {
				u := listen(t, c.config(o))
				return radiotest.Network{
					Link: u, Stats: u.Stats,
					NewPeer: func(t *testing.T) radiotest.Endpoint { return newGroupDevice(t, u, o, at(c.group, u)) },
				}
			})
		})
	}
}

func TestALinkHearsItsGroups(t *testing.T) {
	for _, c := range groupCases {
		t.Run(c.name, func(t *testing.T) {
			o := c.on(t)
			u := listen(t, c.config(o))
			d := newDevice(t, u, o.ip)
			d.sendToGroup(t, o, at(c.group, u), []byte("search"))
			got, peer := read(t, u, 16)
			require.Equal(t, "search", got)

			// The answer goes to the device that asked, not to the group.
			_, err := u.WriteBatch([]radio.Packet{{Peer: peer, Data: []byte("here")}})
			require.NoError(t, err)
			answer, err := d.Receive(time.Now().Add(radiotest.Wait))
			require.NoError(t, err)
			require.Equal(t, "here", string(answer))

			// Too long for the reader's buffer: dropped and counted, whichever socket heard it.
			d.sendToGroup(t, o, at(c.group, u), make([]byte, 17))
			d.sendToGroup(t, o, at(c.group, u), []byte("again"))
			got, _ = read(t, u, 16)
			require.Equal(t, "again", got)
			require.EqualValues(t, 1, u.Stats().DroppedOversize)
		})
	}
}

// Without care, Linux gives a socket on every address what any program of the machine has joined.
func TestALinkDoesNotHearForeignGroups(t *testing.T) {
	for _, listenAt := range []string{"0.0.0.0:0", ":0"} {
		u := listen(t, radio.UDPConfig{Listen: listenAt, Groups: []radio.MulticastGroup{group(group4)}})
		foreign := netip.AddrPortFrom(netip.MustParseAddr("239.77.18.85"), u.LocalAddr().Port())
		other := listenToGroup(t, onLoopback(t), foreign)
		defer other.Close()
		d := newDevice(t, u, "127.0.0.1")
		d.sendToGroup(t, onLoopback(t), foreign, []byte("not for us"))
		require.NoError(t, d.Send([]byte("for us")))
		got, _ := read(t, u, 16)
		require.Equal(t, "for us", got)
	}
}

func TestRadiusLimitsTheHops(t *testing.T) {
	for _, c := range []struct{ radius, want int }{{0, 4}, {1, 1}, {3, 3}, {4, 4}, {255, 4}} {
		u := listen(t, radio.UDPConfig{Listen: ":0", HopLimit: 4, Groups: []radio.MulticastGroup{group(group4)}})
		conn := listenToGroup(t, onLoopback(t), at(group4, u))
		defer conn.Close()
		p := ipv4.NewPacketConn(conn)
		require.NoError(t, p.SetControlMessage(ipv4.FlagTTL, true))
		require.NoError(t, u.Broadcast([]byte("adv"), uint8(c.radius)))
		require.NoError(t, p.SetReadDeadline(time.Now().Add(radiotest.Wait)))
		_, m, _, err := p.ReadFrom(make([]byte, 16))
		require.NoError(t, err)
		require.Equal(t, c.want, m.TTL, "radius %d", c.radius)
	}
}

func TestRadiusLimitsTheHopsIPv6(t *testing.T) {
	o := multicast6(t)
	for _, c := range []struct{ radius, want int }{{0, 4}, {1, 1}, {3, 3}, {4, 4}, {255, 4}} {
		u := listen(t, radio.UDPConfig{Listen: ":0", HopLimit: 4, Groups: []radio.MulticastGroup{
			{Addr: netip.MustParseAddrPort(group6), Interface: o.ifName}}})
		conn := listenToGroup(t, o, at(group6, u))
		defer conn.Close()
		p := ipv6.NewPacketConn(conn)
		require.NoError(t, p.SetControlMessage(ipv6.FlagHopLimit, true))
		require.NoError(t, u.Broadcast([]byte("adv"), uint8(c.radius)))
		require.NoError(t, p.SetReadDeadline(time.Now().Add(radiotest.Wait)))
		_, m, _, err := p.ReadFrom(make([]byte, 16))
		require.NoError(t, err)
		require.Equal(t, c.want, m.HopLimit, "radius %d", c.radius)
	}
}

func TestIPv4BroadcastAddressIsAGroup(t *testing.T) {
	all := netip.MustParseAddrPort("127.255.255.255:17720")
	u := listen(t, radio.UDPConfig{Listen: "127.0.0.1:0", Groups: []radio.MulticastGroup{group(all.String())}})
	d, err := radio.ListenGroup(all, 0)
	require.NoError(t, err)
	defer d.Close()
	require.NoError(t, u.Broadcast([]byte("adv"), 0))
	require.NoError(t, d.SetReadDeadline(time.Now().Add(radiotest.Wait)))
	b := make([]byte, 16)
	n, from, err := d.ReadFromUDPAddrPort(b)
	require.NoError(t, err)
	require.Equal(t, "adv", string(b[:n]))
	require.Equal(t, u.LocalAddr(), from)
}

// The queue between a group's socket and the reader is bounded, and what it drops is counted.
func TestAFloodedGroupIsBounded(t *testing.T) {
	const flooded = "239.77.18.84:17721"
	u := listen(t, radio.UDPConfig{Listen: "127.0.0.1:0", Groups: []radio.MulticastGroup{group(flooded)}})
	d := newDevice(t, u, "127.0.0.1")
	require.Eventually(t, func() bool {
		for range 100 {
			d.sendToGroup(t, onLoopback(t), at(flooded, u), []byte("flood"))
		}
		return u.Stats().DroppedOverflow > 0
	}, radiotest.Wait, time.Millisecond)
	require.NoError(t, d.Send([]byte("direct")))
	for got := ""; got != "direct"; {
		got, _ = read(t, u, 16)
	}
}
