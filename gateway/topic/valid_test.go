package topic_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"mqttsn-gateway/gateway/topic"
)

func TestValidName(t *testing.T) {
	for _, c := range []struct {
		name string
		want error
	}{
		{"a", nil},
		{"/", nil},
		{"//", nil},
		{" ", nil},
		{"sport/tennis/player1", nil},
		{"$SYS/uptime", nil},
		{"Füllstand/Öl", nil},
		{"温度", nil},
		{"\ufeff", nil}, // U+FEFF is never to be skipped or stripped (1.5.4)
		{"🌡", nil},
		{strings.Repeat("a", 65535), nil},
		{strings.Repeat("a", 65536), topic.ErrLength},
		{"", topic.ErrLength},
		{strings.Repeat("/", 199), nil},
		{strings.Repeat("/", 200), topic.ErrLevels},
		{"a+", topic.ErrWildcard},
		{"+", topic.ErrWildcard},
		{"sport/#", topic.ErrWildcard},
		{"a\x00b", topic.ErrText},
		{"a\x1fb", topic.ErrText},
		{"a\x7fb", topic.ErrText},
		{"a\u0080b", topic.ErrText},
		{"a\u009fb", topic.ErrText},
		{"a\u00a0b", nil},
		{"\ufdd0", topic.ErrText},
		{"\ufffe", topic.ErrText},
		{"\U0010ffff", topic.ErrText},
		{"\xff", topic.ErrText},
		{"\xed\xa0\x80", topic.ErrText}, // a surrogate, U+D800
		{"\xc0\x80", topic.ErrText},     // U+0000 in two octets
		{"Öl"[:1], topic.ErrText},       // cut short
	} {
		require.ErrorIs(t, topic.ValidName(c.name), c.want, "%.40q", c.name)
	}
}

func TestValidFilter(t *testing.T) {
	for _, c := range []struct {
		filter string
		want   error
	}{
		// The examples of sections 4.7.1.2 and 4.7.1.3.
		{"#", nil},
		{"sport/tennis/#", nil},
		{"sport/tennis#", topic.ErrWildcard},
		{"sport/tennis/#/ranking", topic.ErrWildcard},
		{"+", nil},
		{"+/tennis/#", nil},
		{"sport+", topic.ErrWildcard},
		{"sport/+/player1", nil},

		{"++", topic.ErrWildcard},
		{"+#", topic.ErrWildcard},
		{"##", topic.ErrWildcard},
		{"#/", topic.ErrWildcard},
		{"#/#", topic.ErrWildcard},
		{"a/+b/c", topic.ErrWildcard},
		{"/+", nil},
		{"+/+/", nil},
		{"/", nil},
		{"$SYS/#", nil},
		{"", topic.ErrLength},
		{strings.Repeat("+/", 199) + "#", nil},
		{strings.Repeat("+/", 200) + "#", topic.ErrLevels},
		{strings.Repeat("a", 65534) + "/#", topic.ErrLength},
		{"a/\x00/#", topic.ErrText},

		// Shared subscriptions, section 4.8.2.
		{"$share/consumer1/sport/tennis/+", nil},
		{"$share/g/#", nil},
		{"$share/g//", nil},
		{"$share/g/a#", topic.ErrWildcard},
		{"$share/g", topic.ErrShare},
		{"$share/g/", topic.ErrShare},
		{"$share//a", topic.ErrShare},
		{"$share/", topic.ErrShare},
		{"$share/g+/a", topic.ErrShare},
		{"$share/#/a", topic.ErrShare},
		{"$share", nil}, // an ordinary topic
		{"$shared/g", nil},
		{"$SHARE/g", nil},
	} {
		require.ErrorIs(t, topic.ValidFilter(c.filter), c.want, "%.40q", c.filter)
	}
}

func TestParseShare(t *testing.T) {
	for _, c := range []struct {
		filter, group, inner string
		shared               bool
	}{
		{"sport/#", "", "sport/#", false},
		{"$share", "", "$share", false},
		{"$share/g/sport/#", "g", "sport/#", true},
		{"$share/g//", "g", "/", true},
		{"$share/g/$SYS/#", "g", "$SYS/#", true},
		{"$share/Gruppe Ä/a", "Gruppe Ä", "a", true},
	} {
		group, inner, shared, err := topic.ParseShare(c.filter)
		require.NoError(t, err, c.filter)
		require.Equal(t, []any{c.group, c.inner, c.shared}, []any{group, inner, shared}, c.filter)
	}
}

func FuzzValid(f *testing.F) {
	for _, s := range []string{"", "/", "a/b", "+/#", "$share/g/a/+", "$share/+/a", "\x00", "\xff", "a#"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		name, filter := topic.ValidName(s), topic.ValidFilter(s)
		_, _, shared, shareErr := topic.ParseShare(s)
		switch {
		case name == nil && topic.HasWildcard(s):
			t.Fatalf("name %q has a wildcard", s)
		case name == nil && filter != nil && shareErr == nil:
			t.Fatalf("%q is a name, and no filter: %v", s, filter)
		case filter == nil && shareErr != nil:
			t.Fatalf("filter %q is a malformed share", s)
		case name == nil && filter == nil && !shared && !topic.Match(s, s):
			t.Fatalf("%q does not match itself", s)
		}
	})
}
