package radios

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"mqttsn-gateway/mqttsn"
	"mqttsn-gateway/mqttsn/client"
	"mqttsn-gateway/radio/serial"
	line "mqttsn-gateway/testbed/serial"
	"mqttsn-gateway/testbed/xbee"
)

// TestScenarios plays the same scenarios over the real transport of every kind of link.
func TestScenarios(t *testing.T) {
	for _, n := range []struct {
		name string
		open func(t testing.TB) network
	}{
		{"xbee/Zigbee, AP=1", func(t testing.TB) network {
			return newAir(t, xbee.AirConfig{}, xbee.ModemConfig{}).over(t, xbee.NodeConfig{})
		}},
		{"xbee/Zigbee, AP=2, explicit frames, losses", func(t testing.TB) network {
			a := newAir(t, xbee.AirConfig{Seed: 1, Loss: 0.05}, xbee.ModemConfig{APIMode: 2, Set: map[string][]byte{"AO": {1}}})
			return a.over(t, xbee.NodeConfig{})
		}},
		{"xbee/802.15.4, 16-bit addresses", func(t testing.TB) network {
			a := newAir(t, xbee.AirConfig{}, xbee.ModemConfig{Family: xbee.IEEE802154, APIMode: 2})
			return a.over(t, xbee.NodeConfig{ShortOnly: true})
		}},
		{"xbee/S1, airtime", func(t testing.TB) network {
			a := newAir(t, xbee.AirConfig{Airtime: true}, xbee.ModemConfig{Family: xbee.Series1})
			return a.over(t, xbee.NodeConfig{})
		}},
		{"serial/slip", func(t testing.TB) network { return overSerial(t, line.Config{Framing: serial.SLIP}) }},
		{"serial/cobs-crc", func(t testing.TB) network { return overSerial(t, line.Config{Framing: serial.COBSCRC}) }},
		{"serial/hdlc, noise", func(t testing.TB) network {
			return overSerial(t, line.Config{Framing: serial.HDLC, Noise: 0.0005, Seed: 1})
		}},
		{"dtls/keys", overKeys},
		{"dtls/certificates", overCertificates},
		{"udp/multicast", overMulticast},
	} {
		t.Run(n.name, func(t *testing.T) {
			t.Parallel()
			net := n.open(t)
			t.Run("QoS", net.carriesEveryQoS)
			t.Run("sleep", net.letsSleep)
			t.Run("will", net.publishesWills)
		})
	}
}

// long is the payload that takes most room: the first generation of XBee modules takes 100 octets in all.
var long = strings.Repeat("0123456789", 9)

// carriesEveryQoS publishes with every QoS both ways.
func (n network) carriesEveryQoS(t *testing.T) {
	hub := newApp(t, n.gateway, "up/#")
	d := newDevice(t, n.join(t, "qos"), client.Config{ClientID: "qos", CleanSession: true}).connect()
	d.subscribe("down/qos")
	for _, payload := range []string{"21.5", "~}\x11\x13\xc0\xdb\x00", long} { // delimiters and escapes of all framings
		for qos := byte(0); qos <= 2; qos++ {
			d.publish("up/qos", payload, mqttsn.QoS(qos))
			hub.want("up/qos", payload, qos)
			hub.publish("down/qos", payload, qos)
			d.want("down/qos", payload, mqttsn.QoS(qos))
		}
	}
	d.wantNothing()
	require.Empty(t, hub.got)
	require.NoError(t, d.Disconnect(d.ctx))
}

// letsSleep has a device sleep and wake, three times.
func (n network) letsSleep(t *testing.T) {
	hub := newApp(t, n.gateway, "up/#")
	d := newDevice(t, n.join(t, "sleeper"), client.Config{ClientID: "sleeper"}).connect()
	d.subscribe("down/sleeper/#")
	require.NoError(t, d.Sleep(d.ctx, time.Hour))
	for cycle := range 3 {
		for qos := byte(1); qos <= 2; qos++ {
			for i := range 2 {
				hub.publish(fmt.Sprintf("down/sleeper/%d", qos), fmt.Sprint(cycle, i), qos)
			}
		}
		require.Empty(t, d.got, "sent to a sleeper")
		require.NoError(t, d.Wake(d.ctx))
		for qos := mqttsn.QoS1; qos <= mqttsn.QoS2; qos++ {
			for i := range 2 {
				d.want(fmt.Sprintf("down/sleeper/%d", qos), fmt.Sprint(cycle, i), qos)
			}
		}
		require.NoError(t, d.Wake(d.ctx), "a window without messages")
		require.Empty(t, d.got)
	}
	hub.publish("down/sleeper/1", "awake", 1)
	d.connect()
	d.want("down/sleeper/1", "awake", 1)
	d.publish("up/sleeper", "awake", mqttsn.QoS1)
	hub.want("up/sleeper", "awake", 1)
	require.NoError(t, d.Disconnect(d.ctx))
}

// publishesWills has a device fall silent, awake and asleep; in between it says goodbye.
func (n network) publishesWills(t *testing.T) {
	hub := newApp(t, n.gateway, "gone/#")
	c := client.Config{
		ClientID: "willing", KeepAlive: time.Second, CleanSession: true,
		Will: &client.Will{Topic: "gone/willing", Payload: []byte("silent"), QoS: mqttsn.QoS1},
	}
	d := newDevice(t, n.join(t, "willing"), c).connect()
	require.NoError(t, d.Disconnect(d.ctx))
	d.Close()

	d = newDevice(t, n.join(t, "willing"), c).connect()
	d.Close()
	hub.want("gone/willing", "silent", 1)

	d = newDevice(t, n.join(t, "willing"), c).connect()
	require.NoError(t, d.UpdateWill(d.ctx, &client.Will{Topic: "gone/willing", Payload: []byte("overslept"), QoS: mqttsn.QoS2}))
	require.NoError(t, d.Sleep(d.ctx, time.Second))
	d.Close()
	hub.want("gone/willing", "overslept", 2)
	require.Empty(t, hub.got)
}
