package v2

import "encoding/binary"

// Register joins a topic name and a session topic alias (3.4). A client asks for an alias, a server announces one;
// Alias is the server's to use (3.4-1, 3.4-2).
//
//	Flags(1) PacketID(2) [Alias(2)] TopicName(n)
type Register struct {
	PacketID  uint16
	HasAlias  bool
	Alias     uint16
	TopicName []byte // a full name, which the codec has not looked at but for its UTF-8
}

const (
	flagRegisterAlias     = 1 << 0
	registerFlagsReserved = 0xFE

	registerFixed = 3
)

func (Register) Type() Type { return TypeRegister }
func (p Register) Len() int { return packetLen(p.body()) }

func (p Register) body() int {
	if p.HasAlias {
		return registerFixed + 2 + len(p.TopicName)
	}
	return registerFixed + len(p.TopicName)
}

func (p Register) Append(b []byte) []byte {
	b, ok := appendHeader(b, TypeRegister, p.body())
	if !ok {
		return b
	}
	b = append(b, bit(p.HasAlias, flagRegisterAlias))
	b = binary.BigEndian.AppendUint16(b, p.PacketID)
	if p.HasAlias {
		b = binary.BigEndian.AppendUint16(b, p.Alias)
	}
	return append(b, p.TopicName...)
}

func (p *Register) Parse(body []byte) error {
	r := read(TypeRegister, body)
	flags := r.flags(registerFlagsReserved)
	*p = Register{HasAlias: flags&flagRegisterAlias != 0, PacketID: r.packetID()}
	if p.HasAlias {
		p.Alias = r.uint16()
	}
	p.TopicName = r.textTail()
	return r.done()
}

func (p Register) String() string {
	return line(TypeRegister, field("topic", Topic{Type: TopicName, Name: p.TopicName}),
		when(p.HasAlias, field("alias", p.Alias)), field("pid", p.PacketID))
}

// Regack answers a REGISTER (3.5). That of a client has no alias (3.5.4-1).
//
//	Flags(1) PacketID(2) [Alias(2)] [Reason(1)]
type Regack struct {
	PacketID  uint16
	HasAlias  bool
	AliasType TopicType // SessionAlias or PredefinedAlias; of no meaning without an alias
	Alias     uint16
	Reason    ReasonCode
}

func (Regack) Type() Type { return TypeRegack }

func (p Regack) Len() int {
	return shortHeader + aliasAckFixed + aliasLen(p.HasAlias) + reasonLen(p.Reason)
}

func (p Regack) Append(b []byte) []byte {
	b = append(b, byte(p.Len()), byte(TypeRegack), byte(p.AliasType&topicTypeMask)|bit(p.HasAlias, flagAckAlias))
	b = binary.BigEndian.AppendUint16(b, p.PacketID)
	if p.HasAlias {
		b = binary.BigEndian.AppendUint16(b, p.Alias)
	}
	return appendReason(b, p.Reason)
}

func (p *Regack) Parse(body []byte) error {
	r := read(TypeRegack, body)
	p.HasAlias, p.AliasType, p.PacketID, p.Alias = r.aliasAck()
	p.Reason = r.reasonCode()
	return r.done()
}

func (p Regack) String() string {
	return line(TypeRegack, p.Reason.String(), aliasText(p.HasAlias, p.AliasType, p.Alias), field("pid", p.PacketID))
}
