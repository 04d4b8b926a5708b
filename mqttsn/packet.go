package mqttsn

// A Packet is a pointer to any packet of this package.
type Packet interface {
	// Type is the packet's MsgType.
	Type() Type

	// Len is the length of the encoded packet in octets, header included.
	Len() int

	// Append encodes the packet at the end of b, with the shortest header that will do. A packet that no length field
	// can count (Len above [MaxLen]) is not encoded at all: b comes back as it was. It allocates only if b must grow.
	Append(b []byte) []byte

	// Parse reads the packet from the body that [Split] returned. Slices share memory with the body. If Parse fails,
	// the packet's fields mean nothing, unless the error says otherwise.
	Parse(body []byte) error

	// String shows the packet in one line: `PUBACK accepted topic=1 msgid=2`.
	String() string
}

// Parse reads any packet. It allocates: the packet path of a gateway calls [Split] and switches on the type.
func Parse(datagram []byte) (Packet, error) {
	typ, body, err := Split(datagram)
	if err != nil {
		return nil, err
	}
	p := newPacket(typ)
	if p == nil {
		return nil, ErrUnknownType
	}
	if err := p.Parse(body); err != nil {
		return nil, err
	}
	return p, nil
}

// Encode gives the datagram of a packet, or [ErrTooLong].
func Encode(p Packet) ([]byte, error) {
	b := p.Append(nil)
	if len(b) == 0 {
		return nil, ErrTooLong
	}
	return b, nil
}

// newPacket is an empty packet of the type, nil if the type is reserved.
func newPacket(t Type) Packet {
	switch t {
	case TypeAdvertise:
		return new(Advertise)
	case TypeSearchGw:
		return new(SearchGw)
	case TypeGwInfo:
		return new(GwInfo)
	case TypeConnect:
		return new(Connect)
	case TypeConnack:
		return new(Connack)
	case TypeWillTopicReq:
		return new(WillTopicReq)
	case TypeWillTopic:
		return new(WillTopic)
	case TypeWillMsgReq:
		return new(WillMsgReq)
	case TypeWillMsg:
		return new(WillMsg)
	case TypeRegister:
		return new(Register)
	case TypeRegack:
		return new(Regack)
	case TypePublish:
		return new(Publish)
	case TypePuback:
		return new(Puback)
	case TypePubcomp:
		return new(Pubcomp)
	case TypePubrec:
		return new(Pubrec)
	case TypePubrel:
		return new(Pubrel)
	case TypeSubscribe:
		return new(Subscribe)
	case TypeSuback:
		return new(Suback)
	case TypeUnsubscribe:
		return new(Unsubscribe)
	case TypeUnsuback:
		return new(Unsuback)
	case TypePingreq:
		return new(Pingreq)
	case TypePingresp:
		return new(Pingresp)
	case TypeDisconnect:
		return new(Disconnect)
	case TypeWillTopicUpd:
		return new(WillTopicUpd)
	case TypeWillTopicResp:
		return new(WillTopicResp)
	case TypeWillMsgUpd:
		return new(WillMsgUpd)
	case TypeWillMsgResp:
		return new(WillMsgResp)
	case TypeForward:
		return new(Forward)
	}
	return nil
}
