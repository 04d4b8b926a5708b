package engine

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"mqttsn-gateway/mqtt"
	"mqttsn-gateway/mqttsn"
)

// said decodes the datagrams that were listed, and empties the list.
func said(t *testing.T, out *Out) (texts []string) {
	t.Helper()
	for _, d := range out.Datagrams {
		p, err := mqttsn.Parse(d.Data)
		require.NoError(t, err)
		texts = append(texts, p.String())
	}
	out.Reset()
	return texts
}

func hear(e *Engine, out *Out, now time.Duration, i int, p mqttsn.Packet) {
	e.Datagram(now, 0, benchPeer(i), p.Append(nil), out)
}

func TestKickTellsADevice(t *testing.T) {
	e, out := fleet(t, 2)
	require.True(t, e.Kick(time.Second, "sensor-00001", out))
	require.Equal(t, NoteKicked, out.Notes[0].Kind)
	require.Equal(t, []string{"DISCONNECT"}, said(t, out))
	_, known := e.Device("sensor-00001")
	require.False(t, known, "it had asked for a clean session")
	require.False(t, e.Kick(time.Second, "sensor-00001", out))
	require.False(t, e.Kick(time.Second, "nobody", out))
	require.Equal(t, 1, e.Stats().Devices(Active), "the other one goes on")
}

func TestKickLeavesSleepersInPeace(t *testing.T) {
	e, out := fleet(t, 1)
	hear(e, out, 0, 0, &mqttsn.Disconnect{Duration: 60})
	out.Reset()
	require.True(t, e.Kick(time.Second, "sensor-00000", out))
	require.Empty(t, said(t, out))
	hear(e, out, time.Minute, 0, &mqttsn.Pingreq{ClientID: []byte("sensor-00000")})
	require.Equal(t, []string{"DISCONNECT"}, said(t, out), "when it asks, it learns that it has to connect")
}

func TestKickPublishesTheWillAndKeepsTheSession(t *testing.T) {
	e, out := fleet(t, 0)
	e.cfg.Device.Max = 1
	watcher(e, out)
	hear(e, out, 0, 0, &mqttsn.Connect{Flags: mqttsn.FlagWill, ProtocolID: mqttsn.ProtocolID, Duration: 60, ClientID: []byte("th7")})
	hear(e, out, 0, 0, &mqttsn.WillTopic{Topic: []byte("gone")})
	hear(e, out, 0, 0, &mqttsn.WillMsg{Msg: []byte("th7")})
	out.Reset()
	require.True(t, e.Kick(time.Second, "th7", out))
	require.Equal(t, "gone", out.Conns[0].Packet.(*mqtt.Publish).Topic)
	i, known := e.Device("th7")
	require.True(t, known)
	require.Equal(t, Disconnected, i.State)

	require.True(t, e.Forget(time.Second, "th7", out))
	_, known = e.Device("th7")
	require.False(t, known)
	require.False(t, e.Forget(time.Second, "th7", out))
}

func TestForgetEndsALiveSession(t *testing.T) {
	e, out := fleet(t, 1)
	require.True(t, e.Forget(time.Second, "sensor-00000", out))
	require.Equal(t, []string{"DISCONNECT"}, said(t, out))
	require.Zero(t, e.Counts().Devices)
	require.Zero(t, e.Counts().Subscriptions)
	require.Zero(t, e.Counts().Addresses)
}

func TestKickClient(t *testing.T) {
	e, out := fleet(t, 0)
	watcher(e, out)
	require.True(t, e.KickClient(time.Second, "watcher", out))
	require.Equal(t, mqtt.AdministrativeAction, out.Conns[0].Packet.(*mqtt.Disconnect).Reason)
	require.True(t, out.Conns[1].Close)
	require.False(t, e.KickClient(time.Second, "watcher", out))
	_, known := e.Client("watcher")
	require.False(t, known)
}

func TestPublishOfTheOperator(t *testing.T) {
	e, out := fleet(t, 1)
	watcher(e, out)
	payload := []byte("on")
	n, reason := e.Publish(time.Second, "plant/sensors/00000/temp", payload, 1, true, out)
	require.Equal(t, mqtt.Success, reason)
	require.Equal(t, 2, n, "the device and the watcher")
	payload[0] = 'x'
	require.Equal(t, "on", string(out.Conns[0].Packet.(*mqtt.Publish).Payload))
	require.Equal(t, 1, e.Counts().Retained)

	_, reason = e.Publish(time.Second, "plant/#", nil, 0, false, out)
	require.Equal(t, mqtt.TopicNameInvalid, reason)
	_, reason = e.Publish(time.Second, "plant", nil, 3, false, out)
	require.Equal(t, mqtt.TopicNameInvalid, reason)
	e.StoreFailing(time.Second, true, out)
	_, reason = e.Publish(time.Second, "plant", nil, 1, true, out)
	require.Equal(t, mqtt.QuotaExceeded, reason)
}
