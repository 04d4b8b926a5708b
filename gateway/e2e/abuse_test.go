package e2e

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/sync/errgroup"
)

// TestAbuse floods the gateway with 100,000 random and 100,000 mutated datagrams while ten good clients publish to
// themselves with QoS 1. None of them notices, an ordinary MQTT client gets every message of theirs, and the gateway
// needs no more memory in the second half than in the first.
func TestAbuse(t *testing.T) {
	const goodClients = 10
	seed := rand.Uint64()
	t.Logf("seed %#x", seed)

	// The flood makes sessions, topics and subscriptions of its own. Their limits are set so low that they are reached
	// early: what grows after that is a leak. So that garbage is not mistaken for one, it is collected often.
	g := startBuiltin(t, gatewayOptions{flags: []string{"--log-level", "error"}, env: []string{
		"GOGC=10",
		"MQTTSN_GATEWAY_SESSIONS_MAX=50",
		"MQTTSN_GATEWAY_SESSIONS_TOPICS_PER_DEVICE=5",
		"MQTTSN_GATEWAY_SESSIONS_SUBSCRIPTIONS_PER_DEVICE=3",
		"MQTTSN_GATEWAY_SESSIONS_QUEUE_MESSAGES=5",
	}})
	observer := subscribe(t, g.mqtt, "good/#", 1)
	clients := make([]*goodClient, goodClients)
	for i := range clients {
		clients[i] = newGoodClient(t, g, i)
	}

	var memory []uint64
	var work errgroup.Group
	ctx, flooded := context.WithCancel(t.Context())
	work.Go(func() (err error) {
		memory, err = sampleMemory(ctx, g.Process)
		return err
	})
	for _, c := range clients {
		work.Go(func() error { return c.work(ctx) })
	}
	flooder := newFlood(t, g.udp, seed)
	work.Go(func() error {
		defer flooded()
		return flooder.run(100_000)
	})
	require.NoError(t, work.Wait())

	require.True(t, g.Running())
	half := len(memory) / 2
	first, second := slices.Max(memory[:half]), slices.Max(memory[half:])
	t.Logf("memory: at most %d KiB in the first half, %d KiB in the second", first>>10, second>>10)
	require.LessOrEqual(t, float64(second), 1.1*float64(first), "octets of memory in the second half")

	missing := map[string]bool{}
	again := 0
	for _, c := range clients {
		again += c.again
		for n := range c.sent {
			missing[fmt.Sprintf("%s %d", c.topic, n)] = true
		}
	}
	total := len(missing)
	t.Logf("%d messages, %d of them sent again", total, again)
	require.Greater(t, total, 100*goodClients, "the good clients hardly came to work")
	require.LessOrEqual(t, again, total/100, "messages or acknowledgements were lost")
	for len(missing) > 0 {
		m := observer.next()
		delete(missing, m.topic+" "+m.payload)
	}
}
