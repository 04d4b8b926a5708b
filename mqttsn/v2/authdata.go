package v2

import "math"

// The authentication methods that the draft defines itself (4.11).
const (
	MethodBasic    = "MQTT-BASIC"    // user name and password; the answer is CONNACK, never AUTH
	MethodEnhanced = "MQTT-ENHANCED" // the enhanced authentication of MQTT 5, carried through
)

// Basic is the Authentication Data of MQTT-BASIC. An absent user name or password cannot be told from an empty one.
//
//	UserNameLength(2) UserName(n) PasswordLength(2) Password(n)
type Basic struct {
	UserName []byte // UTF-8
	Password []byte
}

// Append returns b as it was if a length field is too small for what it has to count.
func (a Basic) Append(b []byte) []byte {
	if !countable(a.UserName) || !countable(a.Password) {
		return b
	}
	return append16(append16(b, a.UserName), a.Password)
}

// Parse wants the fields to fill the data exactly. Errors are of the type *[Error].
func (a *Basic) Parse(data []byte) error {
	r := read(TypeConnect, data)
	*a = r.basic()
	return r.done()
}

func (r *reader) basic() Basic {
	return Basic{UserName: r.text(int(r.uint16())), Password: r.octets(int(r.uint16()))}
}

// Enhanced is the Authentication Data of MQTT-ENHANCED in AUTH and CONNACK: the method and the data of MQTT 5.
//
//	MethodLength(2) Method(n) DataLength(2) Data(n)
type Enhanced struct {
	Method []byte // UTF-8
	Data   []byte
}

// Append returns b as it was if a length field is too small for what it has to count.
func (a Enhanced) Append(b []byte) []byte {
	if !countable(a.Method) || !countable(a.Data) {
		return b
	}
	return append16(append16(b, a.Method), a.Data)
}

// Parse wants the fields to fill the data exactly. Errors are of the type *[Error].
func (a *Enhanced) Parse(data []byte) error {
	r := read(TypeAuth, data)
	*a = r.enhanced()
	return r.done()
}

func (r *reader) enhanced() Enhanced {
	return Enhanced{Method: r.text(int(r.uint16())), Data: r.octets(int(r.uint16()))}
}

// EnhancedConnect is the Authentication Data of MQTT-ENHANCED in CONNECT: user name and password stand before the rest.
type EnhancedConnect struct {
	Basic    Basic
	Enhanced Enhanced
}

// Append returns b as it was if a length field is too small for what it has to count.
func (a EnhancedConnect) Append(b []byte) []byte {
	first := a.Basic.Append(b)
	both := a.Enhanced.Append(first)
	if len(first) == len(b) || len(both) == len(first) {
		return b
	}
	return both
}

// Parse wants the fields to fill the data exactly. Errors are of the type *[Error].
func (a *EnhancedConnect) Parse(data []byte) error {
	r := read(TypeConnect, data)
	*a = EnhancedConnect{Basic: r.basic(), Enhanced: r.enhanced()}
	return r.done()
}

func countable(field []byte) bool { return len(field) <= math.MaxUint16 }
