package mqtt

import "fmt"

// Version is the protocol version as CONNECT carries it (3.1.2.2).
type Version byte

const (
	V31  Version = 3 // protocol name MQIsdp
	V311 Version = 4
	V5   Version = 5
)

func (v Version) String() string {
	switch v {
	case V31:
		return "3.1"
	case V311:
		return "3.1.1"
	case V5:
		return "5"
	}
	return fmt.Sprintf("version %d", byte(v))
}

// Type is the packet type of the fixed header (2.1.2).
type Type byte

const (
	CONNECT     Type = 1
	CONNACK     Type = 2
	PUBLISH     Type = 3
	PUBACK      Type = 4
	PUBREC      Type = 5
	PUBREL      Type = 6
	PUBCOMP     Type = 7
	SUBSCRIBE   Type = 8
	SUBACK      Type = 9
	UNSUBSCRIBE Type = 10
	UNSUBACK    Type = 11
	PINGREQ     Type = 12
	PINGRESP    Type = 13
	DISCONNECT  Type = 14
	AUTH        Type = 15
)

var typeNames = [16]string{
	"reserved type 0", "CONNECT", "CONNACK", "PUBLISH", "PUBACK", "PUBREC", "PUBREL", "PUBCOMP",
	"SUBSCRIBE", "SUBACK", "UNSUBSCRIBE", "UNSUBACK", "PINGREQ", "PINGRESP", "DISCONNECT", "AUTH",
}

func (t Type) String() string {
	if int(t) < len(typeNames) {
		return typeNames[t]
	}
	return fmt.Sprintf("type %d", byte(t))
}

// A Packet is one of *Connect, *Connack, *Publish, *Ack, *Subscribe, *Suback, *Unsubscribe, *Unsuback, *Pingreq,
// *Pingresp, *Disconnect and *Auth.
//
// A packet that was read owns its memory. A packet that was handed to [Conn.Send] is encoded at once: it may be
// changed and sent again. Send never changes it.
type Packet interface {
	Type() Type
	encode(*encoder) // appends the body, which is what follows the fixed header
	decode(*decoder)
}

// UserProperty is a name and a value of the application's own (1.5.7). Names may repeat, and order counts.
type UserProperty struct {
	Name, Value string
}

// NoExpiry as a session expiry interval means that the session never ends by itself (3.1.2.11.2).
const NoExpiry uint32 = 0xFFFF_FFFF
