package cloud

import (
	"fmt"
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"

	"mqttsn-gateway/gateway/e2e/programs"
)

// TestHomeAssistant: it finds the gateway and its devices, sees who is there, and what is forgotten is gone.
func TestHomeAssistant(t *testing.T) {
	t.Parallel()
	for _, builtin := range []bool{true, false} {
		t.Run(fmt.Sprintf("builtin=%t", builtin), func(t *testing.T) {
			t.Parallel()
			http, broker := programs.FreeAddr(t), programs.FreeAddr(t)
			upstream := "url: ''"
			sections := []string{
				"home_assistant: {prefix: ha}", "gateway: {name: cellar, mode: builtin, data: state}",
				fmt.Sprintf("http: {listen: %q}", http), fmt.Sprintf("mqtt: {listeners: [{name: mqtt, listen: %q}]}", broker),
			}
			if !builtin {
				programs.StartMosquitto(t, broker, t.TempDir())
				upstream = "url: 'mqtt://" + broker + "'"
				sections[1], sections[3] = "gateway: {name: cellar, mode: aggregating, data: state}", "mqtt: {listeners: []}"
			}
			g := startGateway(t, upstream, sections...)
			if builtin {
				g.WaitTCP(broker)
			}
			found := retained(t, broker, "ha/#")
			there := retained(t, broker, "mqttsn/#")
			there.Until("mqttsn/cellar/status online")
			require.Contains(t, found.Until("ha/binary_sensor/mqttsn_cellar/config {"), `"state_topic":"mqttsn/cellar/status"`)

			d := newDevice(t, g, "th7")
			require.NoError(t, d.Connect(d.ctx))
			require.Contains(t, found.Until("ha/binary_sensor/mqttsn_cellar/th7/config {"), `"state_topic":"mqttsn/cellar/devices/th7"`)
			there.Until("mqttsn/cellar/devices/th7 online")
			require.NoError(t, d.Disconnect(d.ctx))
			there.Until("mqttsn/cellar/devices/th7 offline")
			require.NoError(t, d.Connect(d.ctx))
			there.Until("mqttsn/cellar/devices/th7 online")

			forget(t, http, "th7")
			found.Until("ha/binary_sensor/mqttsn_cellar/th7/config .")
			there.Until("mqttsn/cellar/devices/th7 .")
			g.Stop()
			if !builtin { // the broker goes with the gateway otherwise
				there.Until("mqttsn/cellar/status offline")
			}
		})
	}
}

// retained listens at a broker from what is retained there on. A line is the topic and the payload.
func retained(t *testing.T, broker, topic string) *programs.Lines {
	t.Helper()
	path := programs.Installed(t, "mosquitto_sub")
	return programs.Start(t, path, "-h", "127.0.0.1", "-p", programs.PortOf(t, broker), "-t", topic, "-q", "1", "-F", "%t %p.").StdoutLines()
}

func forget(t *testing.T, at, id string) {
	answer, err := http.Post("http://"+at+"/api/v1/devices/"+id+"/forget", "", nil)
	require.NoError(t, err)
	answer.Body.Close()
	require.Equal(t, http.StatusOK, answer.StatusCode)
}
