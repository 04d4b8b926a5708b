package dtls

import "encoding/binary"

// Content types of records (RFC 6347, 4.1; RFC 9146, 3).
const (
	typeHandshake    = 22
	typeConnectionID = 25
)

// Types of handshake messages (RFC 6347, 4.3.2).
const (
	helloFromClient = 1
	helloFromServer = 2
)

// cidLength is the length of the connection ids that we give out, in octets. It must be constant: a record does not tell.
const cidLength = 8

// A connectionID is one that we gave out.
type connectionID [cidLength]byte

// A record is one record of a datagram.
//
//	Type(1) Version(2) Epoch(2) Sequence(6) Length(2) fragment
//	Type(1) Version(2) Epoch(2) Sequence(6) ConnectionID(8) Length(2) fragment    of type 25
type record []byte

const (
	recordEpoch  = 3
	recordID     = 11
	recordHeader = 13
)

// nextRecord splits the first record off a datagram. It reports false if there is no complete one.
func nextRecord(b []byte) (r record, rest []byte, ok bool) {
	header := recordHeader
	if len(b) > 0 && b[0] == typeConnectionID {
		header += cidLength
	}
	if len(b) < header {
		return nil, nil, false
	}
	end := header + int(binary.BigEndian.Uint16(b[header-2:]))
	if len(b) < end {
		return nil, nil, false
	}
	return record(b[:end]), b[end:], true
}

// protected reports whether the record is encrypted and authenticated.
func (r record) protected() bool { return binary.BigEndian.Uint16(r[recordEpoch:]) > 0 }

// isHello reports whether the record carries a hello message, or the first part of one.
func (r record) isHello(kind byte) bool {
	return r[0] == typeHandshake && !r.protected() && len(r) > recordHeader && r[recordHeader] == kind
}

// connectionIDIn finds the connection id that a datagram was sent to, if any.
func connectionIDIn(b []byte) (id connectionID, ok bool) {
	for {
		r, rest, ok := nextRecord(b)
		if !ok {
			return id, false
		}
		if r[0] == typeConnectionID {
			copy(id[:], r[recordID:])
			return id, true
		}
		b = rest
	}
}

// isHello reports whether a datagram begins with a hello message.
func isHello(b []byte, kind byte) bool {
	r, _, ok := nextRecord(b)
	return ok && r.isHello(kind)
}

// protectedPart is the run of protected records in a datagram: without the unprotected ones in front, which belong to a
// handshake, and without anything from the next unprotected one on. It may be empty, and shares memory with b.
func protectedPart(b []byte) []byte {
	for {
		r, rest, ok := nextRecord(b)
		if !ok {
			return nil
		}
		if r.protected() {
			break
		}
		b = rest
	}
	for rest := b; ; {
		r, after, ok := nextRecord(rest)
		if !ok || !r.protected() {
			return b[:len(b)-len(rest)]
		}
		rest = after
	}
}
