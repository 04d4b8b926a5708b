package main

import (
	"fmt"
	"io"
	"os"
	"path"
	"strings"

	"mqttsn-gateway/docs/tests"
)

// A table lists what is to be covered.
type table struct {
	kind    string // what a scenario calls it: "v1.2", "reference", "state", "fault"
	heading string
	intro   string
	rows    []*row
}

type row struct {
	key   string // "" for a line that only parts the rows below from those above
	title string
	tests []string // in Markdown
}

// readTables reads the lists of docs/coverage.
func readTables(root string) ([]*table, error) {
	tables := []*table{
		{kind: "v1.2", heading: "The specification, section by section", intro: "MQTT-SN version 1.2 of November 2013."},
		{kind: "reference", heading: "The implementer's reference",
			intro: "The document that the project was written from; comments in the code cite it as \"reference\"."},
		{kind: "state", heading: "States of a device", intro: "As the gateway sees it: state and event, then what follows."},
		{kind: "ambiguity", heading: "Ambiguities", intro: "Our readings are in [spec-notes.md](spec-notes.md)."},
		{kind: "fault", heading: "Faults of existing gateways", intro: "What was seen in the sources of others, and must not happen here."},
	}
	for i, file := range []string{"specification.txt", "reference.txt", "states.txt", "ambiguities.txt", "faults.txt"} {
		text, err := os.ReadFile(path.Join(root, "docs/coverage", file))
		if err != nil {
			return nil, err
		}
		if err := tables[i].read(root, string(text)); err != nil {
			return nil, fmt.Errorf("%s: %w", file, err)
		}
	}
	return tables, nil
}

// read takes lines such as "key | title | package Test, package Test". A line that begins with = is a heading.
func (t *table) read(root, text string) error {
	for line := range strings.Lines(text) {
		if title, ok := strings.CutPrefix(line, "= "); ok {
			t.rows = append(t.rows, &row{title: strings.TrimSpace(title)})
			continue
		}
		parts := strings.Split(strings.TrimSpace(line), " | ")
		if len(parts) < 2 {
			return fmt.Errorf("%q has no title", line)
		}
		r := &row{key: parts[0], title: parts[1]}
		if len(parts) > 2 {
			for _, test := range strings.Split(parts[2], ", ") {
				link, err := tests.GoTest(root, test)
				if err != nil {
					return err
				}
				r.tests = append(r.tests, link)
			}
		}
		t.rows = append(t.rows, r)
	}
	return nil
}

func (t *table) row(key string) *row {
	for _, r := range t.rows {
		if r.key == key && key != "" {
			return r
		}
	}
	return nil
}

func (t *table) uncovered() (problems []error) {
	for _, r := range t.rows {
		if r.key != "" && len(r.tests) == 0 {
			problems = append(problems, fmt.Errorf("%s %s (%s): no test covers it", t.kind, r.key, r.title))
		}
	}
	return problems
}

func (t *table) write(w io.Writer) {
	fmt.Fprintf(w, "\n## %s\n\n%s\n\n| | | covered by |\n| --- | --- | --- |\n", t.heading, t.intro)
	for _, r := range t.rows {
		if r.key == "" {
			fmt.Fprintf(w, "| | **%s** | |\n", r.title)
			continue
		}
		fmt.Fprintf(w, "| %s | %s | %s |\n", r.key, r.title, strings.Join(r.tests, ", "))
	}
}
