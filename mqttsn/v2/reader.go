package v2

import (
	"bytes"
	"encoding/binary"
	"unicode/utf8"
)

// A reader takes the fields of a body one after the other. It remembers the first fault, and goes on: the packet
// identifier may come after it. Of fields that are not there it makes zeros. What was read means something only if done
// returns nil.
type reader struct {
	rest   []byte
	typ    Type
	id     uint16     // the packet identifier, once it is read
	reason ReasonCode // of the first fault
	fault  error      // nil as long as all is well
}

func read(t Type, body []byte) reader { return reader{typ: t, rest: body} }

func (r *reader) fail(reason ReasonCode, fault error) {
	if r.fault == nil {
		r.reason, r.fault = reason, fault
	}
}

func (r *reader) malformed(fault error) { r.fail(MalformedPacket, fault) }
func (r *reader) protocol(fault error)  { r.fail(ProtocolError, fault) }

// done returns the first fault. Octets that no field has taken are one.
func (r *reader) done() error {
	if len(r.rest) > 0 {
		r.malformed(ErrTrailing)
	}
	if r.fault == nil {
		return nil
	}
	return &Error{Type: r.typ, Reason: r.reason, PacketID: r.id, Err: r.fault}
}

// octets is the next n octets; nil, and nothing is left, if there are fewer.
func (r *reader) octets(n int) []byte {
	if n > len(r.rest) {
		r.malformed(ErrTruncated)
		r.rest = nil
		return nil
	}
	b := r.rest[:n]
	r.rest = r.rest[n:]
	return b
}

// tail is whatever is left.
func (r *reader) tail() []byte {
	b := r.rest
	r.rest = nil
	return b
}

func (r *reader) octet() byte {
	if b := r.octets(1); b != nil {
		return b[0]
	}
	return 0
}

func (r *reader) uint16() uint16 {
	if b := r.octets(2); b != nil {
		return binary.BigEndian.Uint16(b)
	}
	return 0
}

func (r *reader) uint32() uint32 {
	if b := r.octets(4); b != nil {
		return binary.BigEndian.Uint32(b)
	}
	return 0
}

// flags is an octet in which the reserved bits must be 0.
func (r *reader) flags(reserved byte) byte {
	f := r.octet()
	if f&reserved != 0 {
		r.malformed(ErrReservedBits)
	}
	return f
}

// packetID is never 0 (2.2-1, 2.2-3), which holds for answers as well, since they repeat it.
func (r *reader) packetID() uint16 {
	r.id = r.uint16()
	if r.id == 0 {
		r.protocol(ErrPacketID)
	}
	return r.id
}

// reasonCode is Success if the packet ends before it. Codes that the draft does not list for a packet are accepted: they
// say success or failure all the same.
func (r *reader) reasonCode() ReasonCode {
	if len(r.rest) == 0 {
		return Success
	}
	return ReasonCode(r.octet())
}

func (r *reader) text(n int) []byte { return r.checked(r.octets(n)) }
func (r *reader) textTail() []byte  { return r.checked(r.tail()) }

// checked wants UTF-8 without surrogates and without U+0000 (1.8.4-1, 1.8.4-2). Control characters and non-characters,
// which a receiver may refuse, pass, and a byte order mark is a character like others (1.8.4-3).
func (r *reader) checked(text []byte) []byte {
	if !utf8.Valid(text) || bytes.IndexByte(text, 0) >= 0 {
		r.malformed(ErrText)
	}
	return text
}
