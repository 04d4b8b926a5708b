package ledger

import (
	"context"
	"flag"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"golang.org/x/sync/errgroup"

	"mqttsn-gateway/mqttsn"
	"mqttsn-gateway/mqttsn/client"
)

var (
	sessionCount = flag.Int("sessions", 1000, "stored sessions of the test of recovery time")
	writeTime    = flag.Duration("write", 3*time.Second, "how long the octets written are measured")
)

// TestRecovery measures how long a gateway with many stored sessions takes to serve again after a crash. The sessions are
// made by real traffic: each has connected, subscribed by name, and sleeps.
func TestRecovery(t *testing.T) {
	t.Parallel()
	w := newWorld(t, builtin)
	w.more = "limits: {forwarder_rate: 0, device_rate: 0}\nsessions: {max: 1000000}"
	w.start()
	c := newCrowd(t, w.udp, *sessionCount)
	begun := time.Now()
	c.enter()
	made := time.Since(begun)
	before, err := w.gateway.ResidentMemory()
	require.NoError(t, err)

	w.killGateway()
	took := w.startGateway()
	after, err := w.gateway.ResidentMemory()
	require.NoError(t, err)
	restored := w.gateway.StderrLines().Until("sessions restored")
	t.Logf("%d sessions made in %v, memory %d MiB; after a crash served again within %v, memory %d MiB: %s",
		*sessionCount, made.Round(time.Millisecond), before>>20, took.Round(time.Millisecond), after>>20,
		restored[strings.Index(restored, "records="):])
	c.wake(min(*sessionCount, 1000))
}

// TestWrites measures how many octets go to the disk for a message of 100 octets with QoS 1, from its publication by a
// device to its delivery to a client with a persistent session and its removal.
func TestWrites(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		rate    int // messages a second
		devices int
		most    uint64 // octets a message
	}{
		{5, 5, 10_000},
		{1000, 100, 1500},
	} {
		t.Run(fmt.Sprintf("rate=%d", c.rate), func(t *testing.T) {
			w := newWorld(t, builtin)
			w.start()
			f := newFleet(t, w, 0)
			f.observers = f.observers[:1]
			f.publishers = nil
			f.start()
			senders := newSenders(t, w, c.devices)

			before, err := w.gateway.DiskWrites()
			require.NoError(t, err)
			begun := time.Now()
			sent := senders.send(f.ledger, *writeTime, c.rate)
			took := time.Since(begun)
			v := f.settle()
			after, err := w.gateway.DiskWrites()
			require.NoError(t, err)
			f.t.Log(v)
			require.Empty(t, v.Faults)
			require.Equal(t, sent, v.Acknowledged)
			require.Equal(t, sent, v.Copies)
			each := (after - before) / uint64(sent)
			t.Logf("%d messages in %v, %.0f a second: %d octets written for each", sent, took.Round(time.Millisecond),
				float64(sent)/took.Seconds(), each)
			if before == after {
				t.Skip("this file system counts no writes")
			}
			if *writeTime >= time.Minute { // before that, the store's first segments count too much
				require.LessOrEqual(t, each, c.most)
			}
		})
	}
}

// senders are devices that publish at a common rate.
type senders struct {
	t       *testing.T
	clients []*client.Client
}

func newSenders(t *testing.T, w *world, n int) *senders {
	s := &senders{t: t}
	for i := range n {
		c, err := client.Dial(t.Context(), w.udp, client.Config{
			ClientID: fmt.Sprintf("sender%d", i), RetryInterval: deviceRetry, Retries: deviceRetries,
		})
		require.NoError(t, err)
		t.Cleanup(func() { c.Close() })
		require.NoError(t, c.Connect(t.Context()))
		s.clients = append(s.clients, c)
	}
	return s
}

// send publishes rate messages a second for some time, and returns how many it were.
func (s *senders) send(l *Ledger, d time.Duration, rate int) (sent int) {
	ctx, cancel := context.WithTimeout(s.t.Context(), d+time.Minute)
	defer cancel()
	var work errgroup.Group
	each := int(d.Seconds()*float64(rate)) / len(s.clients)
	for i, c := range s.clients {
		id := fmt.Sprintf("sender%d", i)
		work.Go(func() error {
			gap := time.Second / time.Duration(rate) // between two messages of different devices: no two at once
			elapse(time.Duration(i) * gap)
			tick := time.NewTicker(time.Duration(len(s.clients)) * gap)
			defer tick.Stop()
			for range each {
				<-tick.C
				payload := l.Publish(id, "up/"+id, 1)
				m := client.Message{Topic: client.Name("up/" + id), QoS: mqttsn.QoS1, Payload: payload}
				if err := c.Publish(ctx, m); err != nil {
					return err
				}
				l.Acknowledged(payload)
			}
			return nil
		})
	}
	require.NoError(s.t, work.Wait())
	return each * len(s.clients)
}
