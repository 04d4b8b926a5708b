package engine

import (
	"testing"

	"github.com/stretchr/testify/require"

	"mqttsn-gateway/mqttsn"
	v2 "mqttsn-gateway/mqttsn/v2"
)

// What devices say most often costs no more memory in version 2.0 than in 1.2, and PINGREQ none.
func TestAllocations20(t *testing.T) {
	e, err := New(DefaultConfig("udp"))
	require.NoError(t, err)
	out := new(Out)
	say := func(peer int, b []byte) {
		e.Datagram(0, 0, benchPeer(peer), b, out)
		out.Reset()
	}
	say(1, mqttsn.Connect{Flags: mqttsn.FlagCleanSession, ProtocolID: mqttsn.ProtocolID, Duration: 600, ClientID: []byte("old")}.Append(nil))
	say(1, mqttsn.Register{MsgID: 1, TopicName: []byte("plant/old")}.Append(nil))
	say(2, v2.Connect{PacketID: 1, KeepAlive: 600, ClientID: []byte("new")}.Append(nil))
	say(2, v2.Register{PacketID: 2, TopicName: []byte("plant/new")}.Append(nil))
	cost := func(peer int, b []byte) float64 { return testing.AllocsPerRun(200, func() { say(peer, b) }) }

	for qos := range 2 {
		old := mqttsn.Publish{Flags: mqttsn.QoS(qos).Flags(), TopicID: 1, MsgID: 3, Data: []byte("21.5")}.Append(nil)
		now := v2.Publish{QoS: v2.QoS(qos), PacketID: 3, Topic: v2.Topic{Alias: 1}, Payload: []byte("21.5")}.Append(nil)
		require.LessOrEqual(t, cost(2, now), cost(1, old), "QoS %d", qos)
	}
	require.Equal(t, uint64(2*2*201), e.stats.PublishedUp, "all of them are publications")
	require.LessOrEqual(t, cost(2, v2.Pingreq{PacketID: 4}.Append(nil)), cost(1, mqttsn.Pingreq{}.Append(nil)), "PINGREQ")
}
