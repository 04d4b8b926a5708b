package v2

import (
	"errors"
	"fmt"
)

// An Error says why a packet was refused, and what its sender can be told. Answering is never a duty (3.1.19, 4.12): a
// CONNECT is answered with CONNACK, a packet of a connectionless type with nothing, any other with DISCONNECT.
type Error struct {
	// Type is the packet's, 0 if not even the header could be read.
	Type Type

	// Reason is MalformedPacket for what cannot be parsed, ProtocolError for what can be but is forbidden, or a code that
	// says more: UnsupportedProtocolVersion, ProtectionSchemeInvalid.
	Reason ReasonCode

	// PacketID is the packet's own, 0 if it has none or if the fault was met first.
	PacketID uint16

	// Err is one of the errors below.
	Err error
}

func (e *Error) Error() string {
	if e.Type == 0 {
		return fmt.Sprintf("mqttsn 2.0: %v (%v)", e.Err, e.Reason)
	}
	if e.PacketID == 0 {
		return fmt.Sprintf("mqttsn 2.0: %v: %v (%v)", e.Type, e.Err, e.Reason)
	}
	return fmt.Sprintf("mqttsn 2.0: %v pid=%d: %v (%v)", e.Type, e.PacketID, e.Err, e.Reason)
}

func (e *Error) Unwrap() error { return e.Err }

// What makes a packet Malformed.
var (
	ErrTruncated    = errors.New("packet shorter than its length or fields")
	ErrTrailing     = errors.New("octets after the end of the packet or of its last field")
	ErrLength       = errors.New("length shorter than the header")
	ErrReservedType = errors.New("reserved packet type")
	ErrReservedBits = errors.New("reserved bits are set")
	ErrText         = errors.New("text is not UTF-8 or holds U+0000")
	ErrQoS          = errors.New("no such quality of service")
	ErrTopicType    = errors.New("topic type is reserved or not allowed here")
	ErrDUP          = errors.New("DUP without QoS 2")
	ErrInner        = errors.New("what is inside is no packet")
)

// What makes a packet a Protocol Error. ErrQoS and ErrTopicType do so in SUBSCRIBE, UNSUBSCRIBE and their answers.
var (
	ErrPacketID       = errors.New("packet identifier is 0")
	ErrKeepAlive      = errors.New("keep alive is 0")
	ErrMaxPacketSize  = errors.New("maximum packet size is below 10")
	ErrDuration       = errors.New("sleep duration is 0")
	ErrRetainHandling = errors.New("no such retain handling")
	ErrEmptyFilter    = errors.New("topic filter is empty")
	ErrNesting        = errors.New("packet must not be inside this encapsulation")
)

// What has reason codes of its own.
var (
	ErrVersion = errors.New("not protocol version 2")                             // UnsupportedProtocolVersion
	ErrScheme  = errors.New("protection scheme or its lengths are not supported") // ProtectionSchemeInvalid
)

// ErrUnencodable says that a packet has a part that no length field can count, or a protection of impossible lengths.
var ErrUnencodable = errors.New("mqttsn 2.0: packet cannot be encoded")
