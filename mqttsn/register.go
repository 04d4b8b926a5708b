package mqttsn

import "encoding/binary"

// Register joins a topic name and a normal topic id, in either direction (5.4.10).
//
//	TopicId(2) MsgId(2) TopicName(n)
type Register struct {
	TopicID   uint16 // the id that a gateway has assigned; 0 from a client
	MsgID     uint16
	TopicName []byte
}

const registerFixed = 4

func (Register) Type() Type { return TypeRegister }
func (p Register) Len() int { return packetLen(registerFixed + len(p.TopicName)) }

func (p Register) Append(b []byte) []byte {
	b, ok := appendHeader(b, TypeRegister, registerFixed+len(p.TopicName))
	if !ok {
		return b
	}
	b = binary.BigEndian.AppendUint16(b, p.TopicID)
	b = binary.BigEndian.AppendUint16(b, p.MsgID)
	return append(b, p.TopicName...)
}

func (p *Register) Parse(body []byte) error {
	if len(body) < registerFixed {
		return ErrTruncated
	}
	p.TopicID, p.MsgID = binary.BigEndian.Uint16(body), binary.BigEndian.Uint16(body[2:])
	p.TopicName = body[registerFixed:]
	return nil
}

func (p Register) String() string {
	l := newLine(TypeRegister).field("topic", quoted(p.TopicName))
	if p.TopicID != NoTopicID {
		l.field("id", p.TopicID)
	}
	return l.field("msgid", p.MsgID).String()
}

// Regack answers a REGISTER (5.4.11).
//
//	TopicId(2) MsgId(2) ReturnCode(1)
type Regack struct {
	TopicID    uint16
	MsgID      uint16
	ReturnCode ReturnCode
}

func (Regack) Type() Type { return TypeRegack }
func (Regack) Len() int   { return ackLen }

func (p Regack) Append(b []byte) []byte {
	return appendAck(b, TypeRegack, p.TopicID, p.MsgID, p.ReturnCode)
}

func (p *Regack) Parse(body []byte) (err error) {
	p.TopicID, p.MsgID, p.ReturnCode, err = parseAck(body)
	return err
}

func (p Regack) String() string {
	return newLine(TypeRegack).add(p.ReturnCode).field("id", p.TopicID).field("msgid", p.MsgID).String()
}
