package v2

import "encoding/binary"

// The two bodies that several acknowledgements share.

// PUBACK, PUBREC, PUBREL, PUBCOMP and UNSUBACK: PacketID(2) [Reason(1)].

func ackLen(c ReasonCode) int { return shortHeader + 2 + reasonLen(c) }

func appendAck(b []byte, t Type, id uint16, c ReasonCode) []byte {
	b = append(b, byte(ackLen(c)), byte(t))
	b = binary.BigEndian.AppendUint16(b, id)
	return appendReason(b, c)
}

func parseAck(t Type, body []byte) (uint16, ReasonCode, error) {
	r := read(t, body)
	id, c := r.packetID(), r.reasonCode()
	return id, c, r.done()
}

func ackText(t Type, id uint16, c ReasonCode) string { return line(t, c.String(), field("pid", id)) }

// reasonLen and appendReason leave Success out.

func reasonLen(c ReasonCode) int {
	if c == Success {
		return 0
	}
	return 1
}

func appendReason(b []byte, c ReasonCode) []byte {
	if c == Success {
		return b
	}
	return append(b, byte(c))
}

// REGACK and SUBACK: Flags(1) PacketID(2) [Alias(2)] [Reason(1)].

const (
	flagAckAlias          = 1 << 2
	aliasAckFlagsReserved = 0xF8

	aliasAckFixed = 3
)

func aliasLen(present bool) int {
	if present {
		return 2
	}
	return 0
}

// aliasAck reads what REGACK and SUBACK begin with. The type of an alias that is not there is read as 0: a receiver has
// no use for it.
func (r *reader) aliasAck() (present bool, t TopicType, packetID, alias uint16) {
	flags := r.flags(aliasAckFlagsReserved)
	packetID = r.packetID()
	if t = TopicType(flags & topicTypeMask); t > PredefinedAlias {
		r.protocol(ErrTopicType)
	}
	if flags&flagAckAlias == 0 {
		return false, 0, packetID, 0
	}
	return true, t, packetID, r.uint16()
}

func aliasText(present bool, t TopicType, alias uint16) string {
	return when(present, field("alias", Topic{Type: t, Alias: alias}))
}
