package cloud

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"mqttsn-gateway/mqttsn"
	"mqttsn-gateway/mqttsn/client"
)

// TestUserProperties: the broker learns which device has sent a message, and from where.
func TestUserProperties(t *testing.T) {
	t.Parallel()
	for _, mode := range []string{"transparent", "aggregating"} {
		t.Run(mode, func(t *testing.T) {
			t.Parallel()
			broker := startBroker(t)
			g := startGateway(t, fmt.Sprintf("url: 'mqtt://%s'", broker), "gateway: {mode: "+mode+"}", "mqtt: {listeners: []}",
				"sessions: {user_properties: [client, link, address]}")
			arrives := subscribeWith(t, broker, "cellar/temp")
			d := newDevice(t, g, "th7")
			require.NoError(t, d.Connect(d.ctx))
			m := client.Message{Topic: client.Name("cellar/temp"), Payload: []byte("21.5"), QoS: mqttsn.QoS1}
			require.NoError(t, d.Publish(d.ctx, m))
			require.Contains(t, arrives.Until("21.5"), "21.5 mqttsn-client:th7 mqttsn-link:udp mqttsn-address:127.0.0.1:")
		})
	}
}
