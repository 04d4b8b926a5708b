package xbee_test

import (
	"flag"
	"testing"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) {
	flag.Set("test.parallel", "8") // these tests wait most of the time, however few processors there are
	goleak.VerifyTestMain(m)
}
