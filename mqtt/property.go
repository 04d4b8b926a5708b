package mqtt

import "iter"

// property is the identifier of a property (2.2.2.2).
type property byte

const (
	propPayloadFormat      property = 0x01
	propMessageExpiry      property = 0x02
	propContentType        property = 0x03
	propResponseTopic      property = 0x08
	propCorrelationData    property = 0x09
	propSubscriptionID     property = 0x0B
	propSessionExpiry      property = 0x11
	propAssignedClientID   property = 0x12
	propServerKeepAlive    property = 0x13
	propAuthMethod         property = 0x15
	propAuthData           property = 0x16
	propRequestProblemInfo property = 0x17
	propWillDelay          property = 0x18
	propRequestResponse    property = 0x19
	propResponseInfo       property = 0x1A
	propServerReference    property = 0x1C
	propReasonString       property = 0x1F
	propReceiveMaximum     property = 0x21
	propTopicAliasMaximum  property = 0x22
	propTopicAlias         property = 0x23
	propMaximumQoS         property = 0x24
	propRetainAvailable    property = 0x25
	propUser               property = 0x26
	propMaximumPacketSize  property = 0x27
	propWildcardAvailable  property = 0x28
	propSubIDAvailable     property = 0x29
	propSharedAvailable    property = 0x2A
)

// properties yields the identifiers of the properties that come next. The loop's body reads each one's value, and calls
// unexpected for those that the packet does not know. Without MQTT 5, or at the end of the packet where the specification
// allows to omit even their length, there are none.
func (d *decoder) properties() iter.Seq[property] {
	return func(yield func(property) bool) {
		if d.v < V5 {
			return
		}
		size := int(d.varint())
		section := d.take(size)
		rest := d.b
		d.b = section
		var seen uint64
		for len(d.b) > 0 {
			id := property(d.u8())
			if bit := uint64(1) << (id & 63); seen&bit == 0 {
				seen |= bit
			} else if id != propUser && id != propSubscriptionID {
				d.fail(ProtocolViolation, "property 0x%02x twice", byte(id))
				return
			}
			if !yield(id) {
				return
			}
		}
		if d.err == nil {
			d.b = rest
		}
	}
}

// unexpected refuses a property that is unknown, or not for this packet.
func (d *decoder) unexpected(id property) {
	d.fail(MalformedPacket, "property 0x%02x does not belong here", byte(id))
}

// flag reads a property that is 0 or 1.
func (d *decoder) flag() bool {
	x := d.u8()
	if x > 1 {
		d.fail(ProtocolViolation, "property is %d, not 0 or 1", x)
	}
	return x == 1
}

// positive16 reads a property that must not be 0.
func (d *decoder) positive16() uint16 {
	x := d.u16()
	if x == 0 {
		d.fail(ProtocolViolation, "property is 0")
	}
	return x
}

// positive32 reads a property that must not be 0.
func (d *decoder) positive32() uint32 {
	x := d.u32()
	if x == 0 {
		d.fail(ProtocolViolation, "property is 0")
	}
	return x
}

// subscriptionID reads a subscription identifier: 1 to 268,435,455.
func (d *decoder) subscriptionID() uint32 {
	x := d.varint()
	if x == 0 {
		d.fail(ProtocolViolation, "subscription identifier is 0")
	}
	return x
}

// user reads a user property and appends it to u.
func (d *decoder) user(u []UserProperty) []UserProperty {
	return append(u, UserProperty{Name: d.str(), Value: d.str()})
}

func (e *encoder) prop8(id property, x byte) {
	e.b = append(e.b, byte(id), x)
}

func (e *encoder) propFlag(id property, x bool) {
	if x {
		e.prop8(id, 1)
	} else {
		e.prop8(id, 0)
	}
}

func (e *encoder) prop16(id property, x uint16) {
	e.u8(byte(id))
	e.u16(x)
}

func (e *encoder) prop32(id property, x uint32) {
	e.u8(byte(id))
	e.u32(x)
}

func (e *encoder) propSubscriptionID(x uint32) {
	e.u8(byte(propSubscriptionID))
	e.b = appendVarint(e.b, min(x, maxVarint))
}

// propStr appends s unless it is empty.
func (e *encoder) propStr(id property, s string) {
	if s != "" {
		e.u8(byte(id))
		e.str(s)
	}
}

// propBytes appends b unless it is nil.
func (e *encoder) propBytes(id property, b []byte) {
	if b != nil {
		e.u8(byte(id))
		e.bytes(b)
	}
}

func (e *encoder) user(u []UserProperty) {
	for i := range u {
		e.u8(byte(propUser))
		e.str(u[i].Name)
		e.str(u[i].Value)
	}
}

// problem appends what explains a reason code. It is the first to go where the client did not ask for it
// (MQTT-3.1.2-29) or has no room for it.
func (e *encoder) problem(reason string, u []UserProperty) {
	if !e.terse {
		e.propStr(propReasonString, reason)
		e.user(u)
	}
}

// problem reads the properties of packets that have none but those that explain their reason codes.
func (d *decoder) problem(reason *string, u *[]UserProperty) {
	for id := range d.properties() {
		switch id {
		case propReasonString:
			*reason = d.str()
		case propUser:
			*u = d.user(*u)
		default:
			d.unexpected(id)
		}
	}
}
