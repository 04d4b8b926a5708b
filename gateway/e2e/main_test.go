package e2e

import (
	"flag"
	"fmt"
	"os"
	"testing"
	"time"

	"go.uber.org/goleak"
)

// patience is how long a test waits for something that should come at once. A busy machine may take its time.
const patience = 10 * time.Second

func TestMain(m *testing.M) {
	flag.Parse() // for testing.Short
	os.Exit(run(m))
}

// run builds what the tests start, and runs them.
func run(m *testing.M) int {
	dir, err := os.MkdirTemp("", "e2e-")
	if err != nil {
		return fail(err)
	}
	defer os.RemoveAll(dir)
	if !testing.Short() {
		if err := buildPrograms(dir); err != nil {
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
