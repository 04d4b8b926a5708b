package v2

import "encoding/binary"

// Connack answers a CONNECT, or the AUTH that ended the authentication which it began (3.2).
//
//	Flags(1) PacketID(2) Reason(1) [SessionExpiry(4)] [KeepAlive(2)] [authentication] ClientID(n)
type Connack struct {
	SessionPresent bool
	PacketID       uint16 // that of the CONNECT, or of the last AUTH
	Reason         ReasonCode

	HasExpiry     bool   // the server has chosen another session expiry; only if the client has set SrvSugg
	SessionExpiry uint32 // seconds, as in [Connect]

	KeepAlive uint16 // seconds, the server's choice, likewise; 0 if there is none

	HasAuth bool
	Auth    Authentication

	ClientID []byte // what the server has assigned to a client that had none
}

const (
	flagSessionPresent   = 1 << 0
	flagConnackExpiry    = 1 << 1
	flagServerKeepAlive  = 1 << 2
	flagConnackAuth      = 1 << 3
	connackFlagsReserved = 0xF0

	connackFixed = 4
)

func (Connack) Type() Type { return TypeConnack }
func (p Connack) Len() int { return packetLen(p.body()) }

func (p Connack) flags() byte {
	return bit(p.SessionPresent, flagSessionPresent) | bit(p.HasExpiry, flagConnackExpiry) |
		bit(p.KeepAlive > 0, flagServerKeepAlive) | bit(p.HasAuth, flagConnackAuth)
}

func (p Connack) body() int {
	n := connackFixed + len(p.ClientID)
	if p.HasExpiry {
		n += 4
	}
	if p.KeepAlive > 0 {
		n += 2
	}
	if p.HasAuth {
		n += p.Auth.len()
	}
	return n
}

func (p Connack) Append(b []byte) []byte {
	if p.HasAuth && !p.Auth.encodable() {
		return b
	}
	b, ok := appendHeader(b, TypeConnack, p.body())
	if !ok {
		return b
	}
	b = append(b, p.flags())
	b = binary.BigEndian.AppendUint16(b, p.PacketID)
	b = append(b, byte(p.Reason))
	if p.HasExpiry {
		b = binary.BigEndian.AppendUint32(b, p.SessionExpiry)
	}
	if p.KeepAlive > 0 {
		b = binary.BigEndian.AppendUint16(b, p.KeepAlive)
	}
	if p.HasAuth {
		b = p.Auth.append(b)
	}
	return append(b, p.ClientID...)
}

func (p *Connack) Parse(body []byte) error {
	r := read(TypeConnack, body)
	flags := r.flags(connackFlagsReserved)
	*p = Connack{
		SessionPresent: flags&flagSessionPresent != 0,
		HasExpiry:      flags&flagConnackExpiry != 0,
		HasAuth:        flags&flagConnackAuth != 0,
	}
	p.PacketID = r.packetID()
	p.Reason = ReasonCode(r.octet())
	if p.HasExpiry {
		p.SessionExpiry = r.uint32()
	}
	if flags&flagServerKeepAlive != 0 {
		if p.KeepAlive = r.uint16(); p.KeepAlive == 0 {
			r.protocol(ErrKeepAlive)
		}
	}
	if p.HasAuth {
		p.Auth = r.authentication()
	}
	p.ClientID = r.textTail()
	return r.done()
}

func (p Connack) String() string {
	auth := ""
	if p.HasAuth {
		auth = p.Auth.String()
	}
	return line(TypeConnack, p.Reason.String(), field("pid", p.PacketID), quoted("client", p.ClientID),
		when(p.HasExpiry, field("expiry", seconds(p.SessionExpiry))), nonzero("keepalive", p.KeepAlive),
		when(p.SessionPresent, "session"), auth)
}
