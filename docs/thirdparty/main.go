// Thirdparty writes docs/third-party.md: which modules are linked into our programs, and under which licences.
//
//	go run ./docs/thirdparty >docs/third-party.md
//
// It asks "go list" what the programs import on every platform that we build for, and reads the licences from the
// module cache. A module whose licence it does not recognise is an error: somebody has to look.
package main

import (
	"fmt"
	"io"
	"maps"
	"os"
	"slices"
)

func main() {
	if err := write(os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "thirdparty:", err)
		os.Exit(1)
	}
}

const heading = `# Third-party software

<!-- Made by "make docs" from what go list says. -->

These modules are linked into at least one of our programs. Each is the work of its own authors, under its own licence.
What only tests and tools use is not linked, and not listed. Go's own runtime and standard library (BSD-3-Clause) are in all
of them.

| module | version | licence | in |
| --- | --- | --- | --- |
`

func write(w io.Writer) error {
	modules, err := linked()
	if err != nil {
		return err
	}
	fmt.Fprint(w, heading)
	for _, path := range slices.Sorted(maps.Keys(modules)) {
		m := modules[path]
		licence, err := licenceOf(m.dir)
		if err != nil {
			return fmt.Errorf("%s: %w", path, err)
		}
		fmt.Fprintf(w, "| `%s` | %s | %s | %s |\n", path, m.version, licence, m.programs())
	}
	return nil
}
