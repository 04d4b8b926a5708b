package mqttsn

// Unsubscribe takes a subscription back (5.4.17). Its fields are those of [Subscribe].
//
//	Flags(1) MsgId(2) TopicName(n) or TopicId(2)
type Unsubscribe struct {
	Flags     Flags // TopicIdType
	MsgID     uint16
	TopicName []byte // type Normal: a name or filter
	TopicID   uint16 // types Predefined and ShortName
}

func (Unsubscribe) Type() Type { return TypeUnsubscribe }
func (p Unsubscribe) Len() int { return packetLen(filterBody(p.Flags, p.TopicName)) }

func (p Unsubscribe) Append(b []byte) []byte {
	return appendFilter(b, TypeUnsubscribe, p.Flags, p.MsgID, p.TopicName, p.TopicID)
}

// Parse may return [ErrBadTopic], with Flags and MsgID parsed: answer UNSUBACK, which cannot refuse.
func (p *Unsubscribe) Parse(body []byte) (err error) {
	p.Flags, p.MsgID, p.TopicName, p.TopicID, err = parseFilter(body)
	return err
}

func (p Unsubscribe) String() string {
	l := newLine(TypeUnsubscribe).field("topic", filterText(p.Flags, p.TopicName, p.TopicID))
	return l.field("msgid", p.MsgID).String()
}

// Unsuback answers an UNSUBSCRIBE (5.4.18).
//
//	MsgId(2)
type Unsuback struct{ MsgID uint16 }

func (Unsuback) Type() Type               { return TypeUnsuback }
func (Unsuback) Len() int                 { return msgIDLen }
func (p Unsuback) Append(b []byte) []byte { return appendMsgID(b, TypeUnsuback, p.MsgID) }
func (p Unsuback) String() string         { return newLine(TypeUnsuback).field("msgid", p.MsgID).String() }

func (p *Unsuback) Parse(body []byte) (err error) {
	p.MsgID, err = parseMsgID(body)
	return err
}
