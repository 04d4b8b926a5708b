package brokertest

import (
	"fmt"
	"os"
	"testing"

	"mqttsn-gateway/gateway/e2e/programs"
)

// scratch is a directory that lives as long as the tests.
var scratch string

func TestMain(m *testing.M) {
	dir, err := os.MkdirTemp("", "brokertest-")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	scratch = dir
	code := programs.Main(m, "../..")
	os.RemoveAll(dir)
	os.Exit(code)
}
