package access

import (
	"strings"
	"testing"

	"mqttsn-gateway/gateway/topic"
)

func TestCovers(t *testing.T) {
	for _, row := range []struct {
		wide, narrow string
		want         bool
	}{
		{"a", "a", true},
		{"a", "b", false},
		{"a", "a/b", false},
		{"a/b", "a", false},
		{"a/+", "a/b", true},
		{"a/+", "a/+", true},
		{"a/+", "a/#", false},
		{"a/b", "a/+", false},
		{"a/b", "#", false},
		{"a/b", "+/b", false},
		{"a/+/c", "a/b/c", true},
		{"a/+/c", "a/b/d", false},
		{"a/+/c", "a/b/+", false},
		{"a/#", "a", true},
		{"a/#", "a/b/c", true},
		{"a/#", "a/+/c/#", true},
		{"a/#", "a/#", true},
		{"a/#", "ab", false},
		{"a/#", "+", false},
		{"a/#", "#", false},
		{"a/+/#", "a", false},
		{"a/+/#", "a/#", false},
		{"a/+/#", "a/b", true},
		{"#", "#", true},
		{"#", "+/+", true},
		{"#", "/", true},
		{"+", "/", false},
		{"+/+", "/", true},
		{"#", "$SYS/x", false},
		{"#", "$SYS/#", false},
		{"+/x", "$SYS/x", false},
		{"$SYS/#", "$SYS/x", true},
		{"$SYS/+", "$SYS/#", false},
		{"+/+", "+", false},
	} {
		if got := covers(row.wide, row.narrow); got != row.want {
			t.Errorf("%s covers %s: %t, want %t", row.wide, row.narrow, got, row.want)
		}
	}
}

// FuzzCovers: a filter that is covered matches nothing that the wider one does not.
func FuzzCovers(f *testing.F) {
	for _, s := range []string{"a/#|a|a", "a/+/#|a/b|a/b", "#|$SYS/#|$SYS/x", "+/+|/|/", "a/+|a/#|a/b/c"} {
		wide, rest, _ := strings.Cut(s, "|")
		narrow, name, _ := strings.Cut(rest, "|")
		f.Add(wide, narrow, name)
	}
	f.Fuzz(func(t *testing.T, wide, narrow, name string) {
		if topic.ValidFilter(wide) != nil || topic.ValidFilter(narrow) != nil || topic.ValidName(name) != nil {
			return
		}
		if covers(wide, narrow) && topic.Match(narrow, name) && !topic.Match(wide, name) {
			t.Errorf("%q covers %q, but only the second matches %q", wide, narrow, name)
		}
	})
}
