package cloud

import (
	"fmt"
	"os/exec"
	"testing"

	"github.com/stretchr/testify/require"

	"mqttsn-gateway/gateway/e2e/programs"
	"mqttsn-gateway/mqttsn"
	"mqttsn-gateway/mqttsn/client"
)

// TestFallback: the broker in use goes away, and devices are served by the next, without noticing.
func TestFallback(t *testing.T) {
	t.Parallel()
	for _, mode := range []string{"transparent", "aggregating"} {
		t.Run(mode, func(t *testing.T) {
			t.Parallel()
			first, second := programs.FreeAddr(t), startBroker(t)
			broker := programs.StartMosquitto(t, first, t.TempDir())
			g := startGateway(t, fmt.Sprintf("url: 'mqtt://%s', fallback: ['mqtt://%s']", first, second),
				"gateway: {mode: "+mode+"}", "mqtt: {listeners: []}", "bridge: {status_topic: gateway/status}")
			d := newDevice(t, g, "th7")
			d.served()
			g.log.Until("mqtt://" + first)

			broker.Kill()
			g.log.Until("going on to the next upstream broker")
			g.log.Until("connected to the upstream broker")
			arrives := subscribeWith(t, second, "cellar/again")
			m := client.Message{Topic: client.Name("cellar/again"), Payload: []byte("22.5"), QoS: mqttsn.QoS1}
			require.NoError(t, d.Publish(d.ctx, m))
			arrives.Until("22.5")
		})
	}
}

// subscribeWith listens at a broker, from the time when it returns. A line is the topic, the payload and user properties.
func subscribeWith(t testing.TB, broker, topic string) *programs.Lines {
	t.Helper()
	path := programs.Installed(t, "mosquitto_sub")
	p := programs.Start(t, path, "-h", "127.0.0.1", "-p", programs.PortOf(t, broker), "-t", topic, "-t", "here", "-q", "1", "-V", "5", "-F", "%t %p %P")
	lines := p.StdoutLines()
	programs.Installed(t, "mosquitto_pub")
	out, err := exec.Command("mosquitto_pub", "-h", "127.0.0.1", "-p", programs.PortOf(t, broker), "-t", "here", "-r", "-m", "now").CombinedOutput()
	require.NoError(t, err, string(out))
	lines.Until("here now")
	return lines
}
