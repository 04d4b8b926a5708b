package mqttsn

import "encoding/binary"

// Disconnect ends a session, or sends it to sleep for a while (5.4.21). A gateway's has no Duration. A Duration of 0
// means the same as none: nobody sleeps for no time.
//
//	[Duration(2)]
type Disconnect struct {
	Duration uint16 // how long the client is going to sleep, in seconds
}

func (Disconnect) Type() Type { return TypeDisconnect }

func (p Disconnect) Len() int {
	if p.Duration == 0 {
		return shortHeader
	}
	return shortHeader + 2
}

func (p Disconnect) Append(b []byte) []byte {
	b = append(b, byte(p.Len()), byte(TypeDisconnect))
	if p.Duration == 0 {
		return b
	}
	return binary.BigEndian.AppendUint16(b, p.Duration)
}

func (p *Disconnect) Parse(body []byte) error {
	p.Duration = 0
	if len(body) == 0 {
		return nil
	}
	if err := wantLen(body, 2); err != nil {
		return err
	}
	p.Duration = binary.BigEndian.Uint16(body)
	return nil
}

func (p Disconnect) String() string {
	l := newLine(TypeDisconnect)
	if p.Duration > 0 {
		l.field("duration", p.Duration)
	}
	return l.String()
}
