package v2

import (
	"encoding/binary"
	"fmt"
	"math"
)

// Authentication is the method and the data that CONNECT and CONNACK may have in them (3.1.14 to 3.1.17).
//
//	MethodLength(1) Method(n) DataLength(2) Data(n)
type Authentication struct {
	Method []byte // up to 255 octets: [MethodBasic], [MethodEnhanced], or what both ends know, such as "SCRAM-SHA-1"
	Data   []byte // for the method to understand
}

func (a Authentication) encodable() bool { return len(a.Method) <= math.MaxUint8 }

func (a Authentication) len() int { return 1 + len(a.Method) + 2 + len(a.Data) }

func (a Authentication) append(b []byte) []byte { return append16(append8(b, a.Method), a.Data) }

func (r *reader) authentication() Authentication {
	return Authentication{Method: r.text(int(r.octet())), Data: r.octets(int(r.uint16()))}
}

// String keeps the data to itself, since it may hold a password.
func (a Authentication) String() string {
	return fmt.Sprintf("auth=%q (%d octets)", a.Method, len(a.Data))
}

// Auth goes back and forth between CONNECT and CONNACK, or later to authenticate again (3.3). It is never sent again.
//
//	PacketID(2) Reason(1) MethodLength(1) Method(n) Data(n)
type Auth struct {
	PacketID uint16     // of a client, a new one; of a server, that of the CONNECT or AUTH that it answers
	Reason   ReasonCode // ContinueAuthentication; from a client also ReAuthenticate, from a server Success
	Authentication
}

const authFixed = 4

func (Auth) Type() Type { return TypeAuth }
func (p Auth) Len() int { return packetLen(p.body()) }

// body has no length field for the data, unlike CONNECT and CONNACK.
func (p Auth) body() int { return authFixed + len(p.Method) + len(p.Data) }

func (p Auth) Append(b []byte) []byte {
	if !p.encodable() {
		return b
	}
	b, ok := appendHeader(b, TypeAuth, p.body())
	if !ok {
		return b
	}
	b = binary.BigEndian.AppendUint16(b, p.PacketID)
	b = append(b, byte(p.Reason))
	b = append8(b, p.Method)
	return append(b, p.Data...)
}

func (p *Auth) Parse(body []byte) error {
	r := read(TypeAuth, body)
	*p = Auth{PacketID: r.packetID(), Reason: ReasonCode(r.octet())}
	p.Method = r.text(int(r.octet()))
	p.Data = r.tail()
	return r.done()
}

func (p Auth) String() string {
	return line(TypeAuth, p.Reason.String(), field("pid", p.PacketID), p.Authentication.String())
}

// append8 appends Length(1) and the field, which the caller knows to be short enough.
func append8(b, field []byte) []byte { return append(append(b, byte(len(field))), field...) }
