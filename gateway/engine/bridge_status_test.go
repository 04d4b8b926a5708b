package engine

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"mqttsn-gateway/mqtt"
)

// sentOn returns the payloads sent upstream on a topic since the last call, and whether they are retained.
func sentOn(out *Out, topic string) (payloads []string, retained bool) {
	for _, c := range out.Conns {
		if p, ok := c.Packet.(*mqtt.Publish); ok && p.Topic == topic {
			payloads, retained = append(payloads, string(p.Payload)), p.Retain
		}
	}
	out.Reset()
	return payloads, retained
}

func TestBridgeTellsStatusAndStatistics(t *testing.T) {
	c := DefaultConfig("udp")
	c.Mode = Aggregating
	c.Bridge.StatusTopic, c.Bridge.StatisticsTopic = "gw/status", "gw/statistics"
	c.Bridge.StatisticsEvery = time.Minute
	e, err := New(c)
	require.NoError(t, err)
	out := new(Out)
	e.Tick(0, out)
	dialled := out.Conns[0].Conn
	out.Reset()
	e.Dialed(0, dialled, out)
	connect := out.Conns[0].Packet.(*mqtt.Connect)
	require.Equal(t, "offline", string(connect.Will.Payload))
	require.True(t, connect.Will.Retain)
	out.Reset()

	e.Packet(0, dialled, &mqtt.Connack{}, out)
	status := *out
	status.Conns = append([]ConnEffect(nil), out.Conns...)
	payloads, retained := sentOn(&status, "gw/status")
	require.Equal(t, []string{"online"}, payloads)
	require.True(t, retained)
	payloads, retained = sentOn(out, "gw/statistics")
	require.Len(t, payloads, 1, "as soon as the broker is there")
	require.False(t, retained)

	e.stats.Forwarded = 7
	e.Tick(time.Minute, out)
	payloads, _ = sentOn(out, "gw/statistics")
	require.Len(t, payloads, 1)
	var s Statistics
	require.NoError(t, json.Unmarshal([]byte(payloads[0]), &s))
	require.EqualValues(t, 60, s.Uptime)
	require.EqualValues(t, 7, s.Forwarded)
	require.Contains(t, s.Devices, "asleep")
}
