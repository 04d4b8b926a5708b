package main

import (
	"fmt"
	"io"
	"os"
	"path"
	"slices"
	"strings"
)

// A statement is one of the draft's, or a heading above some.
type statement struct {
	id    string // "3.1.4-1"; "" for a heading
	who   string // C, S, B or X
	title string

	tests    []string // in Markdown
	untested string   // why
}

type statements []*statement

// readStatements reads the lists of docs/conformance: lines such as "3.1.4-1 | S | what it says", and "3.1.4-1 | why it is
// not tested". A line that begins with = is a heading.
func readStatements(root string) (statements, error) {
	var list statements
	err := eachLine(root, "statements.txt", func(line string) error {
		if title, ok := strings.CutPrefix(line, "= "); ok {
			list = append(list, &statement{title: title})
			return nil
		}
		parts := strings.Split(line, " | ")
		if len(parts) != 3 || list.find(parts[0]) != nil {
			return fmt.Errorf("statements.txt: %q is no statement, or there are two of it", line)
		}
		list = append(list, &statement{id: parts[0], who: parts[1], title: parts[2]})
		return nil
	})
	if err != nil {
		return nil, err
	}
	err = eachLine(root, "untested.txt", func(line string) error {
		id, why, _ := strings.Cut(line, " | ")
		s := list.find(id)
		if s == nil || why == "" {
			return fmt.Errorf("untested.txt: %q has no such statement, or no reason", line)
		}
		s.untested = why
		return nil
	})
	return list, err
}

func eachLine(root, file string, do func(line string) error) error {
	text, err := os.ReadFile(path.Join(root, "docs/conformance", file))
	if err != nil {
		return err
	}
	for line := range strings.Lines(string(text)) {
		if err := do(strings.TrimSpace(line)); err != nil {
			return err
		}
	}
	return nil
}

func (l statements) find(id string) *statement {
	for _, s := range l {
		if s.id == id && id != "" {
			return s
		}
	}
	return nil
}

// enter adds a test to the statements that it names.
func (l statements) enter(ids []string, test string) (problems []error) {
	for _, id := range ids {
		s := l.find(id)
		switch {
		case s == nil:
			problems = append(problems, fmt.Errorf("%s names %s, and there is no such statement", test, id))
		case !slices.Contains(s.tests, test):
			s.tests = append(s.tests, test)
		}
	}
	return problems
}

func (s *statement) bindsServers() bool { return s.id != "" && s.who != "C" }

// tested tells whether those whom the statement binds are tested. For a server, tests of the client library are not enough.
func (s *statement) tested() bool {
	return slices.ContainsFunc(s.tests, func(test string) bool {
		return !s.bindsServers() || !strings.HasPrefix(test, "mqttsn/client ")
	})
}

// gap is a statement that binds servers and has neither a test nor a reason for having none.
func (s *statement) gap() bool { return s.bindsServers() && !s.tested() && s.untested == "" }

func (s *statement) write(w io.Writer) {
	if s.id == "" {
		fmt.Fprintf(w, "\n## %s\n\n| | who | | covered by |\n| --- | --- | --- | --- |\n", s.title)
		return
	}
	cells := slices.Clone(s.tests)
	switch {
	case s.gap():
		cells = append(cells, "**no test yet**")
	case !s.tested() && s.untested != "":
		cells = append(cells, s.untested)
	}
	fmt.Fprintf(w, "| %s | %s | %s | %s |\n", s.id, s.who, s.title, strings.Join(cells, ", "))
}
