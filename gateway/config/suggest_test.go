package config

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestSuggest(t *testing.T) {
	names := []string{"id", "name", "buffer_limit", "queue", "dup"}
	for s, want := range map[string]string{
		"buffer_limt": "buffer_limit",
		"bufferlimit": "buffer_limit",
		"nmae":        "name",
		"Name":        "name",
		"que":         "queue",
		"ID":          "id",
		"ids":         "id",
		"colour":      "",
		"":            "",
	} {
		require.Equal(t, want, suggest(s, names), s)
	}
}

func TestEditDistance(t *testing.T) {
	for _, row := range []struct {
		a, b string
		want int
	}{
		{"", "", 0},
		{"", "abc", 3},
		{"abc", "", 3},
		{"abc", "abc", 0},
		{"abc", "acb", 1},
		{"abc", "ab", 1},
		{"abc", "xbc", 1},
		{"kitten", "sitting", 3},
	} {
		require.Equal(t, row.want, editDistance(row.a, row.b), row)
	}
}
