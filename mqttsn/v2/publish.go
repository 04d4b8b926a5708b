package v2

import "encoding/binary"

// Publish carries a message on a topic, in either direction (3.6.2).
//
//	Flags(1) [PacketID(2)] topic Payload(n)
type Publish struct {
	DUP      bool // this QoS 2 PUBLISH has been sent before; never set with QoS 0 and 1
	Retain   bool
	QoS      QoS
	PacketID uint16 // of QoS 1 and 2
	Topic    Topic
	Payload  []byte // may be empty
}

const (
	flagRetain           = 1 << 4 // in PUBLISH and PUBWOS
	flagDUP              = 1 << 7
	publishFlagsReserved = 0b11 << 2
)

func (Publish) Type() Type { return TypePublish }
func (p Publish) Len() int { return packetLen(p.body()) }

func (p Publish) flags() byte {
	return byte(p.Topic.Type)&topicTypeMask | bit(p.Retain, flagRetain) | byte(p.QoS&qosMask)<<qosShift | bit(p.DUP, flagDUP)
}

func (p Publish) body() int {
	n := 1 + p.Topic.len() + len(p.Payload)
	if p.QoS > QoS0 {
		n += 2
	}
	return n
}

func (p Publish) Append(b []byte) []byte {
	b, ok := appendHeader(b, TypePublish, p.body())
	if !ok {
		return b
	}
	b = append(b, p.flags())
	if p.QoS > QoS0 {
		b = binary.BigEndian.AppendUint16(b, p.PacketID)
	}
	b = p.Topic.append(b)
	return append(b, p.Payload...)
}

func (p *Publish) Parse(body []byte) error {
	r := read(TypePublish, body)
	flags := r.flags(publishFlagsReserved)
	*p = Publish{
		DUP:    flags&flagDUP != 0,
		Retain: flags&flagRetain != 0,
		QoS:    QoS(flags >> qosShift & qosMask),
	}
	if p.QoS > QoS2 {
		r.malformed(ErrQoS)
	}
	if p.DUP && p.QoS != QoS2 {
		r.malformed(ErrDUP)
	}
	if p.QoS > QoS0 {
		p.PacketID = r.packetID()
	}
	p.Topic = r.topic(TopicType(flags & topicTypeMask))
	p.Payload = r.tail()
	return r.done()
}

func (p Publish) String() string {
	return line(TypePublish, field("topic", p.Topic), field("qos", p.QoS), nonzero("pid", p.PacketID),
		when(p.DUP, "dup"), when(p.Retain, "retain"), payload(p.Payload))
}

// Puback acknowledges or refuses a PUBLISH of QoS 1 (3.6.3).
//
//	PacketID(2) [Reason(1)]
type Puback struct {
	PacketID uint16 // that of the PUBLISH
	Reason   ReasonCode
}

func (Puback) Type() Type               { return TypePuback }
func (p Puback) Len() int               { return ackLen(p.Reason) }
func (p Puback) Append(b []byte) []byte { return appendAck(b, TypePuback, p.PacketID, p.Reason) }
func (p Puback) String() string         { return ackText(TypePuback, p.PacketID, p.Reason) }

func (p *Puback) Parse(body []byte) (err error) {
	p.PacketID, p.Reason, err = parseAck(TypePuback, body)
	return err
}
