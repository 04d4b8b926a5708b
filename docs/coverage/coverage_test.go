package main

import (
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"mqttsn-gateway/docs/tests"
)

const root = "../.."

// The page in the repository is the one that would be made now.
func TestPageIsCurrent(t *testing.T) {
	var page strings.Builder
	require.NoError(t, write(&page, root))
	have, err := os.ReadFile("../spec-coverage.md")
	require.NoError(t, err)
	require.True(t, string(have) == page.String(), `docs/spec-coverage.md is not current: run "go generate ./docs/coverage"`)
}

func TestMentions(t *testing.T) {
	for text, want := range map[string][]mention{
		"# v1.2 6.14, 5.4.20; reference 7.1, A14\ndevice PINGREQ": {
			{"v1.2", "6.14"}, {"v1.2", "5.4.20"}, {"reference", "7.1"}, {"ambiguity", "A14"},
		},
		"# v1.2 6.1\n# state asleep: PINGREQ\n# fault x\n# Because of 6.2.\n\n# v1.2 6.3": {
			{"v1.2", "6.1"}, {"state", "asleep: PINGREQ"}, {"fault", "x"},
		},
		"# MQTT 5, 3.8; reference 6.8": {{"reference", "6.8"}},
		"# Prose; reference books say": nil,
		"device PINGREQ\n# v1.2 6.3":   nil,
	} {
		require.Equal(t, want, mentions(tests.Head(text)), text)
	}
}

func TestUnknownAndUncovered(t *testing.T) {
	tables := []*table{{kind: "v1.2", rows: []*row{{title: "heading"}, {key: "1", title: "one"}, {key: "2", title: "two"}}}}
	s := tests.Scenario{Name: "s", Head: []string{"v1.2 1, 3", "fault 1"}}
	require.Len(t, enter(s, tables), 2, "unknown rows")
	problems := tables[0].uncovered()
	require.Len(t, problems, 1)
	require.Contains(t, problems[0].Error(), "two")
}

func TestListsAreRead(t *testing.T) {
	require.NoError(t, new(table).read(root, "1 | title | docs/coverage TestListsAreRead"))
	require.Error(t, new(table).read(root, "1 | title | docs/coverage TestLists"), "no such test")
	require.Error(t, new(table).read(root, "no title"))
}

// Each ambiguity has its note, and each scenario that a note names exists and says that it pins this ambiguity.
func TestNotesNameTheirScenarios(t *testing.T) {
	tables, err := readTables(root)
	require.NoError(t, err)
	list, err := tests.Scenarios(root)
	require.NoError(t, err)
	scenarios := make(map[string][]mention)
	for _, s := range list {
		scenarios[s.Name] = mentions(s.Head)
	}
	text, err := os.ReadFile("../spec-notes.md")
	require.NoError(t, err)

	notes := make(map[string]string)
	for _, section := range strings.Split(string(text), "\n### ") {
		key, note, _ := strings.Cut(section, ".")
		notes[key], _, _ = strings.Cut(note, "\n## ")
	}
	for _, name := range namesIn(string(text)) {
		require.Contains(t, scenarios, name)
	}
	for _, r := range ambiguities(tables) {
		names := namesIn(notes[r.key])
		require.NotEmpty(t, names, "%s names no scenario", r.key)
		for _, name := range names {
			require.Contains(t, scenarios[name], mention{"ambiguity", r.key}, name)
		}
	}
}

func ambiguities(tables []*table) []*row {
	for _, t := range tables {
		if t.kind == "ambiguity" {
			return t.rows
		}
	}
	return nil
}

var inCode = regexp.MustCompile("`([a-z0-9]+(?:_[a-z0-9]+)+)`")

// namesIn lists the names of scenarios in a text.
func namesIn(text string) []string {
	var names []string
	for _, match := range inCode.FindAllStringSubmatch(text, -1) {
		names = append(names, match[1])
	}
	return names
}
