package engine

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"mqttsn-gateway/gateway/access"
	"mqttsn-gateway/mqttsn"
)

func connectAs(id string) *mqttsn.Connect {
	return &mqttsn.Connect{ProtocolID: mqttsn.ProtocolID, Duration: 60, ClientID: []byte(id)}
}

// TestReconfigure: what is new holds for sessions that live, without their doing.
func TestReconfigure(t *testing.T) {
	c := DefaultConfig("udp")
	c.Predefined = map[uint16]string{1: "old"}
	e, err := New(c)
	require.NoError(t, err)
	out := new(Out)
	hear(e, out, 0, 1, connectAs("th1"))
	hear(e, out, 0, 2, connectAs("th2"))
	out.Reset()

	next := DefaultConfig("udp")
	next.Predefined = map[uint16]string{2: "new"}
	next.Links[0].Predefined = map[uint16]string{3: "on this link"}
	next.Devices = map[string]DeviceOverride{"th1": {Predefined: map[uint16]string{4: "mine"}}}
	next.Device.Max = 2
	next.QoSNeg1 = true
	next.Mode, next.Durable = Transparent, true // which cannot change
	e.Reconfigure(time.Second, &next, out)
	require.Empty(t, said(t, out), "nobody notices")
	for id, want := range map[uint16]string{1: "invalid-topic-id", 2: "accepted", 3: "accepted", 4: "accepted"} {
		p := &mqttsn.Publish{Flags: mqttsn.QoS1.Flags() | mqttsn.Predefined.Flags(), TopicID: id, MsgID: id}
		hear(e, out, time.Second, 1, p)
		require.Contains(t, said(t, out)[0], "PUBACK "+want, id)
	}
	hear(e, out, time.Second, 3, connectAs("th3"))
	require.Equal(t, []string{"CONNACK congestion"}, said(t, out))
	require.Empty(t, e.uplinks)

	hear(e, out, time.Second, 4, &mqttsn.Publish{Flags: mqttsn.QoSMinus1.Flags() | mqttsn.Predefined.Flags(), TopicID: 2})
	require.EqualValues(t, 1, e.Stats().QoSNeg1)
}

// TestReconfigureShortensWaits: an alarm that was set for the old time must not ring too late.
func TestReconfigureShortensWaits(t *testing.T) {
	e, out := fleet(t, 1)
	hear(e, out, 0, 0, &mqttsn.Disconnect{})
	kept := connectAs("th1")
	hear(e, out, 0, 1, kept)
	hear(e, out, 0, 1, &mqttsn.Disconnect{})
	next := DefaultConfig("udp")
	next.Device.SessionExpiry = time.Minute
	e.Reconfigure(0, &next, out)
	require.LessOrEqual(t, e.Deadline(), time.Minute)
	e.Tick(time.Minute, out)
	_, there := e.Device("th1")
	require.False(t, there)
}

// TestReconfigureLimitsRates: of devices that are there, of forwarders, and of answers to strangers.
func TestReconfigureLimitsRates(t *testing.T) {
	e, out := fleet(t, 1)
	next := DefaultConfig("udp")
	next.Device.Rate, next.Device.Burst = 1, 2
	next.Device.StrangerRate = 1
	e.Reconfigure(time.Second, &next, out)
	out.Reset()
	for range 10 {
		hear(e, out, time.Second, 0, &mqttsn.Pingreq{})
	}
	require.Len(t, said(t, out), 2)
	for i := range 10 {
		hear(e, out, time.Second, 100+i, &mqttsn.Pingreq{})
	}
	require.Len(t, said(t, out), 1)
}

// TestReconfigureExpels: rules that keep a device out end its connection.
func TestReconfigureExpels(t *testing.T) {
	e, out := fleet(t, 2)
	out.Reset()
	next := DefaultConfig("udp")
	all := []string{"*"}
	next.Access = access.Rules{{Clients: []string{"sensor-00001"}, Links: all, Addresses: all, Deny: true}}
	e.Reconfigure(time.Second, &next, out)
	require.Equal(t, []string{"DISCONNECT"}, said(t, out))
	require.Equal(t, 1, e.Stats().Devices(Active))
}
