package radios

import (
	"os"
	"testing"

	"mqttsn-gateway/gateway/e2e/programs"
)

func TestMain(m *testing.M) { os.Exit(programs.Main(m, "../../..")) }
