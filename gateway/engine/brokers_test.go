package engine

import (
	"testing"

	"github.com/stretchr/testify/require"

	"mqttsn-gateway/mqtt"
	"mqttsn-gateway/mqttsn"
)

// TestDialSaysForWhom: the driver has to find the login of a device, and the broker to go to.
func TestDialSaysForWhom(t *testing.T) {
	c := DefaultConfig("udp")
	c.Mode = Transparent
	c.Uplink.ClientID = "gw-%c"
	c.Devices = map[string]DeviceOverride{"th*": {}}
	c.Uplink.Brokers = []string{"mqtt://a", "mqtt://b"}
	e, err := New(c)
	require.NoError(t, err)
	out := new(Out)
	hear(e, out, 0, 7, &mqttsn.Connect{ProtocolID: mqttsn.ProtocolID, Duration: 60, ClientID: []byte("th7")})
	require.Equal(t, &Dial{ClientID: "gw-th7", Device: "th7", Override: "th*", Broker: 0}, out.Conns[0].Dial)
	require.Equal(t, "mqtt://a", e.Upstream().Broker)

	id := out.Conns[0].Conn
	out.Reset()
	e.Login(id, Login{Username: "u7", Password: []byte("hush")})
	e.Dialed(0, id, out)
	p := out.Conns[0].Packet.(*mqtt.Connect)
	require.Equal(t, "u7", p.Username)
	require.True(t, p.HasPassword)
	require.Equal(t, "hush", string(p.Password))
}
