// Coverage writes docs/spec-coverage.md: which test covers which section of the specification, row of the state table,
// ambiguity, and fault of existing gateways.
//
//	go generate ./docs/coverage
//
// What is to be covered is listed in the text files beside this one. Scenarios of the engine name what they cover in the
// comment at their head; other tests are named in the lists. A row that nothing covers is an error, and so is a scenario
// that names a row which does not exist, or a test that is not there.
package main

import (
	"errors"
	"fmt"
	"io"

	"mqttsn-gateway/docs/tests"
)

//go:generate go run . -root ../.. -o ../spec-coverage.md

func main() { tests.WritePage("coverage", "docs/spec-coverage.md", write) }

const heading = `# What the tests cover

<!-- Made by "go generate ./docs/coverage" from the heads of the scenarios and the lists in docs/coverage. -->

Each name in lower case is a scenario of the engine: a conversation in text, in
[gateway/engine/testdata/scenarios](../gateway/engine/testdata/scenarios). The others are Go tests, with their package.
There are %d scenarios.
`

// write makes the page of the repository at root.
func write(w io.Writer, root string) error {
	tables, err := readTables(root)
	if err != nil {
		return err
	}
	scenarios, err := tests.Scenarios(root)
	if err != nil {
		return err
	}
	var problems []error
	for _, s := range scenarios {
		problems = append(problems, enter(s, tables)...)
	}
	for _, t := range tables {
		problems = append(problems, t.uncovered()...)
	}
	if err := errors.Join(problems...); err != nil {
		return err
	}
	fmt.Fprintf(w, heading, len(scenarios))
	for _, t := range tables {
		t.write(w)
	}
	tests.WriteLinks(w, scenarios)
	return nil
}
