package v2

import "encoding/binary"

// Disconnect ends a Virtual Connection, or says that there is none (3.13). It is neither answered nor sent again.
//
//	Flags(1) [PacketID(2)] [SessionExpiry(4)] [Reason(1)] Text(n)
type Disconnect struct {
	PacketID uint16 // of the packet that is to blame, 0 if none is
	Reason   ReasonCode

	HasExpiry     bool   // a client has changed its mind; a server never does (3.13.5-1)
	SessionExpiry uint32 // seconds, as in [Connect]

	Text []byte // the Reason String: for people, UTF-8
}

const (
	flagDisconnectPacketID  = 1 << 0
	flagDisconnectExpiry    = 1 << 1
	flagDisconnectReason    = 1 << 2
	disconnectFlagsReserved = 0xF8
)

func (Disconnect) Type() Type { return TypeDisconnect }
func (p Disconnect) Len() int { return packetLen(p.body()) }

func (p Disconnect) flags() byte {
	return bit(p.PacketID != 0, flagDisconnectPacketID) | bit(p.HasExpiry, flagDisconnectExpiry) |
		bit(p.Reason != Success, flagDisconnectReason)
}

func (p Disconnect) body() int {
	n := 1 + reasonLen(p.Reason) + len(p.Text)
	if p.PacketID != 0 {
		n += 2
	}
	if p.HasExpiry {
		n += 4
	}
	return n
}

func (p Disconnect) Append(b []byte) []byte {
	b, ok := appendHeader(b, TypeDisconnect, p.body())
	if !ok {
		return b
	}
	b = append(b, p.flags())
	if p.PacketID != 0 {
		b = binary.BigEndian.AppendUint16(b, p.PacketID)
	}
	if p.HasExpiry {
		b = binary.BigEndian.AppendUint32(b, p.SessionExpiry)
	}
	b = appendReason(b, p.Reason)
	return append(b, p.Text...)
}

// Parse accepts a packet identifier of 0. It is a diagnostic here, and no reason to take a client's farewell for an
// error, which would publish its will.
func (p *Disconnect) Parse(body []byte) error {
	r := read(TypeDisconnect, body)
	flags := r.flags(disconnectFlagsReserved)
	*p = Disconnect{HasExpiry: flags&flagDisconnectExpiry != 0}
	if flags&flagDisconnectPacketID != 0 {
		p.PacketID = r.uint16()
	}
	if p.HasExpiry {
		p.SessionExpiry = r.uint32()
	}
	if flags&flagDisconnectReason != 0 {
		p.Reason = ReasonCode(r.octet())
	}
	p.Text = r.textTail()
	return r.done()
}

func (p Disconnect) String() string {
	return line(TypeDisconnect, p.Reason.String(), nonzero("pid", p.PacketID),
		when(p.HasExpiry, field("expiry", seconds(p.SessionExpiry))), when(len(p.Text) > 0, payload(p.Text)))
}
