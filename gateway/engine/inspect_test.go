package engine

import (
	"errors"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"mqttsn-gateway/mqtt"
	"mqttsn-gateway/mqttsn"
	"mqttsn-gateway/radio"
)

func TestDeviceDetail(t *testing.T) {
	e, out := fleet(t, 1)
	hear(e, out, time.Second, 0, &mqttsn.Register{MsgID: 2, TopicName: []byte("plant/other")})
	hear(e, out, time.Second, 0, &mqttsn.Disconnect{Duration: 60})
	for range 3 {
		_, reason := e.Publish(time.Second, "plant/sensors/00000/temp", []byte("on"), 1, false, out)
		require.Equal(t, mqtt.Success, reason)
	}
	d, ok := e.DeviceDetail("sensor-00000", 10)
	require.True(t, ok)
	require.Equal(t, Asleep, d.State)
	require.Equal(t, time.Minute, d.SleepFor)
	require.Equal(t, time.Second, d.Heard)
	require.Equal(t, 91*time.Second, d.Ends, "with half of it as tolerance")
	require.Equal(t, []SubscriptionInfo{{Filter: "plant/sensors/00000/temp", QoS: 1}}, d.Subscriptions)
	require.Equal(t, []TopicInfo{{ID: 1, Name: "plant/sensors/00000/temp", Known: true}, {ID: 2, Name: "plant/other", Known: true}}, d.Topics)
	require.Len(t, d.Waiting, 3)
	require.Equal(t, MessageInfo{Topic: "plant/sensors/00000/temp", QoS: 1, Octets: 2}, d.Waiting[0])
	require.Equal(t, 3, d.Queued)

	d, _ = e.DeviceDetail("sensor-00000", 1)
	require.Len(t, d.Topics, 1)
	require.Len(t, d.Waiting, 1)
	require.Equal(t, 2, d.DeviceInfo.Topics)

	// Awake, the first one is in flight, and the rest waits for it.
	hear(e, out, 2*time.Second, 0, &mqttsn.Pingreq{ClientID: []byte("sensor-00000")})
	d, _ = e.DeviceDetail("sensor-00000", 10)
	require.True(t, d.Waiting[0].InFlight)
	require.False(t, d.Waiting[1].InFlight)
	_, ok = e.DeviceDetail("nobody", 10)
	require.False(t, ok)
}

func TestPublicationsAreCounted(t *testing.T) {
	e, out := fleet(t, 1)
	hear(e, out, time.Second, 0, &mqttsn.Publish{TopicID: 1, Data: []byte("21")})
	d, _ := e.Device("sensor-00000")
	require.EqualValues(t, 1, d.Stats.PublishedUp)
	require.EqualValues(t, 1, e.Stats().PublishedUp)
	require.EqualValues(t, 1, d.Stats.PublishedDown)
	require.EqualValues(t, 1, e.Stats().PublishedDown)
}

func TestLinksCount(t *testing.T) {
	e, out := fleet(t, 3)
	e.Datagram(0, 0, benchPeer(0), []byte{9, 9}, out)
	e.LinkEvent(time.Second, 0, radio.Event{Kind: radio.SendFailed, Peer: benchPeer(0)}, out)
	e.LinkEvent(time.Second, 0, radio.Event{Kind: radio.LinkDown, Err: errors.New("unplugged")}, out)
	e.LinkEvent(2*time.Second, 0, radio.Event{Kind: radio.LinkDown, Err: errors.New("unplugged")}, out)
	l := e.Links()[0]
	require.Equal(t, LinkStats{Received: 7, Sent: 6, Dropped: 1, Undelivered: 1, Downs: 1}, l.LinkStats)
	require.True(t, l.Down)
	require.Equal(t, time.Second, l.Since)
	require.Equal(t, 3, l.Devices)
	e.LinkEvent(3*time.Second, 0, radio.Event{Kind: radio.LinkUp}, out)
	l = e.Links()[0]
	require.False(t, l.Down)
	require.EqualValues(t, 1, l.Downs)
}

func TestClientInfo(t *testing.T) {
	e, out := fleet(t, 0)
	watcher(e, out)
	require.Equal(t, []string{"watcher"}, e.ClientIDs())
	c, ok := e.Client("watcher")
	require.True(t, ok)
	require.True(t, c.Connected)
	require.Equal(t, mqtt.V5, c.Version)
	require.Equal(t, 1, c.Subscriptions)
}

func TestUpstreamOfABridge(t *testing.T) {
	c := DefaultConfig("udp")
	c.Mode = Aggregating
	e, err := New(c)
	require.NoError(t, err)
	_, reason := e.Publish(0, "plant/th1", []byte("21"), 1, false, new(Out))
	require.Equal(t, mqtt.Success, reason)
	b := e.Upstream().Bridge
	require.Equal(t, "waiting", b.State)
	require.Equal(t, 1, b.Spool)
	require.Equal(t, c.Bridge.Spool, b.Limit)
}

// A list of many devices must not hold the loop for long.
func BenchmarkDeviceHeads(b *testing.B) {
	e, _ := fleet(b, 5000)
	b.ReportAllocs()
	for b.Loop() {
		if len(e.DeviceHeads()) != 5000 {
			b.Fatal("not all devices")
		}
	}
}
