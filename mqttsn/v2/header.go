package v2

import "encoding/binary"

// MaxLen is the length of the longest packet, in octets: what the Length field can count (2.1.2). Networks carry less.
const MaxLen = 0xFFFF

const (
	longForm    = 0x01 // a first octet of this value says that the length is in the next two
	maxShortLen = 0xFF
	shortHeader = 2 // Length(1) Type(1)
	longHeader  = 4 // 0x01 Length(2) Type(1)
)

// Split cuts a datagram into the packet's type and its body, the part after the header (2.1). The body shares memory
// with the datagram. The Length field must count exactly the octets of the datagram, which holds for encapsulations
// too: it includes the packet inside. Both forms of the header are read whatever the length (2.1.2-1). A reserved type
// is an error.
func Split(datagram []byte) (Type, []byte, error) {
	h, err := readHeader(datagram)
	switch {
	case err != nil:
	case h.length > len(datagram):
		err = ErrTruncated
	case h.length < len(datagram):
		err = ErrTrailing
	case h.typ.Reserved():
		err = ErrReservedType
	default:
		return h.typ, datagram[h.size:], nil
	}
	return h.typ, nil, &Error{Type: h.typ, Reason: MalformedPacket, Err: err}
}

// A header is what both versions of the protocol begin a packet with.
type header struct {
	size   int // octets of the header itself
	length int // what the Length field says
	typ    Type
}

// readHeader checks no more than that the header is complete and that the length covers it.
func readHeader(datagram []byte) (header, error) {
	if len(datagram) == 0 {
		return header{}, ErrTruncated
	}
	h := header{size: shortHeader, length: int(datagram[0])}
	if datagram[0] == longForm {
		if len(datagram) < longHeader {
			return header{}, ErrTruncated
		}
		h = header{size: longHeader, length: int(binary.BigEndian.Uint16(datagram[1:]))}
	}
	if h.length < h.size {
		return header{}, ErrLength
	}
	if len(datagram) < h.size {
		return header{}, ErrTruncated
	}
	h.typ = Type(datagram[h.size-1])
	return h, nil
}

// appendHeader starts a packet whose body has the given length, in the short form if the length allows. It returns
// false, and leaves b as it is, if the packet would exceed [MaxLen].
func appendHeader(b []byte, t Type, body int) ([]byte, bool) {
	switch n := packetLen(body); {
	case n <= maxShortLen:
		return append(b, byte(n), byte(t)), true
	case n <= MaxLen:
		return append(b, longForm, byte(n>>8), byte(n), byte(t)), true
	}
	return b, false
}

// packetLen is the length on the wire of a packet whose body has the given length.
func packetLen(body int) int {
	if shortHeader+body <= maxShortLen {
		return shortHeader + body
	}
	return longHeader + body
}
