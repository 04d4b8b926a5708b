package mqttsn

import "errors"

// What can be wrong with a datagram. Nothing but [ErrBadTopic] deserves an answer: the datagram is counted and dropped.
var (
	// ErrTruncated says that there are fewer octets than the Length field claims or than the packet's fields take.
	ErrTruncated = errors.New("mqttsn: packet shorter than its length or fields")

	// ErrTrailing says that octets are left after the end of the packet or of its last field.
	ErrTrailing = errors.New("mqttsn: octets after the end of the packet")

	// ErrLength says that the Length field has a value that no packet can have.
	ErrLength = errors.New("mqttsn: impossible value in the length field")

	// ErrUnknownType says that the packet's type is one that the specification reserves (5.2.2).
	ErrUnknownType = errors.New("mqttsn: reserved packet type")

	// ErrForward says that a forwarder encapsulation (5.5) has the long header form or another encapsulation inside.
	ErrForward = errors.New("mqttsn: malformed forwarder encapsulation")

	// ErrBadTopic says that the topic of a SUBSCRIBE or UNSUBSCRIBE has not the two octets that its type demands, or
	// that the type is the reserved one. Flags and MsgID have been parsed, so that the packet can be refused by name.
	ErrBadTopic = errors.New("mqttsn: topic does not fit its type")
)

// ErrTooLong says that a packet cannot be encoded, because its length does not fit the Length field.
var ErrTooLong = errors.New("mqttsn: packet too long to encode")
