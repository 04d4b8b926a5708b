package e2e

import (
	"bytes"
	"encoding/hex"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// A pattern describes a datagram as a person would write it:
//
//	07 0B <led> 00 01 00            octets in hex; <led> is two octets, taken from what was received before
//	0C 12 20 00 03 "cmd/led"        text
//	08 13 ?? 00 00 00 05 02         any octet
//	01 01 35 0C 00 00 01 00 00 300*41    an octet, 300 times
//
// The first time that a <name> is met in a received datagram, it stands for any two octets, and then for these.

// fields splits a pattern at spaces outside of quotes.
func fields(pattern string) (all []string) {
	for rest := strings.TrimSpace(pattern); rest != ""; rest = strings.TrimSpace(rest) {
		field, err := strconv.QuotedPrefix(rest)
		if err != nil {
			field, _, _ = strings.Cut(rest, " ")
		}
		all = append(all, field)
		rest = rest[len(field):]
	}
	return all
}

// literal returns the octets of a field that always stands for the same ones.
func literal(field string) (octets []byte, ok bool) {
	if text, err := strconv.Unquote(field); err == nil {
		return []byte(text), true
	}
	count := 1
	if times, octet, repeated := strings.Cut(field, "*"); repeated {
		n, err := strconv.Atoi(times)
		if err != nil {
			return nil, false
		}
		count, field = n, octet
	}
	octet, err := hex.DecodeString(field)
	return bytes.Repeat(octet, count), err == nil
}

func isVariable(field string) bool {
	return strings.HasPrefix(field, "<") && strings.HasSuffix(field, ">")
}

// encode returns the datagram that a pattern describes. Its variables must be known.
func (d *device) encode(pattern string) (datagram []byte) {
	d.t.Helper()
	for _, f := range fields(pattern) {
		octets, ok := literal(f)
		if !ok {
			octets, ok = d.vars[f]
		}
		if !ok {
			d.t.Fatalf("pattern %s: cannot send %s", pattern, f)
		}
		datagram = append(datagram, octets...)
	}
	return datagram
}

// match reports how a datagram differs from a pattern, and learns the variables that it does not know yet.
func (d *device) match(pattern string, datagram []byte) error {
	rest := datagram
	for _, f := range fields(pattern) {
		want, fixed := literal(f)
		size := len(want)
		switch {
		case fixed:
		case f == "??":
			size = 1
		case isVariable(f):
			want, fixed = d.vars[f]
			size = 2
		default:
			return fmt.Errorf("%s means nothing", f)
		}
		if len(rest) < size {
			return fmt.Errorf("ends at %s", f)
		}
		got := rest[:size]
		rest = rest[size:]
		if fixed && !bytes.Equal(got, want) {
			return fmt.Errorf("% X where %s is wanted", got, f)
		}
		if isVariable(f) {
			d.vars[f] = slices.Clone(got)
		}
	}
	if len(rest) > 0 {
		return fmt.Errorf("% X at its end", rest)
	}
	return nil
}

func TestPatterns(t *testing.T) {
	d := &device{t: t, vars: map[string][]byte{}}
	require.NoError(t, d.match(`08 13 ?? <id> "a b" 3*41`, []byte("\x08\x13\xff\x12\x34a bAAA")))
	require.Equal(t, []byte{0x0d, 0x12, 0x34, 'x'}, d.encode(`0D <id> "x"`))
	require.NoError(t, d.match("<id>", []byte{0x12, 0x34}))
	for _, c := range []struct {
		pattern  string
		datagram string
	}{
		{"<id>", "\x12\x35"},
		{"02 17", "\x02\x18"},
		{"02 17", "\x02"},
		{"02 17", "\x02\x17\x00"},
		{"02 ??", "\x02"},
		{"<new>", "\x02"},
		{"nonsense", "nonsense"},
	} {
		require.Error(t, d.match(c.pattern, []byte(c.datagram)), c.pattern)
	}
}
