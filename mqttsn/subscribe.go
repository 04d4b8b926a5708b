package mqttsn

import "encoding/binary"

// Subscribe asks for the messages of a topic or of a filter with wildcards (5.4.15). The TopicIdType of the Flags says
// which of TopicName and TopicID is sent.
//
//	Flags(1) MsgId(2) TopicName(n) or TopicId(2)
type Subscribe struct {
	Flags     Flags // DUP, QoS, TopicIdType
	MsgID     uint16
	TopicName []byte // type Normal: a name or filter
	TopicID   uint16 // types Predefined and ShortName
}

func (Subscribe) Type() Type { return TypeSubscribe }
func (p Subscribe) Len() int { return packetLen(filterBody(p.Flags, p.TopicName)) }

func (p Subscribe) Append(b []byte) []byte {
	return appendFilter(b, TypeSubscribe, p.Flags, p.MsgID, p.TopicName, p.TopicID)
}

// Parse may return [ErrBadTopic], with Flags and MsgID parsed: answer SUBACK "not supported".
func (p *Subscribe) Parse(body []byte) (err error) {
	p.Flags, p.MsgID, p.TopicName, p.TopicID, err = parseFilter(body)
	return err
}

func (p Subscribe) String() string {
	l := newLine(TypeSubscribe).field("topic", filterText(p.Flags, p.TopicName, p.TopicID))
	return l.field("qos", p.Flags.QoS()).field("msgid", p.MsgID).addIf(p.Flags.DUP(), "dup").String()
}

// Suback answers a SUBSCRIBE (5.4.16).
//
//	Flags(1) TopicId(2) MsgId(2) ReturnCode(1)
type Suback struct {
	Flags      Flags  // the QoS that was granted
	TopicID    uint16 // the id of the topic in PUBLISH; 0 for a filter with wildcards
	MsgID      uint16
	ReturnCode ReturnCode
}

const subackBody = 6

func (Suback) Type() Type { return TypeSuback }
func (Suback) Len() int   { return shortHeader + subackBody }

func (p Suback) Append(b []byte) []byte {
	b = append(b, byte(p.Len()), byte(TypeSuback), byte(p.Flags))
	b = binary.BigEndian.AppendUint16(b, p.TopicID)
	b = binary.BigEndian.AppendUint16(b, p.MsgID)
	return append(b, byte(p.ReturnCode))
}

func (p *Suback) Parse(body []byte) error {
	if err := wantLen(body, subackBody); err != nil {
		return err
	}
	p.Flags, p.ReturnCode = Flags(body[0]), ReturnCode(body[5])
	p.TopicID, p.MsgID = binary.BigEndian.Uint16(body[1:]), binary.BigEndian.Uint16(body[3:])
	return nil
}

func (p Suback) String() string {
	l := newLine(TypeSuback).add(p.ReturnCode).field("qos", p.Flags.QoS())
	return l.field("id", p.TopicID).field("msgid", p.MsgID).String()
}
