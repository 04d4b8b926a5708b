package xbee

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"mqttsn-gateway/radio"
	"mqttsn-gateway/radio/xbee/frame"
)

func TestReceives(t *testing.T) {
	data := []byte("\x02\x16")
	for _, c := range []struct {
		name     string
		settings map[string]string
		in       frame.Frame
		peer     radio.Peer
		rssi     int8
	}{
		{"plain", zigbee, &frame.Receive{Source: nodeA, Source16: 1, Data: data}, Peer64(nodeA), 0},
		{"explicit", zigbee, &frame.ExplicitReceive{Source: nodeA, Source16: 1, Endpoint: frame.SerialData, Data: data},
			Peer64(nodeA), 0},
		{"64 bits", first, &frame.Receive64{Source: nodeA, RSSI: 40, Data: data}, Peer64(nodeA), -40},
		{"16 bits", first, &frame.Receive16{Source: 0x1234, RSSI: 55, Data: data}, Peer16(0x3332, 0x1234), -55},
		{"64 bits unknown on 802.15.4", legacy, &frame.Receive{Source: frame.Unknown64, Source16: 0x1234, Data: data},
			Peer16(0x3332, 0x1234), 0},
		{"64 bits unknown on Zigbee", zigbee, &frame.Receive{Source: frame.Unknown64, Source16: 0x1234, Data: data},
			Peer16(0x7AB1, 0x1234), 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			onBench(t, c.settings, Config{}, func(t *testing.T, b *bench) {
				b.say(c.in)
				got := b.read()
				require.Equal(t, radio.Packet{Peer: c.peer, Data: data, RSSI: c.rssi}, got)
				require.EqualValues(t, 1, b.Stats().ReceivedDatagrams)
				synctest.Wait()
				n := b.Nodes()[0]
				require.Equal(t, c.peer, n.Peer)
				if c.rssi == 0 { // the frame does not tell, so the modem was asked
					c.rssi = -45
				}
				require.Equal(t, c.rssi, n.RSSI)
				require.EqualValues(t, 1, n.Received)
			})
		})
	}
}

// A node that joins again gets another 16-bit address and stays the same node.
func TestNodeKeepsItsIdentityWhenItRejoins(t *testing.T) {
	onBench(t, zigbee, Config{}, func(t *testing.T, b *bench) {
		b.say(&frame.Receive{Source: nodeA, Source16: 0x1111})
		b.say(&frame.Receive{Source: nodeA, Source16: 0x2222})
		require.Equal(t, b.read().Peer, b.read().Peer)
		b.say(&frame.Receive{Source: frame.Unknown64, Source16: 0x2222})
		require.Equal(t, Peer64(nodeA), b.read().Peer, "the modem does not know the 64-bit address, we do")
		b.say(&frame.Receive{Source: frame.Unknown64, Source16: 0x1111})
		require.Equal(t, Peer16(0x7AB1, 0x1111), b.read().Peer, "it has left that address")
	})
}

func TestAsksForSignalStrengthWhenTheLineIsFree(t *testing.T) {
	onBench(t, zigbee, Config{}, func(t *testing.T, b *bench) {
		b.say(&frame.Receive{Source: nodeA})
		b.say(&frame.Receive{Source: nodeB})
		require.Zero(t, b.read().RSSI)
		b.read()
		for len(b.asked) > 0 {
			<-b.asked
		}
		time.Sleep(2 * rssiInterval)
		require.Equal(t, "DB", <-b.asked)
		require.Empty(t, b.asked, "nobody has been heard since")
		require.EqualValues(t, 0, b.Nodes()[0].RSSI, "the modem remembers only the last")
		require.EqualValues(t, -45, b.Nodes()[1].RSSI)
		b.say(&frame.Receive{Source: nodeB})
		require.EqualValues(t, -45, b.read().RSSI)
	})
}

func TestDropsWhatIsNotForUs(t *testing.T) {
	onBench(t, zigbee, Config{}, func(t *testing.T, b *bench) {
		other := frame.SerialData
		other.Cluster = 0x12
		b.say(&frame.ExplicitReceive{Source: nodeA, Endpoint: other, Data: []byte("loop-back")})
		b.sayRaw(frame.Append(nil, frame.Plain, []byte{byte(frame.TypeReceive), 1, 2, 3}))
		b.say(&frame.RouteRecord{Source: nodeA})
		b.say(&frame.Receive{Source: nodeA, Data: []byte("real")})
		require.Equal(t, "real", string(b.read().Data))
		require.EqualValues(t, 1, b.Stats().DroppedInvalid)
		require.EqualValues(t, 1, b.Status().Serial.Unknown)
	})
}

func TestSurvivesGarbage(t *testing.T) {
	onBench(t, zigbee, Config{}, func(t *testing.T, b *bench) {
		for _, garbage := range []string{"\x00\xFF\x7E", "\x7E\x00\x80half a frame", "\x7E\xFF\xFF"} {
			b.sayRaw([]byte(garbage))
			b.say(&frame.Receive{Source: nodeA, Data: []byte("real")})
			require.Equal(t, "real", string(b.read().Data), "%q", garbage)
		}
		synctest.Wait()
		s := b.Status().Serial
		require.NotZero(t, s.Garbage)
		require.NotZero(t, s.TimedOut)
	})
}

func TestInboxOverflowIsCounted(t *testing.T) {
	onBench(t, zigbee, Config{}, func(t *testing.T, b *bench) {
		for range inboxSize + 3 {
			b.say(&frame.Receive{Source: nodeA, Data: []byte("x")})
		}
		synctest.Wait()
		require.EqualValues(t, 3, b.Stats().DroppedOverflow)
		for range inboxSize {
			b.read()
		}
	})
}

func TestKnowsNodesByName(t *testing.T) {
	onBench(t, zigbee, Config{}, func(t *testing.T, b *bench) {
		b.say(&frame.NodeID{Sender: nodeA, Node: nodeA, Node16: 0x2222, Name: []byte("greenhouse")})
		synctest.Wait()
		require.Equal(t, Node{Peer: Peer64(nodeA), Address: "xbee:0013A20040000001", Address16: 0x2222, Name: "greenhouse"},
			b.Nodes()[0])
	})
}

func TestForgetsNodesThatWereSilentLongest(t *testing.T) {
	var ns nodes
	ns.init()
	now := time.Unix(0, 0)
	for i := range maxNodes + 10 {
		ns.heard(Peer64(frame.Addr64(i)), frame.Addr16(i), 0, now.Add(time.Duration(i)*time.Second))
	}
	require.Len(t, ns.all, maxNodes)
	_, known := ns.owner(9)
	require.False(t, known)
	p, known := ns.owner(10)
	require.True(t, known)
	require.Equal(t, Peer64(10), p)
}
