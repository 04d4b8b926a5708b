package v2

// A Packet is a pointer to any packet of this package.
type Packet interface {
	// Type is the packet's Packet Type.
	Type() Type

	// Len is the length of the encoded packet in octets, header included.
	Len() int

	// Append encodes the packet at the end of b, with the shortest header that will do. A packet with a part that no
	// length field can count is not encoded at all: b comes back as it was. Values are not checked, except that those
	// too large for their bits lose the rest. It allocates only if b must grow.
	Append(b []byte) []byte

	// Parse reads the packet from the body that [Split] returned. Slices share memory with the body. Errors are of the
	// type *[Error]; then the packet's fields mean nothing.
	Parse(body []byte) error

	// String shows the packet in one line: `PUBACK success pid=2`.
	String() string
}

// Parse reads any packet. It allocates: the packet path of a gateway calls [Split] and switches on the type.
func Parse(datagram []byte) (Packet, error) {
	typ, body, err := Split(datagram)
	if err != nil {
		return nil, err
	}
	p := newPacket(typ)
	if err := p.Parse(body); err != nil {
		return nil, err
	}
	return p, nil
}

// Encode gives the datagram of a packet, or [ErrUnencodable].
func Encode(p Packet) ([]byte, error) {
	b := p.Append(nil)
	if len(b) == 0 {
		return nil, ErrUnencodable
	}
	return b, nil
}

// newPacket is an empty packet of the type, nil if the type is reserved.
func newPacket(t Type) Packet {
	switch t {
	case TypeConnect:
		return new(Connect)
	case TypeConnack:
		return new(Connack)
	case TypePublish:
		return new(Publish)
	case TypePuback:
		return new(Puback)
	case TypePubrec:
		return new(Pubrec)
	case TypePubrel:
		return new(Pubrel)
	case TypePubcomp:
		return new(Pubcomp)
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
	case TypeAuth:
		return new(Auth)
	case TypeRegister:
		return new(Register)
	case TypeRegack:
		return new(Regack)
	case TypePubwos:
		return new(Pubwos)
	case TypeSleepreq:
		return new(Sleepreq)
	case TypeSleepresp:
		return new(Sleepresp)
	case TypeWakeup:
		return new(Wakeup)
	case TypeAdvertise:
		return new(Advertise)
	case TypeSearchGw:
		return new(SearchGw)
	case TypeGwInfo:
		return new(GwInfo)
	case TypeForwarder:
		return new(Forwarder)
	case TypeConnection:
		return new(Connection)
	case TypeProtection:
		return new(Protection)
	}
	return nil
}
