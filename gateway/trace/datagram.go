package trace

import (
	"encoding/binary"
	"net/netip"

	"mqttsn-gateway/radio"
)

// A Link is what a capture says of a link.
type Link struct {
	Name string
	Type string

	// Local is where the link listens, with the unspecified address where that is any; of a link that is not UDP it is
	// invalid.
	Local netip.AddrPort

	// Station is a number that tells a link's peers apart, of a radio its address. Nil where all are alike.
	Station func(radio.Peer) uint64
}

const (
	headersIPv4 = 20 + 8 // octets of an IPv4 header and a UDP header
	headersIPv6 = 40 + 8
	protocolUDP = 17
	hopLimit    = 64

	// maxUDP is what the length field of a UDP header can count. Links carry no more.
	maxUDP = 65535 - headersIPv4

	// standInPort is that of both ends on links that have no ports.
	standInPort = 1884
)

// ends are where a packet comes from and goes to. What the link does not have is made up: a radio's address becomes the
// lower half of an IPv6 address, the link's number a part of the upper one.
func (l *Link) ends(number int, p *Packet, peer netip.AddrPort) (from, to netip.AddrPort) {
	ours := l.Local
	switch {
	case !ours.IsValid():
		ours = standIn(number, 0)
		switch {
		case p.Broadcast:
			peer = netip.AddrPortFrom(netip.IPv6LinkLocalAllNodes(), standInPort)
		case l.Station != nil:
			peer = standIn(number, l.Station(p.Addr.Peer))
		default:
			peer = standIn(number, 1)
		}
	case p.Broadcast && ours.Addr().Is4():
		peer = netip.AddrPortFrom(netip.AddrFrom4([4]byte{255, 255, 255, 255}), ours.Port())
	case p.Broadcast:
		peer = netip.AddrPortFrom(netip.IPv6LinkLocalAllNodes(), ours.Port())
	}
	// A socket for both families is the one of the peer's.
	if ours.Addr().Is4() != peer.Addr().Is4() {
		anywhere := netip.IPv6Unspecified()
		if peer.Addr().Is4() {
			anywhere = netip.IPv4Unspecified()
		}
		ours = netip.AddrPortFrom(anywhere, ours.Port())
	}
	if p.Out {
		return ours, peer
	}
	return peer, ours
}

// standIn is an address of a network that exists nowhere.
func standIn(link int, station uint64) netip.AddrPort {
	a := [16]byte{0xfd, 'm', 'q', 't', 't', 's', 'n', byte(link)}
	binary.BigEndian.PutUint64(a[8:], station)
	return netip.AddrPortFrom(netip.AddrFrom16(a), standInPort)
}

// appendUDP appends an IP packet with a UDP datagram. Both ends are of the same family.
func appendUDP(b []byte, from, to netip.AddrPort, data []byte) []byte {
	length := 8 + len(data)
	pseudo := uint32(protocolUDP) + uint32(length)
	at := len(b)
	if from.Addr().Is4() {
		b = append(b, 0x45, 0)
		b = binary.BigEndian.AppendUint16(b, uint16(20+length))
		b = append(b, 0, 0, 0x40, 0, hopLimit, protocolUDP, 0, 0)
		s, d := from.Addr().As4(), to.Addr().As4()
		b = append(append(b, s[:]...), d[:]...)
		binary.BigEndian.PutUint16(b[at+10:], ^fold(sum(0, b[at:])))
		pseudo = sum(sum(pseudo, s[:]), d[:])
	} else {
		b = append(b, 0x60, 0, 0, 0)
		b = binary.BigEndian.AppendUint16(b, uint16(length))
		b = append(b, protocolUDP, hopLimit)
		s, d := from.Addr().As16(), to.Addr().As16()
		b = append(append(b, s[:]...), d[:]...)
		pseudo = sum(sum(pseudo, s[:]), d[:])
	}
	at = len(b)
	b = binary.BigEndian.AppendUint16(b, from.Port())
	b = binary.BigEndian.AppendUint16(b, to.Port())
	b = binary.BigEndian.AppendUint16(b, uint16(length))
	b = append(append(b, 0, 0), data...)
	checksum := ^fold(sum(pseudo, b[at:]))
	if checksum == 0 {
		checksum = 0xffff // 0 is none (RFC 768)
	}
	binary.BigEndian.PutUint16(b[at+6:], checksum)
	return b
}

// sum adds the 16-bit words of b, as RFC 1071 has them.
func sum(s uint32, b []byte) uint32 {
	for ; len(b) > 1; b = b[2:] {
		s += uint32(b[0])<<8 | uint32(b[1])
	}
	if len(b) > 0 {
		s += uint32(b[0]) << 8
	}
	return s
}

func fold(s uint32) uint16 {
	for s > 0xffff {
		s = s>>16 + s&0xffff
	}
	return uint16(s)
}
