package programs

import (
	"flag"
	"fmt"
	"os"
	"testing"

	"go.uber.org/goleak"
)

// Main is what a package's TestMain does: it builds our commands, from the sources of the repository whose top is there,
// runs the tests, and sees to it that they have left no goroutine behind. It returns the exit code.
func Main(m *testing.M, top string) int {
	flag.Parse() // for testing.Short
	dir, err := os.MkdirTemp("", "programs-")
	if err != nil {
		return fail(err)
	}
	defer os.RemoveAll(dir)
	if !testing.Short() {
		if err := Build(top, dir); err != nil {
			return fail(err)
		}
	}
	if code := m.Run(); code != 0 {
		return code
	}
	if err := goleak.Find(); err != nil {
		return fail(err)
	}
	return 0
}

func fail(err error) int {
	fmt.Fprintln(os.Stderr, err)
	return 1
}
