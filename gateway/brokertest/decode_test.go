package brokertest

import (
	"encoding/binary"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// A reader takes a packet apart, as strictly as the specification lets it. Its first failure sticks.
type reader struct {
	b       []byte
	version int
	err     error
}

func (r *reader) fail(format string, args ...any) {
	if r.err == nil {
		r.err = fmt.Errorf(format, args...)
	}
	r.b = nil
}

func (r *reader) take(n int) []byte {
	if n > len(r.b) {
		r.fail("the packet is shorter than its fields")
		return make([]byte, n)
	}
	b := r.b[:n]
	r.b = r.b[n:]
	return b
}

func (r *reader) octet() int { return int(r.take(1)[0]) }
func (r *reader) two() int   { return int(binary.BigEndian.Uint16(r.take(2))) }
func (r *reader) four() int  { return int(binary.BigEndian.Uint32(r.take(4))) }

func (r *reader) text() string {
	s := string(r.take(r.two()))
	if !utf8.ValidString(s) || strings.Contains(s, "\x00") {
		r.fail("%q is not what MQTT calls UTF-8", s) // MQTT-1.5.4-1, MQTT-1.5.4-2
	}
	return s
}

func (r *reader) varint() int {
	n := 0
	for shift := 0; shift < 28; shift += 7 {
		b := r.octet()
		n |= b & 0x7f << shift
		if b < 0x80 {
			if b == 0 && shift > 0 {
				r.fail("a variable byte integer is longer than it needs to be") // MQTT-1.5.5-1
			}
			return n
		}
	}
	r.fail("a variable byte integer has no end")
	return n
}

func (r *reader) value(kind valueKind) string {
	switch kind {
	case octet:
		return strconv.Itoa(r.octet())
	case two:
		return strconv.Itoa(r.two())
	case four:
		return strconv.Itoa(r.four())
	case varint:
		return strconv.Itoa(r.varint())
	case pair:
		return r.text() + ":" + r.text()
	}
	return string(r.take(r.two())) // text or binary
}

func (r *reader) properties(p *packet) {
	if r.version < 5 {
		return
	}
	section := reader{version: r.version, b: r.take(r.varint())}
	for len(section.b) > 0 && section.err == nil {
		id := byte(section.octet())
		i := slices.IndexFunc(properties, func(x property) bool { return x.id == id })
		switch {
		case i < 0 || !slices.Contains(properties[i].in, p.kind):
			section.fail("%s with property 0x%02x", p.kind, id)
		case p.has(properties[i].name) && properties[i].kind != pair && properties[i].name != "sub-id":
			section.fail("%s with %s twice", p.kind, properties[i].name)
		default:
			p.add(properties[i].name, section.value(properties[i].kind))
		}
	}
	if section.err != nil {
		r.fail("%w", section.err)
	}
}

// decode reads a packet that a server sent: the first octet of its fixed header, and what follows the remaining length.
func decode(header byte, body []byte, version int) (packet, error) {
	r := reader{b: body, version: version}
	flags := int(header & 0x0f)
	p := packet{kind: "reserved"}
	if header >= 0x10 {
		p.kind = kinds[header>>4]
	}
	want := 0
	switch p.kind {
	case "CONNACK":
		session := r.octet()
		if session > 1 {
			r.fail("CONNACK with reserved flags 0x%02x", session) // MQTT-3.2.2-1
		}
		p.set("session", session)
		r.code(&p)
		r.properties(&p)
	case "PUBLISH":
		want = flags
		r.publish(&p, flags)
	case "PUBREL":
		want = 2
		fallthrough
	case "PUBACK", "PUBREC", "PUBCOMP":
		r.id(&p)
		r.reason(&p)
	case "SUBACK", "UNSUBACK":
		r.id(&p)
		r.properties(&p)
		r.codes(&p)
	case "DISCONNECT", "AUTH":
		if version < 5 {
			r.fail("%s from a server", p.kind)
		}
		r.reason(&p)
	case "PINGRESP":
	default:
		r.fail("%s from a server", p.kind)
	}
	if flags != want {
		r.fail("%s with flags %04b in the fixed header", p.kind, flags) // MQTT-2.1.3-1
	}
	if len(r.b) > 0 {
		r.fail("%s with %d octets too many", p.kind, len(r.b))
	}
	return p, r.err
}

func (r *reader) id(p *packet) {
	id := r.two()
	if id == 0 {
		r.fail("%s with packet id 0", p.kind) // MQTT-2.2.1-4
	}
	p.set("id", id)
}

func (r *reader) reason(p *packet) {
	if r.version < 5 || len(r.b) == 0 {
		return
	}
	r.code(p)
	if len(r.b) > 0 {
		r.properties(p)
	}
}

func (r *reader) publish(p *packet, flags int) {
	qos := flags >> 1 & 3
	if qos == 3 || qos == 0 && flags&8 != 0 {
		r.fail("PUBLISH with flags %04b in the fixed header", flags) // MQTT-3.3.1-4, MQTT-3.3.1-2
	}
	p.add("topic", r.text())
	p.set("qos", qos)
	if qos > 0 {
		r.id(p)
	}
	p.set("retain", flags&1)
	p.set("dup", flags>>3)
	r.properties(p)
	p.add("payload", string(r.b))
	r.b = nil
}

// code reads a reason code.
func (r *reader) code(p *packet) {
	if code := r.octet(); code != 0 {
		p.add("reason", fmt.Sprintf("0x%02x", code))
	}
}

// codes reads the reason codes of SUBACK and UNSUBACK, which in MQTT 3.1.1 has none.
func (r *reader) codes(p *packet) {
	var codes []string
	for _, c := range r.b {
		codes = append(codes, fmt.Sprintf("0x%02x", c))
	}
	r.b = nil
	if p.kind == "UNSUBACK" && r.version < 5 {
		if codes != nil {
			r.fail("UNSUBACK with a payload")
		}
		return
	}
	p.add("codes", strings.Join(codes, ","))
}
