package v2

import (
	"fmt"
	"strconv"
	"strings"
)

// Packets in words, for people, scenarios and traces: the type, then what it says, as in
// `PUBLISH topic=session:33 qos=1 pid=2 retain "21.5"`. A part without meaning in the packet at hand is empty, and left out.

func line(t Type, parts ...string) string {
	words := make([]string, 1, 1+len(parts))
	words[0] = t.String()
	for _, p := range parts {
		if p != "" {
			words = append(words, p)
		}
	}
	return strings.Join(words, " ")
}

func field(name string, value any) string { return fmt.Sprintf("%s=%v", name, value) }

// nonzero is a field that is left out if its value is 0.
func nonzero[T uint8 | uint16 | uint32](name string, value T) string {
	if value == 0 {
		return ""
	}
	return field(name, value)
}

func when(cond bool, text string) string {
	if cond {
		return text
	}
	return ""
}

// quoted is a field of text, left out if it is empty.
func quoted(name string, text []byte) string {
	if len(text) == 0 {
		return ""
	}
	return field(name, strconv.Quote(string(text)))
}

// maxShown is how many octets of a payload are worth showing.
const maxShown = 64

func payload(b []byte) string {
	if len(b) <= maxShown {
		return strconv.Quote(string(b))
	}
	return fmt.Sprintf("%q... (%d octets)", b[:maxShown], len(b))
}

// seconds shows a time of 32 bits, in which all ones may stand for "for ever".
func seconds(n uint32) string {
	if n == NeverExpires {
		return "never"
	}
	return strconv.FormatUint(uint64(n), 10)
}

// contents shows the packet inside an encapsulation.
func contents(inner []byte) string {
	p, err := Parse(inner)
	if err != nil {
		return "| " + payload(inner)
	}
	return "| " + p.String()
}
