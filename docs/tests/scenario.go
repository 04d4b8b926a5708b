// Package tests reads what the tests of the repository say of themselves, for the pages that tell what is tested.
package tests

import (
	"fmt"
	"io"
	"os"
	"path"
	"path/filepath"
	"strings"
)

const scenarioFolder = "gateway/engine/testdata/scenarios"

// A Scenario is a conversation of the engine as text. At its head, comments say what it is about.
type Scenario struct {
	Name string
	Head []string // lines of the comment, without their #
}

// Scenarios reads those of the repository at root.
func Scenarios(root string) ([]Scenario, error) {
	files, err := filepath.Glob(path.Join(root, scenarioFolder, "*.txt"))
	if err != nil {
		return nil, err
	}
	var list []Scenario
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			return nil, err
		}
		list = append(list, Scenario{strings.TrimSuffix(filepath.Base(file), ".txt"), Head(string(text))})
	}
	return list, nil
}

// Head cuts the comment off a scenario's text.
func Head(text string) (lines []string) {
	for line := range strings.Lines(text) {
		line, comment := strings.CutPrefix(strings.TrimSpace(line), "# ")
		if !comment {
			break
		}
		lines = append(lines, line)
	}
	return lines
}

// Link refers to the scenario in Markdown. The page needs WriteLinks at its end.
func (s Scenario) Link() string { return "[" + s.Name + "]" }

// WriteLinks says where the scenarios are, to a page in docs.
func WriteLinks(w io.Writer, list []Scenario) {
	fmt.Fprintln(w)
	for _, s := range list {
		fmt.Fprintf(w, "[%s]: ../%s/%s.txt\n", s.Name, scenarioFolder, s.Name)
	}
}
