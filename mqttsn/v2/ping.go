package v2

import "encoding/binary"

// Pingreq shows that a client is there, or wakes it (3.11). It has no client id, unlike that of version 1.2.
//
//	PacketID(2)
type Pingreq struct{ PacketID uint16 }

func (Pingreq) Type() Type { return TypePingreq }
func (Pingreq) Len() int   { return shortHeader + 2 }

func (p Pingreq) Append(b []byte) []byte {
	return append(b, byte(p.Len()), byte(TypePingreq), byte(p.PacketID>>8), byte(p.PacketID))
}

func (p *Pingreq) Parse(body []byte) error {
	r := read(TypePingreq, body)
	p.PacketID = r.packetID()
	return r.done()
}

func (p Pingreq) String() string { return line(TypePingreq, field("pid", p.PacketID)) }

// Pingresp answers a PINGREQ (3.12), at once or, to a client that is awake, when it has its messages.
//
//	PacketID(2) [Remaining(1)]
type Pingresp struct {
	PacketID     uint16
	HasRemaining bool  // mandatory where messages were held back
	Remaining    uint8 // how many messages wait for the next time; [RemainingUnknown] is some
}

// RemainingUnknown says that messages wait, but not how many. More than 254 cannot be counted either.
const RemainingUnknown = 255

func (Pingresp) Type() Type { return TypePingresp }

func (p Pingresp) Len() int {
	if p.HasRemaining {
		return shortHeader + 3
	}
	return shortHeader + 2
}

func (p Pingresp) Append(b []byte) []byte {
	b = append(b, byte(p.Len()), byte(TypePingresp))
	b = binary.BigEndian.AppendUint16(b, p.PacketID)
	if p.HasRemaining {
		b = append(b, p.Remaining)
	}
	return b
}

func (p *Pingresp) Parse(body []byte) error {
	r := read(TypePingresp, body)
	*p = Pingresp{PacketID: r.packetID(), HasRemaining: len(r.rest) > 0}
	if p.HasRemaining {
		p.Remaining = r.octet()
	}
	return r.done()
}

func (p Pingresp) String() string {
	return line(TypePingresp, field("pid", p.PacketID), when(p.HasRemaining, field("remaining", p.Remaining)))
}
