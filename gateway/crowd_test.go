package gateway

import (
	"testing"

	"github.com/stretchr/testify/require"

	"mqttsn-gateway/gateway/engine"
	"mqttsn-gateway/mqttsn"
	"mqttsn-gateway/radio"
)

func packetOf(peer byte, p mqttsn.Packet) *radio.Packet {
	return &radio.Packet{Peer: radio.Peer{peer}, Data: p.Append(nil), RSSI: int8(peer)}
}

var (
	hello   = &mqttsn.Connect{ProtocolID: mqttsn.ProtocolID, ClientID: []byte("th1")}
	reading = &mqttsn.Publish{TopicID: 1, Data: []byte("21.5")}
)

func TestCrowdTakesWhatBegins(t *testing.T) {
	for name, c := range map[string]struct {
		packet mqttsn.Packet
		waits  bool
	}{
		"CONNECT":             {hello, true},
		"a sleeper's PINGREQ": {&mqttsn.Pingreq{ClientID: []byte("th1")}, true},
		"PINGREQ":             {&mqttsn.Pingreq{}, false},
		"PUBLISH":             {reading, false},
		"a long CONNECT":      {&mqttsn.Connect{ClientID: make([]byte, crowdLength)}, false},
	} {
		require.Equal(t, c.waits, new(crowd).takes(0, packetOf(1, c.packet)), name)
	}
	require.False(t, new(crowd).takes(0, &radio.Packet{Data: []byte{9, 4, 1}}), "malformed")
}

// What comes from one device is served in order; others pass.
func TestCrowdKeepsOrder(t *testing.T) {
	var c crowd
	first, second := packetOf(1, hello), packetOf(1, reading)
	require.True(t, c.takes(0, first))
	require.True(t, c.takes(0, second), "comes after one that waits")
	require.False(t, c.takes(0, packetOf(2, reading)), "another device")
	require.False(t, c.takes(1, packetOf(1, reading)), "another link")
	require.True(t, c.takes(1, packetOf(3, hello)))
	clear(second.Data) // the link uses its buffers again

	link, p := c.next()
	require.Equal(t, engine.LinkID(0), link)
	require.Equal(t, first, &p)
	_, p = c.next()
	require.Equal(t, reading.Append(nil), p.Data)
	require.False(t, c.takes(0, packetOf(1, reading)), "nothing of it waits any more")
	link, p = c.next()
	require.Equal(t, engine.LinkID(1), link)
	require.Equal(t, packetOf(3, hello), &p)
	require.Equal(t, crowd{}, c, "nothing is left")
}

func TestCrowdIsBounded(t *testing.T) {
	var c crowd
	for range crowdRoom {
		require.True(t, c.takes(0, packetOf(1, hello)))
	}
	require.False(t, c.takes(0, packetOf(1, hello)))
	c.next()
	require.True(t, c.takes(0, packetOf(1, hello)))
	require.Equal(t, crowdRoom, c.len())
}

// In a full batch those that begin something come last, and a few a turn; a batch that is not full is served in order.
func TestOthersPassTheCrowd(t *testing.T) {
	serve := func(n int) (*loop, *batch) {
		e, err := engine.New(engine.DefaultConfig("udp"))
		require.NoError(t, err)
		l := &loop{engine: e}
		b := &batch{link: &link{free: make(chan *batch, 1)}, packets: make([]radio.Packet, batchSize), n: n}
		for i := range n - 1 {
			b.packets[i] = *packetOf(byte(i), &mqttsn.Connect{ProtocolID: mqttsn.ProtocolID, ClientID: []byte{'a', byte('A' + i)}})
		}
		b.packets[n-1] = *packetOf(0xff, &mqttsn.SearchGw{})
		l.datagrams(b)
		return l, b
	}
	l, b := serve(batchSize)
	require.Equal(t, b, <-b.link.free)
	require.Len(t, l.out.Datagrams, 1)
	require.Equal(t, byte(0xff), l.out.Datagrams[0].Peer[0])
	require.NotNil(t, l.crowdWaits())
	l.serveCrowd()
	require.Len(t, l.out.Datagrams, 1+crowdTurn)
	l.serveCrowd()
	require.Len(t, l.out.Datagrams, batchSize)
	require.Nil(t, l.crowdWaits())

	l, _ = serve(batchSize - 1)
	require.Len(t, l.out.Datagrams, batchSize-1)
	require.Equal(t, byte(0), l.out.Datagrams[0].Peer[0], "as they came")
}
