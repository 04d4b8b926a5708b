package mqttsn

import (
	"fmt"
	"strconv"
	"strings"
	"unicode"
)

// A line puts a packet into words for people, scenario files and traces: the type, then what it says, as in
// `PUBLISH topic=normal:1 qos=1 msgid=2 dup retain "21.5"`. Fields without meaning in the packet at hand are left out.
type line struct{ strings.Builder }

func newLine(t Type) *line {
	l := new(line)
	l.WriteString(t.String())
	return l
}

func (l *line) field(name string, value any) *line {
	fmt.Fprintf(l, " %s=%v", name, value)
	return l
}

func (l *line) add(word any) *line {
	fmt.Fprintf(l, " %v", word)
	return l
}

func (l *line) addIf(cond bool, word string) *line {
	if cond {
		l.add(word)
	}
	return l
}

// maxShown is how many octets of a payload are worth showing.
const maxShown = 64

// data adds a payload in quotes, cut if it is long.
func (l *line) data(b []byte) *line {
	if len(b) > maxShown {
		fmt.Fprintf(l, " %q... (%d octets)", b[:maxShown], len(b))
		return l
	}
	return l.add(quoted(b))
}

// quoted shows a topic name or filter.
func quoted(b []byte) string { return strconv.Quote(string(b)) }

// word shows an id bare if it is a single plain word, else in quotes.
func word[T ~string | ~[]byte](s T) string {
	plain := func(r rune) bool { return unicode.IsGraphic(r) && r != ' ' && r != '"' && r != unicode.ReplacementChar }
	if w := string(s); w != "" && strings.IndexFunc(w, func(r rune) bool { return !plain(r) }) < 0 {
		return w
	}
	return strconv.Quote(string(s))
}
