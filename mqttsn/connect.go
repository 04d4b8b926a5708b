package mqttsn

import "encoding/binary"

// ProtocolID is the ProtocolId of this version of the protocol (5.3.8).
const ProtocolID = 0x01

// Connect asks a gateway for a session (5.4.4).
//
//	Flags(1) ProtocolId(1) Duration(2) ClientId(n)
type Connect struct {
	Flags      Flags  // Will, CleanSession
	ProtocolID uint8  // [ProtocolID]; whatever came is kept, for the gateway to judge
	Duration   uint16 // keep alive, in seconds
	ClientID   []byte // 1 to 23 characters; here any length will do, and none
}

const connectFixed = 4

func (Connect) Type() Type { return TypeConnect }
func (p Connect) Len() int { return packetLen(connectFixed + len(p.ClientID)) }

func (p Connect) Append(b []byte) []byte {
	b, ok := appendHeader(b, TypeConnect, connectFixed+len(p.ClientID))
	if !ok {
		return b
	}
	b = append(b, byte(p.Flags), p.ProtocolID)
	b = binary.BigEndian.AppendUint16(b, p.Duration)
	return append(b, p.ClientID...)
}

func (p *Connect) Parse(body []byte) error {
	if len(body) < connectFixed {
		return ErrTruncated
	}
	p.Flags, p.ProtocolID, p.ClientID = Flags(body[0]), body[1], body[connectFixed:]
	p.Duration = binary.BigEndian.Uint16(body[2:])
	return nil
}

func (p Connect) String() string {
	l := newLine(TypeConnect).field("client", word(p.ClientID)).field("duration", p.Duration)
	l.addIf(p.Flags.CleanSession(), "clean").addIf(p.Flags.Will(), "will")
	if p.ProtocolID != ProtocolID {
		l.field("protocol", p.ProtocolID)
	}
	return l.String()
}

// Connack answers a CONNECT and the will handshake after it (5.4.5).
//
//	ReturnCode(1)
type Connack struct{ ReturnCode ReturnCode }

func (Connack) Type() Type               { return TypeConnack }
func (Connack) Len() int                 { return codeLen }
func (p Connack) Append(b []byte) []byte { return appendCode(b, TypeConnack, p.ReturnCode) }

func (p *Connack) Parse(body []byte) (err error) {
	p.ReturnCode, err = parseCode(body)
	return err
}

func (p Connack) String() string { return newLine(TypeConnack).add(p.ReturnCode).String() }
