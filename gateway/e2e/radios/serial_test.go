package radios

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"mqttsn-gateway/mqttsn"
	"mqttsn-gateway/mqttsn/client"
	"mqttsn-gateway/radio/serial"
	line "mqttsn-gateway/testbed/serial"
)

// TestSessionSurvivesTheLine pulls the adapter of a serial line out while a session lives there.
func TestSessionSurvivesTheLine(t *testing.T) {
	t.Parallel()
	l := newLine(t, line.Config{Framing: serial.COBSCRC})
	g := startGateway(t, serialLink(l, serial.COBSCRC))
	g.log.Until("link is up")
	hub := newApp(t, g, "up/#", "gone/#")
	d := newDevice(t, l.NewBoard(), client.Config{
		ClientID: "board", KeepAlive: keepAlive, CleanSession: true, Will: &client.Will{Topic: "gone/board"},
	}).connect()
	d.subscribe("down/board")

	l.Unplug()
	g.log.Until("link is down")
	hub.publish("down/board", "while the line was out", 1)
	time.Sleep(outage)
	require.NoError(t, l.Plug())
	g.log.Until("link is up")

	d.want("down/board", "while the line was out", mqttsn.QoS1)
	d.publish("up/board", "here", mqttsn.QoS1)
	hub.want("up/board", "here", 1)
	require.Empty(t, hub.got, "will of a living device")
	require.Equal(t, 1, g.logged("link is down"))
	require.Equal(t, 2, g.logged("link is up"))
	require.Equal(t, 1, g.logged("device connected"))
}
