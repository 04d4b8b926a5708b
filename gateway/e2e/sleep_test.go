package e2e

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"mqttsn-gateway/gateway/e2e/programs"
)

// TestSleep: "mqttsn sleep" shows a device that sleeps and wakes, and what mosquitto_pub sends meanwhile comes in its windows.
func TestSleep(t *testing.T) {
	for _, mode := range []struct {
		name  string
		start func(t testing.TB) *gatewayProcess
	}{
		{"builtin", func(t testing.TB) *gatewayProcess { return startBuiltin(t, gatewayOptions{}) }},
		{"transparent", func(t testing.TB) *gatewayProcess {
			programs.Ours(t, "mqttsn-gateway")
			return startTransparent(t, startMosquitto(t).addr, gatewayOptions{})
		}},
	} {
		t.Run(mode.name, func(t *testing.T) {
			t.Parallel()
			cli := ourTool(t, "1.2")
			g := mode.start(t)
			p := cli.start(t, g, "sleep", "-i", "th1", "-t", "plant/#", "-q", "2", "-v", "--for", "500ms", "--announce", "1m", "--cycles", "0")
			told, got := p.StderrLines(), p.StdoutLines()
			told.Until("subscribed to plant/# with qos 2")
			for qos := range 3 {
				told.Until("asleep for 500ms")
				m := message{topic: "plant/th1/set", payload: fmt.Sprintf("with QoS %d", qos), qos: qos}
				publish(t, g.mqtt, m)
				require.Equal(t, m.topic+" "+m.payload, got.Until(m.payload))
				told.Until("messages: 1")
			}
			p.Stop()
			require.NotContains(t, string(p.Stderr.Bytes()), "sent to a sleeping device")
		})
	}
}
