package main

import (
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

const root = "../.."

// The page in the repository is the one that would be made now: every statement that a test names exists.
func TestPageIsCurrent(t *testing.T) {
	var page strings.Builder
	require.NoError(t, write(&page, root))
	have, err := os.ReadFile("../conformance-2.0.md")
	require.NoError(t, err)
	require.True(t, string(have) == page.String(), `docs/conformance-2.0.md is not current: run "go generate ./docs/conformance"`)
	require.NotContains(t, page.String(), "no test yet", "name the statement in a test, or say in untested.txt why there is none")
}

func TestThereAre309(t *testing.T) {
	list, err := readStatements(root)
	require.NoError(t, err)
	n := 0
	for _, s := range list {
		if s.id != "" {
			require.Contains(t, []string{"C", "S", "B", "X"}, s.who, s.id)
			n++
		}
	}
	require.Equal(t, 309, n)
}

func TestCited(t *testing.T) {
	for line, want := range map[string][]string{
		"v2.0 3.1.4-1, 3.1.4-2":           {"3.1.4-1", "3.1.4-2"},
		"v2.0 3.1.4-1; MQTT 5, 3.1.2":     {"3.1.4-1"},
		"v2.0 3.1.4-1.":                   {"3.1.4-1"},
		"v1.2 6.14":                       nil,
		"Because of v2.0 3.1.4-1":         nil,
		"v2.0 3.1.4-1 is about the flags": nil,
	} {
		require.Equal(t, want, cited(line), line)
	}
	for text, want := range map[string][]string{
		"N1 3.1.4-1 reserved flag": {"3.1.4-1"},
		"30 3.1.4-1 reserved flag": {"3.1.4-1"},
		"3.1.4-1 reserved flag":    {"3.1.4-1"},
		"flag of 3.1.4-1":          nil,
		"3.1.4-1":                  nil,
	} {
		require.Equal(t, want, rowOf(text), text)
	}
}

func TestEnter(t *testing.T) {
	l := statements{{title: "heading"}, {id: "1.1-1", who: "C"}, {id: "1.1-2", who: "B"}, {id: "1.1-3", who: "S", untested: "why"}}
	require.Empty(t, l.enter([]string{"1.1-1", "1.1-2", "1.1-1"}, "mqttsn/client `TestX`"))
	require.Len(t, l.enter([]string{"1.1-9"}, "[x]"), 1)
	require.Equal(t, []string{"mqttsn/client `TestX`"}, l[1].tests)
	require.False(t, l[1].gap())
	require.True(t, l[2].gap(), "the client's test is none of the server")
	require.False(t, l[3].gap())
	require.Empty(t, l.enter([]string{"1.1-2"}, "[x]"))
	require.False(t, l[2].gap())

	var page strings.Builder
	l.write(&page)
	require.Contains(t, page.String(), "Of 2 statements that bind a server, tests hold it to 1; of 1 the reason is given why not; 0 are open.")
	require.Contains(t, page.String(), "| 1.1-3 | S |  | why |\n")
}
