package mqttsn

import (
	"encoding/binary"
	"encoding/hex"
)

// Advertise is broadcast by a gateway from time to time (5.4.1).
//
//	GwId(1) Duration(2)
type Advertise struct {
	GwID     uint8
	Duration uint16 // seconds until the next ADVERTISE
}

func (Advertise) Type() Type { return TypeAdvertise }
func (Advertise) Len() int   { return shortHeader + 3 }

func (p Advertise) Append(b []byte) []byte {
	b = append(b, byte(p.Len()), byte(TypeAdvertise), p.GwID)
	return binary.BigEndian.AppendUint16(b, p.Duration)
}

func (p *Advertise) Parse(body []byte) error {
	if err := wantLen(body, 3); err != nil {
		return err
	}
	*p = Advertise{body[0], binary.BigEndian.Uint16(body[1:])}
	return nil
}

func (p Advertise) String() string {
	return newLine(TypeAdvertise).field("gwid", p.GwID).field("duration", p.Duration).String()
}

// SearchGw is broadcast by a client that looks for a gateway (5.4.2).
//
//	Radius(1)
type SearchGw struct {
	Radius uint8 // hops that the broadcast travels, 0 for the whole network
}

func (SearchGw) Type() Type { return TypeSearchGw }
func (SearchGw) Len() int   { return shortHeader + 1 }

func (p SearchGw) Append(b []byte) []byte {
	return append(b, byte(p.Len()), byte(TypeSearchGw), p.Radius)
}

func (p *SearchGw) Parse(body []byte) error {
	if err := wantLen(body, 1); err != nil {
		return err
	}
	p.Radius = body[0]
	return nil
}

func (p SearchGw) String() string { return newLine(TypeSearchGw).field("radius", p.Radius).String() }

// GwInfo answers a SEARCHGW (5.4.3). A gateway speaks of itself and leaves GwAdd out; a client that answers on behalf
// of a gateway gives its address.
//
//	GwId(1) [GwAdd(n)]
type GwInfo struct {
	GwID  uint8
	GwAdd []byte // as the network writes addresses; empty from a gateway
}

func (GwInfo) Type() Type { return TypeGwInfo }
func (p GwInfo) Len() int { return packetLen(1 + len(p.GwAdd)) }

func (p GwInfo) Append(b []byte) []byte {
	b, ok := appendHeader(b, TypeGwInfo, 1+len(p.GwAdd))
	if !ok {
		return b
	}
	b = append(b, p.GwID)
	return append(b, p.GwAdd...)
}

func (p *GwInfo) Parse(body []byte) error {
	if len(body) < 1 {
		return ErrTruncated
	}
	*p = GwInfo{body[0], body[1:]}
	return nil
}

// Address is GwAdd without the length octet that some senders put first: the specification mentions one and does not
// draw it (5.3.5).
func (p GwInfo) Address() []byte {
	if n := len(p.GwAdd); n > 1 && int(p.GwAdd[0]) == n-1 {
		return p.GwAdd[1:]
	}
	return p.GwAdd
}

func (p GwInfo) String() string {
	l := newLine(TypeGwInfo).field("gwid", p.GwID)
	if len(p.GwAdd) > 0 {
		l.field("gwadd", hex.EncodeToString(p.GwAdd))
	}
	return l.String()
}
