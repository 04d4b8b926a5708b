package client

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestMatches(t *testing.T) {
	for _, tt := range []struct {
		filter, topic Topic
		want          bool
	}{
		{Name("a/b"), Name("a/b"), true},
		{Name("a/b"), Name("a"), false},
		{Name("a"), Name("a/b"), false},
		{Name("a/+"), Name("a/b"), true},
		{Name("a/+"), Name("a"), false},
		{Name("a/+"), Name("a/"), true},
		{Name("a/+"), Name("a/b/c"), false},
		{Name("+/b/+"), Name("a/b/c"), true},
		{Name("+"), Name("/a"), false},
		{Name("/+"), Name("/a"), true},
		{Name("a/#"), Name("a"), true},
		{Name("a/#"), Name("a/b/c"), true},
		{Name("a/#"), Name("ab"), false},
		{Name("#"), Name("a/b"), true},
		{Name("#"), Name("$SYS/a"), false},
		{Name("+/a"), Name("$SYS/a"), false},
		{Name("$SYS/#"), Name("$SYS/a"), true},
		{Short("t1"), Name("t1"), true},
		{Name("t1"), Short("t1"), true},
		{Name("#"), Predefined(1), false}, // without a name
		{Predefined(1), Predefined(1), true},
		{Predefined(1), Predefined(2), false},
		{Predefined(1), Name("a"), false},
		{Topic{Type: 1, ID: 1, Name: "a"}, Name("a"), true},
		{Name("a/+"), Topic{Type: 1, ID: 1, Name: "a/b"}, true},
	} {
		require.Equal(t, tt.want, tt.topic.matches(tt.filter), "%v matches %v", tt.filter, tt.topic)
	}
}
