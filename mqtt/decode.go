package mqtt

import (
	"encoding/binary"
	"fmt"
	"unicode/utf8"
)

// decoder walks the body of a packet. Its first failure sticks and leaves nothing to read, so that callers look at err
// once, at the end.
type decoder struct {
	b          []byte // what is left of the body, or of the properties while they are read
	v          Version
	fromServer bool
	err        *ProtocolError

	// topic is the name in the last PUBLISH: publishers repeat themselves, which saves its allocation.
	topic string
}

// packet decodes a packet. The body is copied where the result needs it.
func (d *decoder) packet(header byte, body []byte) (Packet, error) {
	p := newPacket(Type(header >> 4))
	d.b, d.err = body, nil
	switch pub, _ := p.(*Publish); {
	case p == nil:
		d.fail(MalformedPacket, "packet type 0 is reserved")
	case pub != nil:
		pub.setFlags(d, header&0x0F)
	case header&0x0F != flagsOf(p):
		d.fail(MalformedPacket, "fixed header of %s has flags %04b", p.Type(), header&0x0F)
	}
	if d.err == nil {
		p.decode(d)
	}
	if len(d.b) > 0 {
		d.fail(MalformedPacket, "%s has %d octets too many", p.Type(), len(d.b))
	}
	if d.err != nil {
		return nil, d.err
	}
	return p, nil
}

func newPacket(t Type) Packet {
	switch t {
	case CONNECT:
		return new(Connect)
	case CONNACK:
		return new(Connack)
	case PUBLISH:
		return new(Publish)
	case PUBACK, PUBREC, PUBREL, PUBCOMP:
		return &Ack{Kind: t}
	case SUBSCRIBE:
		return new(Subscribe)
	case SUBACK:
		return new(Suback)
	case UNSUBSCRIBE:
		return new(Unsubscribe)
	case UNSUBACK:
		return new(Unsuback)
	case PINGREQ:
		return new(Pingreq)
	case PINGRESP:
		return new(Pingresp)
	case DISCONNECT:
		return new(Disconnect)
	case AUTH:
		return new(Auth)
	}
	return nil
}

// flagsOf returns the low half of the fixed header's first octet (2.1.3).
func flagsOf(p Packet) byte {
	switch p.Type() {
	case PUBLISH:
		return p.(*Publish).flags()
	case PUBREL, SUBSCRIBE, UNSUBSCRIBE:
		return 0b0010
	}
	return 0
}

// fail records why the packet is refused, unless something before it has already failed.
func (d *decoder) fail(r Reason, format string, args ...any) {
	if d.err == nil {
		d.err = &ProtocolError{Reason: r, Msg: fmt.Sprintf(format, args...)}
	}
	d.b = nil
}

// take returns the next n octets, in place, or nil after a failure.
func (d *decoder) take(n int) []byte {
	if n > len(d.b) {
		d.fail(MalformedPacket, "packet is shorter than its fields")
		return nil
	}
	b := d.b[:n]
	d.b = d.b[n:]
	return b
}

func (d *decoder) u8() byte {
	if b := d.take(1); b != nil {
		return b[0]
	}
	return 0
}

func (d *decoder) u16() uint16 {
	if b := d.take(2); b != nil {
		return binary.BigEndian.Uint16(b)
	}
	return 0
}

func (d *decoder) u32() uint32 {
	if b := d.take(4); b != nil {
		return binary.BigEndian.Uint32(b)
	}
	return 0
}

// varint reads a variable byte integer (1.5.5).
func (d *decoder) varint() uint32 {
	x, n := varint(d.b)
	switch {
	case n > 0:
		d.b = d.b[n:]
	case n == 0:
		d.fail(MalformedPacket, "packet is shorter than its fields")
	default:
		d.fail(MalformedPacket, "variable byte integer is longer than it needs to be")
	}
	return x
}

// varint reads a variable byte integer at the start of b and returns its size: 0 if b ends before it does, -1 if it has
// more than four octets or a needless last one.
func varint(b []byte) (x uint32, size int) {
	for i := range min(len(b), maxVarintSize) {
		x |= uint32(b[i]&0x7F) << (7 * i)
		if b[i] < 0x80 {
			if i > 0 && b[i] == 0 {
				return 0, -1
			}
			return x, i + 1
		}
	}
	if len(b) >= maxVarintSize {
		return 0, -1
	}
	return 0, 0
}

// bytes reads binary data (1.5.6). The result is a copy, and not nil even if empty.
func (d *decoder) bytes() []byte {
	return append([]byte{}, d.take(int(d.u16()))...)
}

// str reads a UTF-8 string (1.5.4).
func (d *decoder) str() string {
	b := d.take(int(d.u16()))
	d.checkText(b)
	return string(b)
}

// checkText refuses what is not UTF-8, surrogates included, and the null character (MQTT-1.5.4-1, MQTT-1.5.4-2).
func (d *decoder) checkText(b []byte) {
	if !utf8.Valid(b) {
		d.fail(MalformedPacket, "string is not UTF-8")
	}
	for _, c := range b {
		if c == 0 {
			d.fail(MalformedPacket, "string has a null character")
		}
	}
}

// packetID reads a packet identifier, which is never 0 (2.2.1).
func (d *decoder) packetID() uint16 {
	id := d.u16()
	if id == 0 {
		d.fail(ProtocolViolation, "packet identifier is 0")
	}
	return id
}

// reason reads a reason code that a packet of type t may carry from this peer.
func (d *decoder) reason(t Type) Reason {
	r := Reason(d.u8())
	if d.err == nil && !r.validIn(t, d.fromServer) {
		d.fail(ProtocolViolation, "%s with %s", t, r)
	}
	return r
}
