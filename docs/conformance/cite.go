package main

import (
	"regexp"
	"strings"
)

const identifier = `[0-9]+(?:\.[0-9]+)+-[0-9]+`

var (
	citation = regexp.MustCompile(`^v2\.0 (` + identifier + `(?:, ` + identifier + `)*)(?:[.;:]|$)`)
	row      = regexp.MustCompile(`^(?:N?[0-9]+ )?(` + identifier + `) `)
)

// cited reads "v2.0 3.1.4-1, 3.1.4-2".
func cited(line string) []string {
	if match := citation.FindStringSubmatch(line); match != nil {
		return strings.Split(match[1], ", ")
	}
	return nil
}

// rowOf reads the name of a table's row, "N1 3.1.2-1 reserved Connect Flag". N1 is the number of an example.
func rowOf(text string) []string {
	if match := row.FindStringSubmatch(text); match != nil {
		return match[1:]
	}
	return nil
}
