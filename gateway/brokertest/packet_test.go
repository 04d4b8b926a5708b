package brokertest

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
)

// A packet is an MQTT control packet in words. It shares no code with package mqtt, so that a misreading there is not
// repeated here.
//
// Beside the properties the fields are, with their defaults when sent:
//
//	CONNECT      client=%a clean=1 keepalive=0 username password; will (the topic) will.payload will.qos will.retain
//	             will.<property>; and to break the rules protocol=MQTT level flags
//	CONNACK      session reason
//	PUBLISH      topic payload qos id retain dup
//	PUBACK …     id reason
//	SUBSCRIBE    id; filter, again for each subscription, and after it qos nolocal published handling, or options
//	SUBACK …     id codes
//	UNSUBSCRIBE  id; filter, again for each
//	DISCONNECT   reason
//	AUTH         reason
//
// All take header, the first octet of the fixed header, and tail, what follows the packet's proper end.
type packet struct {
	kind   string
	fields []field
}

type field struct{ name, value string }

var kinds = [...]string{
	1: "CONNECT", "CONNACK", "PUBLISH", "PUBACK", "PUBREC", "PUBREL", "PUBCOMP",
	"SUBSCRIBE", "SUBACK", "UNSUBSCRIBE", "UNSUBACK", "PINGREQ", "PINGRESP", "DISCONNECT", "AUTH",
}

func (p packet) String() string {
	var b strings.Builder
	b.WriteString(p.kind)
	for _, f := range p.fields {
		value := f.value
		if len(value) > 80 {
			value = fmt.Sprintf("%s… (%d octets)", value[:60], len(value))
		}
		if value == "" || strings.ContainsFunc(value, func(r rune) bool { return r <= ' ' || r >= 0x7f }) {
			value = strconv.Quote(value)
		}
		fmt.Fprintf(&b, " %s=%s", f.name, value)
	}
	return b.String()
}

// get returns the value of a field, or what stands for it when it is absent.
func (p packet) get(name, absent string) string {
	for _, f := range p.fields {
		if f.name == name {
			return f.value
		}
	}
	return absent
}

func (p packet) has(name string) bool { return p.get(name, "\x00") != "\x00" }

// all returns the values of a field that may be repeated, in their order.
func (p packet) all(name string) (values []string) {
	for _, f := range p.fields {
		if f.name == name {
			values = append(values, f.value)
		}
	}
	return values
}

func (p *packet) add(name, value string) { p.fields = append(p.fields, field{name, value}) }

// set adds a field unless it has the value that absence stands for.
func (p *packet) set(name string, n int) {
	if n != 0 {
		p.add(name, strconv.Itoa(n))
	}
}

var (
	words    = regexp.MustCompile(`(?:[^\s"]|"(?:[^"\\]|\\.)*")+`)
	repeated = regexp.MustCompile(`^(.+)\*(\d+)$`)
)

// parsePacket reads `KIND name=value name …`. A name alone is the value 1.
func parsePacket(text string) (packet, error) {
	tokens := words.FindAllString(text, -1)
	if len(tokens) == 0 {
		return packet{}, fmt.Errorf("no packet")
	}
	p := packet{kind: tokens[0]}
	for _, token := range tokens[1:] {
		name, value, ok := strings.Cut(token, "=")
		if !ok {
			value = "1"
		}
		value, err := parseValue(value)
		if err != nil {
			return packet{}, fmt.Errorf("%s: %w", token, err)
		}
		p.add(name, value)
	}
	return p, nil
}

func parseValue(s string) (string, error) {
	if strings.HasPrefix(s, `"`) {
		return strconv.Unquote(s)
	}
	if m := repeated.FindStringSubmatch(s); m != nil {
		n, err := strconv.Atoi(m[2])
		return strings.Repeat(m[1], n), err
	}
	return s, nil
}
