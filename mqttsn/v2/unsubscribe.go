package v2

import "encoding/binary"

// Unsubscribe ends a subscription (3.9). It is answered even if there was none.
//
//	Flags(1) PacketID(2) Alias(2) or Filter(n)
type Unsubscribe struct {
	PacketID uint16
	Topic    Topic
}

const unsubscribeFlagsReserved = 0xFC

func (Unsubscribe) Type() Type { return TypeUnsubscribe }
func (p Unsubscribe) Len() int { return packetLen(filterFixed + p.Topic.tailLen()) }

func (p Unsubscribe) Append(b []byte) []byte {
	b, ok := appendHeader(b, TypeUnsubscribe, filterFixed+p.Topic.tailLen())
	if !ok {
		return b
	}
	b = append(b, byte(p.Topic.Type)&topicTypeMask)
	b = binary.BigEndian.AppendUint16(b, p.PacketID)
	return p.Topic.appendTail(b)
}

func (p *Unsubscribe) Parse(body []byte) error {
	r := read(TypeUnsubscribe, body)
	flags := r.flags(unsubscribeFlagsReserved)
	*p = Unsubscribe{PacketID: r.packetID(), Topic: r.topicTail(TopicType(flags & topicTypeMask))}
	return r.done()
}

func (p Unsubscribe) String() string {
	return line(TypeUnsubscribe, field("topic", p.Topic), field("pid", p.PacketID))
}

// Unsuback answers an UNSUBSCRIBE (3.10).
//
//	PacketID(2) [Reason(1)]
type Unsuback struct {
	PacketID uint16
	Reason   ReasonCode
}

func (Unsuback) Type() Type               { return TypeUnsuback }
func (p Unsuback) Len() int               { return ackLen(p.Reason) }
func (p Unsuback) Append(b []byte) []byte { return appendAck(b, TypeUnsuback, p.PacketID, p.Reason) }
func (p Unsuback) String() string         { return ackText(TypeUnsuback, p.PacketID, p.Reason) }

func (p *Unsuback) Parse(body []byte) (err error) {
	p.PacketID, p.Reason, err = parseAck(TypeUnsuback, body)
	return err
}
