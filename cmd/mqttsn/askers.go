package main

import (
	"io"
	"net"
	"net/netip"
	"slices"

	"mqttsn-gateway/radio"
)

// A hostAsker asks one host.
type hostAsker struct{ *wire }

func (a hostAsker) ask(datagram []byte) error {
	_, err := a.Write(datagram)
	return err
}

func (a hostAsker) hear() ([]byte, netip.AddrPort, error) {
	b := make([]byte, maxDatagram)
	n, err := a.Read(b)
	return b[:n], a.RemoteAddr().(*net.UDPAddr).AddrPort(), err
}

// A groupAsker asks a multicast group or a broadcast address. It hears what is said to the group, and what is said to
// itself.
type groupAsker struct {
	*radio.UDP
	radius uint8
	trace  trace
}

// maxHops is how far a datagram goes that may go everywhere.
const maxHops = 255

func (s *search) openGroup(group netip.AddrPort, log io.Writer) (*groupAsker, error) {
	listen := "0.0.0.0:0"
	if group.Addr().Is6() {
		listen = "[::]:0"
	}
	name := s.networkName
	if name == "" {
		name = group.Addr().Zone()
	}
	hops := int(s.radius)
	if hops == 0 {
		hops = maxHops
	}
	udp, err := radio.ListenUDP(radio.UDPConfig{
		Listen:   listen,
		Groups:   []radio.MulticastGroup{{Addr: netip.AddrPortFrom(group.Addr().WithZone(""), group.Port()), Interface: name}},
		HopLimit: hops,
	})
	if err != nil {
		return nil, err
	}
	return &groupAsker{udp, s.radius, s.trace(log)}, nil
}

func (a *groupAsker) ask(datagram []byte) error {
	a.trace.show(">", datagram)
	return a.Broadcast(datagram, a.radius)
}

func (a *groupAsker) hear() ([]byte, netip.AddrPort, error) {
	p := []radio.Packet{{Data: make([]byte, maxDatagram)}}
	if _, err := a.ReadBatch(p); err != nil {
		return nil, netip.AddrPort{}, err
	}
	a.trace.show("<", p[0].Data)
	return p[0].Data, a.AddrPort(p[0].Peer), nil
}

// reachesMany tells whether an address is that of a multicast group, or one to which this machine broadcasts.
func reachesMany(ip netip.Addr) bool {
	if ip.IsMulticast() || ip == netip.AddrFrom4([4]byte{255, 255, 255, 255}) {
		return true
	}
	networks, _ := net.InterfaceAddrs() // without them we take it for a host
	return slices.ContainsFunc(networks, func(a net.Addr) bool {
		p, err := netip.ParsePrefix(a.String())
		return err == nil && ip == lastOf(p)
	})
}

// lastOf is the broadcast address of an IPv4 network, the last one it has; none for networks too small to have one.
func lastOf(p netip.Prefix) netip.Addr {
	if !p.Addr().Is4() || p.Bits() > 30 {
		return netip.Addr{}
	}
	b := p.Addr().As4()
	for bit := p.Bits(); bit < 32; bit++ {
		b[bit/8] |= 0x80 >> (bit % 8)
	}
	return netip.AddrFrom4(b)
}
