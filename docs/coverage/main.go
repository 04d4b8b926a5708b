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
	"flag"
	"fmt"
	"io"
	"os"
	"path"
	"strings"
)

//go:generate go run . -root ../.. -o ../spec-coverage.md

func main() {
	root := flag.String("root", ".", "the repository")
	output := flag.String("o", "docs/spec-coverage.md", "the file to write")
	flag.Parse()
	if err := run(*root, *output); err != nil {
		fmt.Fprintln(os.Stderr, "coverage:", err)
		os.Exit(1)
	}
}

func run(root, output string) error {
	var page strings.Builder
	if err := write(&page, root); err != nil {
		return err
	}
	return os.WriteFile(output, []byte(page.String()), 0o644)
}

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
	scenarios, err := readScenarios(path.Join(root, scenarioFolder))
	if err != nil {
		return err
	}
	var problems []error
	for _, s := range scenarios {
		problems = append(problems, s.enter(tables)...)
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
	fmt.Fprintln(w)
	for _, s := range scenarios {
		fmt.Fprintf(w, "[%s]: ../%s/%s.txt\n", s.name, scenarioFolder, s.name)
	}
	return nil
}
