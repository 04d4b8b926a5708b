package mqtt

import "encoding/binary"

// encoder appends packets to a buffer. The first thing that cannot be encoded makes err stick.
type encoder struct {
	b     []byte
	v     Version
	terse bool   // leave out what only explains (see problem)
	tail  []byte // the end of the packet: copied when the length before it is known, not moved once more
	err   error

	aliased Publish // what is encoded instead of a PUBLISH that gets an alias, while it is
}

// packet appends p as a whole. If it cannot be carried by MQTT, b is as before and ErrPacketTooLarge is returned.
func (e *encoder) packet(p Packet) error {
	start := len(e.b)
	e.err, e.tail = nil, nil
	e.u8(byte(p.Type())<<4 | flagsOf(p))
	at := len(e.b)
	p.encode(e)
	e.insertLength(at, len(e.tail))
	e.b = append(e.b, e.tail...)
	e.tail = nil
	if e.err != nil {
		e.b = e.b[:start]
	}
	return e.err
}

// insertLength inserts, at index at, the length of what stands from there on and of more that will follow.
func (e *encoder) insertLength(at, more int) {
	n := len(e.b) - at + more
	if n > maxVarint {
		e.err = ErrPacketTooLarge
		return
	}
	var size [maxVarintSize]byte
	e.insert(at, appendVarint(size[:0], uint32(n)))
}

func (e *encoder) insert(at int, b []byte) {
	e.b = append(e.b, b...)
	copy(e.b[at+len(b):], e.b[at:len(e.b)-len(b)])
	copy(e.b[at:], b)
}

func (e *encoder) u8(x byte)    { e.b = append(e.b, x) }
func (e *encoder) u16(x uint16) { e.b = binary.BigEndian.AppendUint16(e.b, x) }
func (e *encoder) u32(x uint32) { e.b = binary.BigEndian.AppendUint32(e.b, x) }

// str appends a UTF-8 string with its length (1.5.4).
func (e *encoder) str(s string) {
	if len(s) > maxString {
		e.err = ErrPacketTooLarge
		return
	}
	e.u16(uint16(len(s)))
	e.b = append(e.b, s...)
}

// bytes appends binary data with its length (1.5.6).
func (e *encoder) bytes(b []byte) {
	if len(b) > maxString {
		e.err = ErrPacketTooLarge
		return
	}
	e.u16(uint16(len(b)))
	e.b = append(e.b, b...)
}

const (
	maxString     = 0xFFFF
	maxVarint     = 1<<28 - 1 // 268,435,455
	maxVarintSize = 4
)

// appendVarint appends a variable byte integer (1.5.5). x is at most maxVarint.
func appendVarint(b []byte, x uint32) []byte {
	for x >= 0x80 {
		b = append(b, byte(x)|0x80)
		x >>= 7
	}
	return append(b, byte(x))
}
