package brokertest

import "slices"

// A property of MQTT 5 (2.2.2.2): its identifier, the name of its field, what its value is, and which of the packets
// that a server sends may have it.
type property struct {
	id   byte
	name string
	kind valueKind
	in   []string
}

type valueKind int

const (
	octet valueKind = iota
	two
	four
	varint
	text // or binary data: both have a length of two octets
	pair // two texts, written name:value
)

var (
	answers   = []string{"CONNACK", "PUBACK", "PUBREC", "PUBREL", "PUBCOMP", "SUBACK", "UNSUBACK", "DISCONNECT", "AUTH"}
	connack   = []string{"CONNACK"}
	published = []string{"PUBLISH"}
)

var properties = []property{
	{0x01, "format", octet, published},
	{0x02, "expiry", four, published},
	{0x03, "content-type", text, published},
	{0x08, "response-topic", text, published},
	{0x09, "correlation", text, published},
	{0x0b, "sub-id", varint, published},
	{0x11, "session-expiry", four, connack},
	{0x12, "assigned-client", text, connack},
	{0x13, "server-keepalive", two, connack},
	{0x15, "auth-method", text, []string{"CONNACK", "AUTH"}},
	{0x16, "auth-data", text, []string{"CONNACK", "AUTH"}},
	{0x17, "problem-info", octet, nil},
	{0x18, "delay", four, nil},
	{0x19, "ask-response-info", octet, nil},
	{0x1a, "response-info", text, connack},
	{0x1c, "reference", text, []string{"CONNACK", "DISCONNECT"}},
	{0x1f, "reason-string", text, answers},
	{0x21, "receive-maximum", two, connack},
	{0x22, "alias-maximum", two, connack},
	{0x23, "alias", two, published},
	{0x24, "maximum-qos", octet, connack},
	{0x25, "retain-available", octet, connack},
	{0x26, "user", pair, append([]string{"PUBLISH"}, answers...)},
	{0x27, "maximum-packet", four, connack},
	{0x28, "wildcards-available", octet, connack},
	{0x29, "sub-ids-available", octet, connack},
	{0x2a, "shared-available", octet, connack},
}

func propertyNamed(name string) (property, bool) {
	i := slices.IndexFunc(properties, func(p property) bool { return p.name == name })
	if i < 0 {
		return property{}, false
	}
	return properties[i], true
}

// only5 reports whether a field is one that MQTT 3.1.1 does not have.
func only5(name string) bool {
	_, ok := propertyNamed(name)
	return ok || name == "nolocal" || name == "published" || name == "handling"
}
