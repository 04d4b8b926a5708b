package mqttsn

import "encoding/binary"

// Publish carries a message on a topic, in either direction (5.4.12).
//
//	Flags(1) TopicId(2) MsgId(2) Data(n)
type Publish struct {
	Flags   Flags  // DUP, QoS, Retain, TopicIdType
	TopicID uint16 // what it means depends on the TopicIdType; see [ShortTopic]
	MsgID   uint16 // 0 for QoS 0 and -1; whatever came is kept
	Data    []byte
}

const publishFixed = 5

func (Publish) Type() Type { return TypePublish }
func (p Publish) Len() int { return packetLen(publishFixed + len(p.Data)) }

func (p Publish) Append(b []byte) []byte {
	b, ok := appendHeader(b, TypePublish, publishFixed+len(p.Data))
	if !ok {
		return b
	}
	b = append(b, byte(p.Flags))
	b = binary.BigEndian.AppendUint16(b, p.TopicID)
	b = binary.BigEndian.AppendUint16(b, p.MsgID)
	return append(b, p.Data...)
}

func (p *Publish) Parse(body []byte) error {
	if len(body) < publishFixed {
		return ErrTruncated
	}
	p.Flags, p.Data = Flags(body[0]), body[publishFixed:]
	p.TopicID = binary.BigEndian.Uint16(body[1:])
	p.MsgID = binary.BigEndian.Uint16(body[3:])
	return nil
}

func (p Publish) String() string {
	l := newLine(TypePublish)
	l.field("topic", topicText(p.Flags.TopicIDType(), p.TopicID)).field("qos", p.Flags.QoS())
	if p.MsgID != 0 {
		l.field("msgid", p.MsgID)
	}
	return l.addIf(p.Flags.DUP(), "dup").addIf(p.Flags.Retain(), "retain").data(p.Data).String()
}

// Puback acknowledges a PUBLISH of QoS 1, and refuses one of any QoS (5.4.13).
//
//	TopicId(2) MsgId(2) ReturnCode(1)
type Puback struct {
	TopicID    uint16 // both ids are those of the PUBLISH
	MsgID      uint16
	ReturnCode ReturnCode
}

func (Puback) Type() Type { return TypePuback }
func (Puback) Len() int   { return ackLen }

func (p Puback) Append(b []byte) []byte {
	return appendAck(b, TypePuback, p.TopicID, p.MsgID, p.ReturnCode)
}

func (p *Puback) Parse(body []byte) (err error) {
	p.TopicID, p.MsgID, p.ReturnCode, err = parseAck(body)
	return err
}

func (p Puback) String() string {
	return newLine(TypePuback).add(p.ReturnCode).field("id", p.TopicID).field("msgid", p.MsgID).String()
}
