package brokertest

import (
	"encoding/binary"
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// A writer appends the parts of a packet. Its first failure sticks.
type writer struct {
	b       []byte
	version int
	err     error
}

func (w *writer) fail(format string, args ...any) {
	if w.err == nil {
		w.err = fmt.Errorf(format, args...)
	}
}

func (w *writer) number(s string) uint64 {
	n, err := strconv.ParseUint(s, 0, 32)
	if err != nil {
		w.fail("%q is no number", s)
	}
	return n
}

func (w *writer) octet(s string) { w.b = append(w.b, byte(w.number(s))) }
func (w *writer) two(s string)   { w.b = binary.BigEndian.AppendUint16(w.b, uint16(w.number(s))) }
func (w *writer) four(s string)  { w.b = binary.BigEndian.AppendUint32(w.b, uint32(w.number(s))) }

func (w *writer) text(s string) {
	w.b = binary.BigEndian.AppendUint16(w.b, uint16(len(s)))
	w.b = append(w.b, s...)
}

func appendVarint(b []byte, n int) []byte {
	for ; n >= 0x80; n >>= 7 {
		b = append(b, byte(n)|0x80)
	}
	return append(b, byte(n))
}

func (w *writer) value(kind valueKind, s string) {
	switch kind {
	case octet:
		w.octet(s)
	case two:
		w.two(s)
	case four:
		w.four(s)
	case varint:
		w.b = appendVarint(w.b, int(w.number(s)))
	case text:
		w.text(s)
	case pair:
		name, value, _ := strings.Cut(s, ":")
		w.text(name)
		w.text(value)
	}
}

// properties writes those fields of p that are properties and begin with prefix, in their order.
func (w *writer) properties(p packet, prefix string) {
	if w.version < 5 {
		return
	}
	section := writer{version: w.version}
	for _, f := range p.fields {
		name, ok := strings.CutPrefix(f.name, prefix)
		if property, known := propertyNamed(name); ok && known {
			section.b = append(section.b, property.id)
			section.value(property.kind, f.value)
		}
	}
	if section.err != nil {
		w.err = section.err
	}
	w.b = append(appendVarint(w.b, len(section.b)), section.b...)
}

// known are the names of fields that are no properties.
var known = strings.Fields(`protocol level version flags client clean keepalive username password
	will will.payload will.qos will.retain topic payload qos id retain dup reason
	filter nolocal published handling options header tail`)

// encode returns the packet as octets in a version of the protocol.
func (p packet) encode(version int) ([]byte, error) {
	w := writer{version: version}
	for _, f := range p.fields {
		if _, ok := propertyNamed(strings.TrimPrefix(f.name, "will.")); !ok && !slices.Contains(known, f.name) {
			return nil, fmt.Errorf("no field is called %q", f.name)
		}
	}
	kind := slices.Index(kinds[:], p.kind)
	flags := 0
	switch p.kind {
	case "CONNECT":
		w.connect(p)
	case "PUBLISH":
		flags = w.publish(p)
	case "PUBREL":
		flags = 2
		fallthrough
	case "PUBACK", "PUBREC", "PUBCOMP":
		w.two(p.get("id", "0"))
		w.reason(p)
	case "SUBSCRIBE":
		flags = 2
		w.two(p.get("id", "0"))
		w.properties(p, "")
		w.subscriptions(p)
	case "UNSUBSCRIBE":
		flags = 2
		w.two(p.get("id", "0"))
		w.properties(p, "")
		for _, filter := range p.all("filter") {
			w.text(filter)
		}
	case "DISCONNECT", "AUTH":
		w.reason(p)
	case "PINGREQ", "CONNACK", "SUBACK", "UNSUBACK", "PINGRESP": // the last ones break the rules
	default:
		return nil, fmt.Errorf("no packet is called %q", p.kind)
	}
	w.b = append(w.b, p.get("tail", "")...)
	header := w.number(p.get("header", strconv.Itoa(kind<<4|flags)))
	return append(appendVarint([]byte{byte(header)}, len(w.b)), w.b...), w.err
}

// reason writes a reason code and properties, which are left out when there are none.
func (w *writer) reason(p packet) {
	section := writer{version: w.version}
	section.properties(p, "")
	if w.version < 5 || !p.has("reason") && len(section.b) == 1 {
		return
	}
	w.octet(p.get("reason", "0"))
	if len(section.b) > 1 {
		w.b = append(w.b, section.b...)
	}
}

// Flags of CONNECT (3.1.2.3).
const (
	flagClean      = 1 << 1
	flagWill       = 1 << 2
	shiftWillQoS   = 3
	flagWillRetain = 1 << 5
	flagPassword   = 1 << 6
	flagUsername   = 1 << 7
)

func (w *writer) connect(p packet) {
	flags := int(w.number(p.get("will.qos", "0"))) << shiftWillQoS
	for name, flag := range map[string]int{"username": flagUsername, "password": flagPassword, "will": flagWill} {
		if p.has(name) {
			flags |= flag
		}
	}
	if p.get("clean", "1") == "1" {
		flags |= flagClean
	}
	if p.get("will.retain", "0") == "1" {
		flags |= flagWillRetain
	}
	w.text(p.get("protocol", "MQTT"))
	w.octet(p.get("level", strconv.Itoa(w.version)))
	w.octet(p.get("flags", strconv.Itoa(flags)))
	w.two(p.get("keepalive", "0"))
	w.properties(p, "")
	w.text(p.get("client", ""))
	if p.has("will") {
		w.properties(p, "will.")
		w.text(p.get("will", ""))
		w.text(p.get("will.payload", ""))
	}
	for _, name := range []string{"username", "password"} {
		if p.has(name) {
			w.text(p.get(name, ""))
		}
	}
}

func (w *writer) publish(p packet) (flags int) {
	qos := int(w.number(p.get("qos", "0")))
	w.text(p.get("topic", ""))
	if qos > 0 {
		w.two(p.get("id", "0"))
	}
	w.properties(p, "")
	w.b = append(w.b, p.get("payload", "")...)
	flags = qos << 1
	if p.get("retain", "0") == "1" {
		flags |= 1
	}
	if p.get("dup", "0") == "1" {
		flags |= 8
	}
	return flags
}

// subscriptions writes the filters, each with the options that follow it.
func (w *writer) subscriptions(p packet) {
	shifts := map[string]int{"qos": 0, "nolocal": 2, "published": 3, "handling": 4, "options": 0}
	options := -1 // where those of the last filter are
	for _, f := range p.fields {
		shift, isOption := shifts[f.name]
		switch {
		case f.name == "filter":
			w.text(f.value)
			options = len(w.b)
			w.b = append(w.b, 0)
		case isOption && (w.version == 5 || !only5(f.name)):
			w.b[options] |= byte(w.number(f.value) << shift)
		}
	}
}
