package ledger

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// TestSpool fills the spool of an aggregating gateway while the broker is away, and empties it over a line with 100 ms of
// round trip that is cut again and again: ten times in the long form. At least 500 QoS 1 messages leave in a second then,
// in order, and none is lost.
func TestSpool(t *testing.T) {
	t.Parallel()
	const roundTrip = 100 * time.Millisecond
	cuts, slowest := 10, 500
	if *kills < cuts {
		cuts, slowest = *kills, 200 // beside all the other tests
	}
	seconds := time.Duration(cuts) // of load, and about as many to empty the spool
	w := newWorld(t, aggregating)
	w.brokerConfig = append(w.brokerConfig, "max_inflight_messages 100") // its Receive Maximum; 20 would give 200 a second
	w.tap.delay = roundTrip / 2
	w.start()
	f := newFleet(t, w, 0)
	f.observers = f.observers[:1]
	f.publishers = nil
	f.start()
	w.stopBroker()
	messages := newSenders(t, w, 100).send(f.ledger, seconds*time.Second, 1000)
	_, waiting, _ := f.ledger.Progress()
	require.Greater(t, waiting, messages-100, "copies for the broker and its observer")

	w.startBroker()
	begun := time.Now()
	for range cuts {
		elapse(time.Second)
		w.tap.cut()
	}
	v := f.settle()
	took := f.settledAt.Sub(begun)
	rate := float64(messages) / took.Seconds()
	t.Logf("%d messages in %v, cut %d times: %.0f a second", messages, took.Round(time.Millisecond), cuts, rate)
	require.GreaterOrEqual(t, rate, float64(slowest), "messages a second")
	f.require(v)
}
