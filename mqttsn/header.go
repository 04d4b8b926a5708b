package mqttsn

import "encoding/binary"

// MaxLen is the length of the longest packet, in octets: what the Length field can count (5.2.1). Networks carry less.
const MaxLen = 0xFFFF

const (
	longForm    = 0x01 // a first octet of this value says that the length is in the next two
	maxShortLen = 0xFF
	shortHeader = 2 // Length(1) MsgType(1)
	longHeader  = 4 // 0x01 Length(2) MsgType(1)
)

// Split cuts a datagram into the packet's type and its body, the part after the header (5.2). The body shares memory
// with the datagram. The Length field must count exactly the octets of the datagram. Both forms of the header are read
// whatever the length; a reserved type is not an error here.
//
// For [TypeForward] the body is the whole datagram, as [SplitForward] and Forward.Parse want it, and it has not been
// checked yet: the length of an encapsulation does not count the packet inside.
func Split(datagram []byte) (Type, []byte, error) {
	if len(datagram) == 0 {
		return 0, nil, ErrTruncated
	}
	length, header := int(datagram[0]), shortHeader
	if datagram[0] == longForm {
		header = longHeader
		if len(datagram) < longHeader {
			return 0, nil, ErrTruncated
		}
		length = int(binary.BigEndian.Uint16(datagram[1:]))
	}
	if length < header {
		return 0, nil, ErrLength
	}
	if len(datagram) < header {
		return 0, nil, ErrTruncated
	}

	typ := Type(datagram[header-1])
	switch {
	case typ == TypeForward && header == shortHeader:
		return typ, datagram, nil
	case typ == TypeForward:
		return 0, nil, ErrForward
	case length > len(datagram):
		return 0, nil, ErrTruncated
	case length < len(datagram):
		return 0, nil, ErrTrailing
	}
	return typ, datagram[header:], nil
}

// appendHeader starts a packet whose body has the given length, in the short form if the length allows: small devices
// read fields at fixed offsets. It returns false, and leaves b as it is, if the packet would exceed [MaxLen].
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

// wantLen checks the length of the body of a packet that has no variable part.
func wantLen(body []byte, n int) error {
	switch {
	case len(body) < n:
		return ErrTruncated
	case len(body) > n:
		return ErrTrailing
	}
	return nil
}
