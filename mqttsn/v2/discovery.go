package v2

import (
	"encoding/binary"
	"encoding/hex"
	"net/netip"
)

// Advertise is broadcast by a gateway from time to time (3.20.1).
//
//	GatewayID(1) Duration(2)
type Advertise struct {
	GatewayID uint8
	Duration  uint16 // seconds until the next ADVERTISE
}

func (Advertise) Type() Type { return TypeAdvertise }
func (Advertise) Len() int   { return shortHeader + 3 }

func (p Advertise) Append(b []byte) []byte {
	b = append(b, byte(p.Len()), byte(TypeAdvertise), p.GatewayID)
	return binary.BigEndian.AppendUint16(b, p.Duration)
}

func (p *Advertise) Parse(body []byte) error {
	r := read(TypeAdvertise, body)
	*p = Advertise{GatewayID: r.octet(), Duration: r.uint16()}
	return r.done()
}

func (p Advertise) String() string {
	return line(TypeAdvertise, field("gateway", p.GatewayID), field("duration", p.Duration))
}

// SearchGw is broadcast by a client that looks for a gateway (3.20.2).
//
//	Network(n)
type SearchGw struct {
	Network []byte // Additional Network Information: means what the network wants, often nothing
}

func (SearchGw) Type() Type { return TypeSearchGw }
func (p SearchGw) Len() int { return packetLen(len(p.Network)) }

func (p SearchGw) Append(b []byte) []byte {
	b, ok := appendHeader(b, TypeSearchGw, len(p.Network))
	if !ok {
		return b
	}
	return append(b, p.Network...)
}

func (p *SearchGw) Parse(body []byte) error {
	p.Network = body
	return nil
}

func (p SearchGw) String() string {
	return line(TypeSearchGw, when(len(p.Network) > 0, field("network", hex.EncodeToString(p.Network))))
}

// GwInfo answers a SEARCHGW (3.20.3). A gateway speaks of itself and leaves Address out; a client that answers on its
// behalf says where it is.
//
//	GatewayID(1) Address(n)
type GwInfo struct {
	GatewayID uint8
	Address   []byte // the network's own form; see [GwInfo.AddrPort]
}

func (GwInfo) Type() Type { return TypeGwInfo }
func (p GwInfo) Len() int { return packetLen(1 + len(p.Address)) }

func (p GwInfo) Append(b []byte) []byte {
	b, ok := appendHeader(b, TypeGwInfo, 1+len(p.Address))
	if !ok {
		return b
	}
	b = append(b, p.GatewayID)
	return append(b, p.Address...)
}

func (p *GwInfo) Parse(body []byte) error {
	r := read(TypeGwInfo, body)
	*p = GwInfo{GatewayID: r.octet()}
	p.Address = r.tail()
	return r.done()
}

func (p GwInfo) String() string {
	return line(TypeGwInfo, field("gateway", p.GatewayID),
		when(len(p.Address) > 0, field("address", hex.EncodeToString(p.Address))))
}

// AddrPort reads the address as that of a UDP network. The draft gives it no form there; we take an IPv4 or IPv6
// address with two octets of port behind it. It returns false if that is not what the octets look like.
func (p GwInfo) AddrPort() (netip.AddrPort, bool) {
	n := len(p.Address) - 2
	if n < 0 {
		return netip.AddrPort{}, false
	}
	ip, ok := netip.AddrFromSlice(p.Address[:n])
	return netip.AddrPortFrom(ip, binary.BigEndian.Uint16(p.Address[n:])), ok
}

// AppendAddrPort appends the form of an address that [GwInfo.AddrPort] reads.
func AppendAddrPort(b []byte, a netip.AddrPort) []byte {
	b = append(b, a.Addr().AsSlice()...)
	return binary.BigEndian.AppendUint16(b, a.Port())
}
