package engine_test

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// words are the parts of a line that describe a packet: bare words (dup), fields (qos=1) and quoted strings ("21.5").
// Each word is asked for by name; what nobody asked for is a mistake in the scenario.
type words struct {
	list []string
	used []bool
	err  error
}

// splitLine cuts a line at white space outside quotes. A word that begins with # starts a comment.
func splitLine(line string) ([]string, error) {
	var list []string
	for rest := strings.TrimSpace(line); rest != "" && rest[0] != '#'; rest = strings.TrimLeft(rest, " \t") {
		end, quoted := 0, false
		for ; end < len(rest) && (quoted || rest[end] != ' ' && rest[end] != '\t'); end++ {
			switch {
			case rest[end] == '"':
				quoted = !quoted
			case rest[end] == '\\' && quoted:
				end++
			}
		}
		if quoted {
			return nil, fmt.Errorf("quote without end in %s", rest)
		}
		list = append(list, rest[:end])
		rest = rest[end:]
	}
	return list, nil
}

func newWords(list []string) *words { return &words{list: list, used: make([]bool, len(list))} }

func (w *words) fail(format string, args ...any) {
	if w.err == nil {
		w.err = fmt.Errorf(format, args...)
	}
}

// flag reports whether the bare word is there.
func (w *words) flag(name string) bool {
	i := slices.Index(w.list, name)
	if i < 0 || w.used[i] {
		return false
	}
	w.used[i] = true
	return true
}

// field returns the value of name=value.
func (w *words) field(name string) (string, bool) {
	for i, word := range w.list {
		if value, ok := strings.CutPrefix(word, name+"="); ok && !w.used[i] {
			w.used[i] = true
			return w.unquote(value), true
		}
	}
	return "", false
}

func (w *words) text(name string) string {
	s, _ := w.field(name)
	return s
}

// number returns the value of name=value, 0 if it is not there.
func (w *words) number(name string, bits int) uint64 {
	s, ok := w.field(name)
	if !ok {
		return 0
	}
	return w.parse(s, bits)
}

func (w *words) parse(s string, bits int) uint64 {
	n, err := strconv.ParseUint(s, 0, bits)
	if err != nil {
		w.fail("%v", err)
	}
	return n
}

func (w *words) u8(name string) uint8   { return uint8(w.number(name, 8)) }
func (w *words) u16(name string) uint16 { return uint16(w.number(name, 16)) }
func (w *words) u32(name string) uint32 { return uint32(w.number(name, 32)) }

// next takes the first word that is left; "" if there is none.
func (w *words) next() string {
	for i := range w.list {
		if !w.used[i] {
			w.used[i] = true
			return w.unquote(w.list[i])
		}
	}
	return ""
}

// payload takes the first quoted word. "ab"*100 repeats it; no quoted word is an empty payload.
func (w *words) payload() []byte {
	for i, word := range w.list {
		if !w.used[i] && strings.HasPrefix(word, `"`) {
			w.used[i] = true
			return []byte(w.unquote(word))
		}
	}
	return nil
}

func (w *words) unquote(s string) string {
	if !strings.HasPrefix(s, `"`) {
		return s
	}
	times := 1
	if i := strings.LastIndex(s, `"*`); i > 0 {
		n, err := strconv.Atoi(s[i+2:])
		if err != nil {
			w.fail("%s: %v", s, err)
		}
		s, times = s[:i+1], n
	}
	text, err := strconv.Unquote(s)
	if err != nil {
		w.fail("%s: %v", s, err)
	}
	return strings.Repeat(text, times)
}

// end reports the first mistake, words that nobody asked for included.
func (w *words) end() error {
	if i := slices.Index(w.used, false); i >= 0 {
		w.fail("%s does not belong here", w.list[i])
	}
	return w.err
}
