package ledger

import (
	"flag"
	"os"
	"testing"

	"mqttsn-gateway/gateway/e2e/programs"
)

func TestMain(m *testing.M) {
	flag.Set("test.parallel", "12") // these tests mostly wait
	os.Exit(programs.Main(m, "../.."))
}
