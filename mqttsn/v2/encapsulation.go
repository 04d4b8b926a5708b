package v2

import (
	"encoding/hex"
	"math"
)

// Connection is a packet of a client whose network address may have changed, with the client id by which the server finds
// its Virtual Connection (3.18). It proves nothing: anyone can write a client id.
//
//	ClientIDLength(2) ClientID(n) packet
type Connection struct {
	ClientID []byte
	Inner    []byte // the packet, with its header: one of the seven of [Type.MayHold]
}

func (Connection) Type() Type  { return TypeConnection }
func (p Connection) Len() int  { return packetLen(p.body()) }
func (p Connection) body() int { return 2 + len(p.ClientID) + len(p.Inner) }

func (p Connection) Append(b []byte) []byte {
	b, ok := appendHeader(b, TypeConnection, p.body())
	if !ok {
		return b
	}
	return append(append16(b, p.ClientID), p.Inner...)
}

// Parse checks the packet inside as [Split] does, and that it may be there. It has not been parsed.
func (p *Connection) Parse(body []byte) error {
	r := read(TypeConnection, body)
	*p = Connection{ClientID: r.text(int(r.uint16())), Inner: r.inner()}
	return r.done()
}

func (p Connection) String() string {
	return line(TypeConnection, quoted("client", p.ClientID), contents(p.Inner))
}

// Forwarder is a packet on its way between a forwarder and the gateway, with the octets by which the forwarder knows the
// client (3.19). The gateway returns them with everything that it sends to that client.
//
//	AddressLength(1) Address(n) packet
type Forwarder struct {
	Address []byte // 0 to 255 octets, which mean something to the forwarder only
	Inner   []byte // the packet, with its header; not another of a forwarder
}

// MaxForwarderAddress is the length of the longest address behind a forwarder.
const MaxForwarderAddress = math.MaxUint8

func (Forwarder) Type() Type  { return TypeForwarder }
func (p Forwarder) Len() int  { return packetLen(p.body()) }
func (p Forwarder) body() int { return 1 + len(p.Address) + len(p.Inner) }

// Append encodes nothing if the address is longer than [MaxForwarderAddress].
func (p Forwarder) Append(b []byte) []byte {
	if len(p.Address) > MaxForwarderAddress {
		return b
	}
	b, ok := appendHeader(b, TypeForwarder, p.body())
	if !ok {
		return b
	}
	return append(append8(b, p.Address), p.Inner...)
}

// Parse checks the packet inside as [Split] does, and that it may be there. It has not been parsed.
func (p *Forwarder) Parse(body []byte) error {
	r := read(TypeForwarder, body)
	*p = Forwarder{Address: r.octets(int(r.octet())), Inner: r.inner()}
	return r.done()
}

func (p Forwarder) String() string {
	return line(TypeForwarder, field("address", hex.EncodeToString(p.Address)), contents(p.Inner))
}

// inner is the packet in an encapsulation, which fills the rest of it.
func (r *reader) inner() []byte {
	b := r.tail()
	switch typ, _, err := Split(b); {
	case err != nil:
		r.malformed(ErrInner)
	case !r.typ.MayHold(typ):
		r.protocol(ErrNesting)
	}
	return b
}
