package engine

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"mqttsn-gateway/mqtt"
	"mqttsn-gateway/mqttsn"
	"mqttsn-gateway/radio"
)

// TestTell: publications, wills and QoS -1 say who has sent them, from where and how strongly it was heard.
func TestTell(t *testing.T) {
	c := DefaultConfig("field")
	c.Mode, c.QoSNeg1 = Transparent, true
	c.Tell = Tell{Client: true, Link: true, Address: true, RSSI: true}
	c.FormatPeer = func(LinkID, radio.Peer) string { return "192.0.2.1" }
	e, err := New(c)
	require.NoError(t, err)
	out := new(Out)
	behind := func(p mqttsn.Packet) {
		e.Datagram(0, 0, radio.Peer{}, mqttsn.Forward{NodeID: []byte{0x13}, Inner: p.Append(nil)}.Append(nil), out)
	}
	behind(&mqttsn.Connect{Flags: mqttsn.FlagWill, ProtocolID: mqttsn.ProtocolID, Duration: 60, ClientID: []byte("th7")})
	behind(&mqttsn.WillTopic{Topic: []byte("gone")})
	behind(&mqttsn.WillMsg{Msg: []byte("th7")})
	dialled := out.Conns[0].Conn
	out.Reset()
	e.Dialed(0, dialled, out)

	device := []mqtt.UserProperty{
		{Name: "mqttsn-client", Value: "th7"}, {Name: "mqttsn-link", Value: "field"}, {Name: "mqttsn-address", Value: "192.0.2.1/13"},
	}
	require.Equal(t, device, out.Conns[0].Packet.(*mqtt.Connect).Will.Props.User)
	out.Reset()
	e.Packet(0, dialled, &mqtt.Connack{}, out)
	out.Reset()

	e.Heard(-70)
	behind(&mqttsn.Publish{Flags: mqttsn.ShortName.Flags(), TopicID: 0x6162, Data: []byte("1")})
	require.Equal(t, append(device, mqtt.UserProperty{Name: "mqttsn-rssi", Value: "-70"}), propertiesOf(t, out))
	behind(&mqttsn.Publish{Flags: mqttsn.ShortName.Flags(), TopicID: 0x6162, Data: []byte("2")})
	require.Equal(t, device, propertiesOf(t, out), "strength is that of one datagram")

	e.Packet(time.Minute, dialled, &mqtt.Pingresp{}, out)
	e.Tick(100*time.Second, out) // the device is lost
	var will *mqtt.Publish
	for _, ef := range out.Conns {
		if p, ok := ef.Packet.(*mqtt.Publish); ok {
			will = p
		}
	}
	require.NotNil(t, will)
	require.Equal(t, "gone", will.Topic)
	require.Equal(t, device, will.Props.User)
}

func propertiesOf(t *testing.T, out *Out) []mqtt.UserProperty {
	t.Helper()
	p, ok := out.Conns[0].Packet.(*mqtt.Publish)
	require.True(t, ok)
	out.Reset()
	return p.Props.User
}
