package ledger

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// TestSpool fills the spool of an aggregating gateway while the broker is away, and empties it over a line with 100 ms of
// round trip that is cut ten times. At least 500 QoS 1 messages leave in a second, in order, and none is lost.
func TestSpool(t *testing.T) {
	const (
		messages  = 5_000
		roundTrip = 100 * time.Millisecond
		cuts      = 10
		slowest   = 500 // messages a second
	)
	t.Parallel()
	w := newWorld(t, aggregating)
	w.brokerConfig = append(w.brokerConfig, "max_inflight_messages 100") // its Receive Maximum; 20 would give 200 a second
	w.tap.delay = roundTrip / 2
	w.start()
	f := newFleet(t, w, 0)
	f.observers = f.observers[:1]
	f.publishers = nil
	f.start()
	w.stopBroker()
	senders := newSenders(t, w, 100)
	senders.send(f.ledger, messages/1000*time.Second, 1000)
	_, waiting, _ := f.ledger.Progress()
	require.Greater(t, waiting, messages-100, "copies for the broker and its observer")

	w.startBroker()
	begun := time.Now()
	for range cuts {
		elapse(messages / slowest * time.Second / (cuts + 2) / 2)
		w.tap.cut()
	}
	v := f.settle()
	took := f.settledAt.Sub(begun)
	t.Logf("%d messages in %v: %.0f a second", messages, took.Round(time.Millisecond), messages/took.Seconds())
	require.GreaterOrEqual(t, messages/took.Seconds(), float64(slowest), "messages a second")
	f.require(v)
}
