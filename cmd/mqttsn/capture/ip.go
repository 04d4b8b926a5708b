package capture

import (
	"encoding/binary"
	"net/netip"
)

const (
	protocolUDP = 17
	udpHeader   = 8
)

// udp finds the datagram in an IP packet. It returns false if there is none.
func udp(packet []byte) (Datagram, bool) {
	if len(packet) == 0 {
		return Datagram{}, false
	}
	switch packet[0] >> 4 {
	case 4:
		return udp4(packet)
	case 6:
		return udp6(packet)
	}
	return Datagram{}, false
}

// udp4 reads an IPv4 header (RFC 791).
func udp4(b []byte) (Datagram, bool) {
	if len(b) < 20 {
		return Datagram{}, false
	}
	headerLen := int(b[0]&0x0F) * 4
	total := int(binary.BigEndian.Uint16(b[2:]))
	fragmentOffset := binary.BigEndian.Uint16(b[6:]) & 0x1FFF
	if headerLen < 20 || b[9] != protocolUDP || fragmentOffset != 0 {
		return Datagram{}, false
	}
	from, to := netip.AddrFrom4([4]byte(b[12:16])), netip.AddrFrom4([4]byte(b[16:20]))
	if total >= headerLen && total < len(b) {
		b = b[:total] // Ethernet pads short packets; a total of 0 is a network card's shortcut
	}
	return ports(from, to, after(b, headerLen))
}

// IPv6 extension headers that may stand before UDP (RFC 8200).
const (
	headerHopByHop    = 0
	headerRouting     = 43
	headerFragment    = 44
	headerAuth        = 51
	headerDestination = 60
)

// udp6 reads an IPv6 header and those that extend it.
func udp6(b []byte) (Datagram, bool) {
	if len(b) < 40 {
		return Datagram{}, false
	}
	from, to := netip.AddrFrom16([16]byte(b[8:24])), netip.AddrFrom16([16]byte(b[24:40]))
	next := b[6]
	if n := 40 + int(binary.BigEndian.Uint16(b[4:])); n > 40 && n < len(b) {
		b = b[:n]
	}
	for b = b[40:]; next != protocolUDP; {
		if len(b) < 8 {
			return Datagram{}, false
		}
		n := 8 + int(b[1])*8
		switch next {
		case headerHopByHop, headerRouting, headerDestination:
		case headerAuth:
			n = 8 + int(b[1])*4
		case headerFragment:
			if n = 8; binary.BigEndian.Uint16(b[2:])>>3 != 0 {
				return Datagram{}, false
			}
		default:
			return Datagram{}, false
		}
		next, b = b[0], after(b, n)
	}
	return ports(from, to, b)
}

// ports reads a UDP header (RFC 768).
func ports(from, to netip.Addr, b []byte) (Datagram, bool) {
	if len(b) < udpHeader {
		return Datagram{}, false
	}
	d := Datagram{
		From: netip.AddrPortFrom(from, binary.BigEndian.Uint16(b)),
		To:   netip.AddrPortFrom(to, binary.BigEndian.Uint16(b[2:])),
		Data: b[udpHeader:],
		Len:  int(binary.BigEndian.Uint16(b[4:])) - udpHeader,
	}
	if d.Len < 0 {
		d.Len = len(d.Data) // 0: too long to be counted
	}
	d.Data = d.Data[:min(d.Len, len(d.Data))]
	return d, true
}
