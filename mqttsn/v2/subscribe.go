package v2

import "encoding/binary"

// Subscribe asks for the messages of one filter, or of one topic by its alias (3.7).
//
//	Flags(1) PacketID(2) Alias(2) or Filter(n)
type Subscribe struct {
	PacketID          uint16
	Topic             Topic
	QoS               QoS // the highest that is wanted
	NoLocal           bool
	RetainAsPublished bool
	RetainHandling    RetainHandling
}

// RetainHandling says whether the retained messages of a filter are sent when it is subscribed to.
type RetainHandling uint8

const (
	SendRetained      RetainHandling = 0
	SendRetainedIfNew RetainHandling = 1 // only if the subscription did not exist before
	SendNoRetained    RetainHandling = 2

	retainHandlingShift = 2
	retainHandlingMask  = 0b11
)

const (
	flagRetainAsPublished = 1 << 4
	flagNoLocal           = 1 << 7

	filterFixed = 3 // in SUBSCRIBE and UNSUBSCRIBE
)

func (Subscribe) Type() Type { return TypeSubscribe }
func (p Subscribe) Len() int { return packetLen(filterFixed + p.Topic.tailLen()) }

func (p Subscribe) flags() byte {
	return byte(p.Topic.Type)&topicTypeMask | byte(p.RetainHandling&retainHandlingMask)<<retainHandlingShift |
		bit(p.RetainAsPublished, flagRetainAsPublished) | byte(p.QoS&qosMask)<<qosShift | bit(p.NoLocal, flagNoLocal)
}

func (p Subscribe) Append(b []byte) []byte {
	b, ok := appendHeader(b, TypeSubscribe, filterFixed+p.Topic.tailLen())
	if !ok {
		return b
	}
	b = append(b, p.flags())
	b = binary.BigEndian.AppendUint16(b, p.PacketID)
	return p.Topic.appendTail(b)
}

func (p *Subscribe) Parse(body []byte) error {
	r := read(TypeSubscribe, body)
	flags := r.octet() // no bit of it is reserved
	*p = Subscribe{
		PacketID:          r.packetID(),
		QoS:               QoS(flags >> qosShift & qosMask),
		NoLocal:           flags&flagNoLocal != 0,
		RetainAsPublished: flags&flagRetainAsPublished != 0,
		RetainHandling:    RetainHandling(flags >> retainHandlingShift & retainHandlingMask),
	}
	if p.QoS > QoS2 {
		r.protocol(ErrQoS)
	}
	if p.RetainHandling > SendNoRetained {
		r.protocol(ErrRetainHandling)
	}
	p.Topic = r.topicTail(TopicType(flags & topicTypeMask))
	return r.done()
}

func (p Subscribe) String() string {
	return line(TypeSubscribe, field("topic", p.Topic), field("qos", p.QoS), field("pid", p.PacketID),
		when(p.NoLocal, "nolocal"), when(p.RetainAsPublished, "rap"), nonzero("rh", uint8(p.RetainHandling)))
}

// Suback answers a SUBSCRIBE (3.8). The reason is the QoS that was granted, or says why none was. An alias comes with a
// filter without wildcards; the server will use it in PUBLISH.
//
//	Flags(1) PacketID(2) [Alias(2)] Reason(1)
type Suback struct {
	PacketID  uint16
	HasAlias  bool
	AliasType TopicType // as in [Regack]
	Alias     uint16
	Reason    ReasonCode
}

func (Suback) Type() Type { return TypeSuback }
func (p Suback) Len() int { return shortHeader + aliasAckFixed + aliasLen(p.HasAlias) + 1 }

// Append writes the reason whatever it is: one rule lets it be omitted, another does not (3.7.6-5). Without an alias the
// topic type must read "predefined" (3.8.2.1-2).
func (p Suback) Append(b []byte) []byte {
	flags := byte(PredefinedAlias)
	if p.HasAlias {
		flags = byte(p.AliasType&topicTypeMask) | flagAckAlias
	}
	b = append(b, byte(p.Len()), byte(TypeSuback), flags)
	b = binary.BigEndian.AppendUint16(b, p.PacketID)
	if p.HasAlias {
		b = binary.BigEndian.AppendUint16(b, p.Alias)
	}
	return append(b, byte(p.Reason))
}

func (p *Suback) Parse(body []byte) error {
	r := read(TypeSuback, body)
	p.HasAlias, p.AliasType, p.PacketID, p.Alias = r.aliasAck()
	p.Reason = r.reasonCode()
	return r.done()
}

func (p Suback) String() string {
	return line(TypeSuback, p.Reason.String(), aliasText(p.HasAlias, p.AliasType, p.Alias), field("pid", p.PacketID))
}
