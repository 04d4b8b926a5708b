package e2e

import (
	"fmt"
	"os"
	"testing"
	"time"

	"go.uber.org/goleak"
)

// patience is how long a test waits for something that should come at once. A busy machine may take its time.
const patience = 10 * time.Second

func TestMain(m *testing.M) {
	code := m.Run()
	os.RemoveAll(binDir)
	if err := goleak.Find(); err != nil && code == 0 {
		fmt.Fprintln(os.Stderr, "goroutines left behind:", err)
		code = 1
	}
	os.Exit(code)
}
