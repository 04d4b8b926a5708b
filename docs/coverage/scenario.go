package main

import (
	"fmt"
	"regexp"
	"strings"

	"mqttsn-gateway/docs/tests"
)

// A mention is a row of a table that a scenario covers.
type mention struct{ kind, key string }

// mentions reads the comment at the head of a scenario:
//
//	# v1.2 6.14, 5.4.20; reference 7.1, A14
//	# state asleep: PINGREQ
//	# fault pingresp-before-done
//
// Whatever else the first line cites, and the sentences of the comment, are for people.
func mentions(head []string) []mention {
	var list []mention
	for _, line := range head {
		for _, kind := range []string{"state", "fault"} {
			if key, ok := strings.CutPrefix(line, kind+" "); ok {
				list = append(list, mention{kind, key})
			}
		}
		for _, group := range strings.Split(line, "; ") {
			list = append(list, sections(group)...)
		}
	}
	return list
}

var citation = regexp.MustCompile(`^(v1\.2|reference) ((?:A?[0-9.]+(?:, )?)+)$`)

// sections reads "v1.2 6.14, 5.4.20" and "reference 7.1, A14".
func sections(group string) []mention {
	match := citation.FindStringSubmatch(group)
	if match == nil {
		return nil
	}
	var list []mention
	for _, key := range strings.Split(match[2], ", ") {
		kind := match[1]
		if strings.HasPrefix(key, "A") {
			kind = "ambiguity"
		}
		list = append(list, mention{kind, key})
	}
	return list
}

// enter adds the scenario to the rows that it covers.
func enter(s tests.Scenario, tables []*table) (problems []error) {
	for _, m := range mentions(s.Head) {
		found := false
		for _, t := range tables {
			if r := t.row(m.key); t.kind == m.kind && r != nil {
				r.tests, found = append(r.tests, s.Link()), true
			}
		}
		if !found {
			problems = append(problems, fmt.Errorf("scenario %s covers %s %s, which is not in the list", s.Name, m.kind, m.key))
		}
	}
	return problems
}
