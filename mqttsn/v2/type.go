package v2

import "fmt"

// A Type is the Packet Type octet, which says what packet a datagram holds (2.1.3).
type Type uint8

const (
	TypeConnect     Type = 0x01
	TypeConnack     Type = 0x02
	TypePublish     Type = 0x03
	TypePuback      Type = 0x04
	TypePubrec      Type = 0x05
	TypePubrel      Type = 0x06
	TypePubcomp     Type = 0x07
	TypeSubscribe   Type = 0x08
	TypeSuback      Type = 0x09
	TypeUnsubscribe Type = 0x0A
	TypeUnsuback    Type = 0x0B
	TypePingreq     Type = 0x0C
	TypePingresp    Type = 0x0D
	TypeDisconnect  Type = 0x0E
	TypeAuth        Type = 0x0F
	TypeRegister    Type = 0x10
	TypeRegack      Type = 0x11
	TypePubwos      Type = 0x12
	TypeSleepreq    Type = 0x13
	TypeSleepresp   Type = 0x14
	TypeWakeup      Type = 0x15
	TypeAdvertise   Type = 0x16
	TypeSearchGw    Type = 0x17
	TypeGwInfo      Type = 0x18
	TypeForwarder   Type = 0xFC // the encapsulations: a packet inside a packet
	TypeConnection  Type = 0xFE
	TypeProtection  Type = 0xFF
)

// A Role is what a peer is to the protocol.
type Role uint8

const (
	Client Role = 1 << iota
	Server

	either = Client | Server
)

// types says of every packet how it is called and who sends it. REGISTER and REGACK go both ways, whatever the draft's
// table of types says; a forwarder counts as both, for it speaks for the clients and carries what the server answers.
var types = [256]struct {
	name   string
	sentBy Role
}{
	TypeConnect:     {"CONNECT", Client},
	TypeConnack:     {"CONNACK", Server},
	TypePublish:     {"PUBLISH", either},
	TypePuback:      {"PUBACK", either},
	TypePubrec:      {"PUBREC", either},
	TypePubrel:      {"PUBREL", either},
	TypePubcomp:     {"PUBCOMP", either},
	TypeSubscribe:   {"SUBSCRIBE", Client},
	TypeSuback:      {"SUBACK", Server},
	TypeUnsubscribe: {"UNSUBSCRIBE", Client},
	TypeUnsuback:    {"UNSUBACK", Server},
	TypePingreq:     {"PINGREQ", Client},
	TypePingresp:    {"PINGRESP", Server},
	TypeDisconnect:  {"DISCONNECT", either},
	TypeAuth:        {"AUTH", either},
	TypeRegister:    {"REGISTER", either},
	TypeRegack:      {"REGACK", either},
	TypePubwos:      {"PUBWOS", either},
	TypeSleepreq:    {"SLEEPREQ", Client},
	TypeSleepresp:   {"SLEEPRESP", Server},
	TypeWakeup:      {"WAKEUP", Server},
	TypeAdvertise:   {"ADVERTISE", Server},
	TypeSearchGw:    {"SEARCHGW", Client},
	TypeGwInfo:      {"GWINFO", either},
	TypeForwarder:   {"FORWARDER", either},
	TypeConnection:  {"CONNECTION", Client},
	TypeProtection:  {"PROTECTION", either},
}

// Reserved tells whether the draft has no packet of this type and forbids it.
func (t Type) Reserved() bool { return types[t].name == "" }

// SentBy tells whether a peer in this role may send such packets. One that does without is in error (0x82).
func (t Type) SentBy(r Role) bool { return types[t].sentBy&r != 0 }

// Connectionless tells whether the packet needs no Virtual Connection. Errors in it do not end one either (4.2.1-1,
// 4.12.1-2).
func (t Type) Connectionless() bool {
	switch t {
	case TypeConnect, TypePubwos, TypeAdvertise, TypeSearchGw, TypeGwInfo:
		return true
	}
	return false
}

// MayHold tells whether an encapsulation of type t may have a packet of the other type inside. The order that remains is
// Forwarder, Protection, Connection, each at most once (3.17.8-1, 3.18-3).
func (t Type) MayHold(inner Type) bool {
	switch t {
	case TypeForwarder:
		return inner != TypeForwarder
	case TypeProtection:
		return inner != TypeForwarder && inner != TypeProtection
	case TypeConnection:
		switch inner {
		case TypePublish, TypeSubscribe, TypeUnsubscribe, TypeRegister, TypeDisconnect, TypeSleepreq, TypePingreq:
			return true
		}
	}
	return false
}

// String is the draft's name of the type, or the number of a reserved one: "PUBLISH", "0x1E".
func (t Type) String() string {
	if t.Reserved() {
		return fmt.Sprintf("0x%02X", uint8(t))
	}
	return types[t].name
}
