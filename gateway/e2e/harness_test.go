package e2e

import (
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestHarness sends messages from mosquitto's clients through mosquitto to its clients: what the harness loses or
// changes by itself, it must not blame on the gateway.
func TestHarness(t *testing.T) {
	t.Parallel()
	b := startMosquitto(t)
	s := subscribe(t, b.addr, "#", 2, "-i", "recorder")
	for _, m := range messages {
		m.retain = false
		publish(t, b.addr, m, "-V", "mqttv5", "-i", "sender")
		s.want("by mosquitto alone", m)
	}
	publish(t, b.addr, message{topic: "kept", payload: "x", retain: true})
	s.want("as it is published", message{topic: "kept", payload: "x"})
	subscribe(t, b.addr, "kept", 0).want("retained", message{topic: "kept", payload: "x", retain: true})

	b.Stop()
	require.Equal(t, []string{"recorder", "sender"}, b.clients()[:2])
}

// TestHarnessStopsAndKills: brokers end when told to, whatever state they are in.
func TestHarnessStopsAndKills(t *testing.T) {
	t.Parallel()
	b := startMosquitto(t)
	b.Stop()
	require.False(t, b.Running())
	require.Zero(t, b.WaitExit())

	b = startMosquitto(t)
	b.Signal(syscall.SIGSTOP)
	b.Kill()
	require.False(t, b.Running())
}
