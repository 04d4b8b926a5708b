package xbee

import (
	"bytes"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"mqttsn-gateway/radio"
	"mqttsn-gateway/radio/xbee/frame"
)

func TestRequestSuitsModemAndAddress(t *testing.T) {
	to64, to16 := Peer64(nodeA), Peer16(0x3332, 0x0042)
	for _, c := range []struct {
		name     string
		settings map[string]string
		config   Config
		to       radio.Peer
		want     frame.Frame
	}{
		{"Zigbee", zigbee, Config{}, to64,
			&frame.Transmit{ID: 1, Dest: nodeA, Dest16: frame.Unknown16, Data: []byte("x")}},
		{"Zigbee with options", zigbee, Config{Options: frame.EncryptAPS}, to64,
			&frame.Transmit{ID: 1, Dest: nodeA, Dest16: frame.Unknown16, Options: frame.EncryptAPS, Data: []byte("x")}},
		{"Zigbee explicit", with(zigbee, "AO", "\x01"), Config{Explicit: true}, to64,
			&frame.ExplicitTransmit{ID: 1, Dest: nodeA, Dest16: frame.Unknown16, Endpoint: frame.SerialData, Data: []byte("x")}},
		{"Zigbee, only 16 bits", zigbee, Config{}, Peer16(0x7AB1, 0x0042),
			&frame.Transmit{ID: 1, Dest: frame.Unknown64, Dest16: 0x0042, Data: []byte("x")}},
		{"DigiMesh", digimesh, Config{}, to64,
			&frame.Transmit{ID: 1, Dest: nodeA, Dest16: frame.Unknown16, Data: []byte("x")}},
		{"802.15.4", with(legacy, "AO", "\x00"), Config{}, to64,
			&frame.Transmit{ID: 1, Dest: nodeA, Dest16: frame.Unknown16, Data: []byte("x")}},
		{"802.15.4, 16 bits", with(legacy, "AO", "\x00"), Config{}, to16,
			&frame.Transmit{ID: 1, Dest: frame.Unknown64, Dest16: 0x0042, Data: []byte("x")}},
		{"802.15.4 with AO=2", legacy, Config{}, to64, &frame.Transmit64{ID: 1, Dest: nodeA, Data: []byte("x")}},
		{"802.15.4 with AO=2, 16 bits", legacy, Config{}, to16, &frame.Transmit16{ID: 1, Dest: 0x0042, Data: []byte("x")}},
		{"802.15.4 of the first generation", first, Config{Explicit: true}, to64,
			&frame.Transmit64{ID: 1, Dest: nodeA, Data: []byte("x")}},
	} {
		t.Run(c.name, func(t *testing.T) {
			onBench(t, c.settings, c.config, func(t *testing.T, b *bench) {
				_, err := b.WriteBatch([]radio.Packet{{Peer: c.to, Data: []byte("x")}})
				require.NoError(t, err)
				data := b.wantRequest()
				want := c.want.Append(nil)
				want[1] = data[1] // any id but 0
				require.Equal(t, want, data)
				require.NotZero(t, data[1])
			})
		})
	}
}

func TestBroadcastSuitsModem(t *testing.T) {
	for _, c := range []struct {
		settings map[string]string
		want     frame.Frame
	}{
		{zigbee, &frame.Transmit{Dest: frame.Broadcast, Dest16: frame.Unknown16, Radius: 3, Data: []byte("all")}},
		{legacy, &frame.Transmit64{Dest: frame.Broadcast, Data: []byte("all")}},
	} {
		onBench(t, c.settings, Config{Options: frame.EncryptAPS}, func(t *testing.T, b *bench) {
			require.NoError(t, b.Broadcast([]byte("all"), 3))
			data := b.wantRequest()
			data[1] = 0
			require.Equal(t, c.want.Append(nil), data)
		})
	}
}

func TestRefusesPeersOfOtherNetworks(t *testing.T) {
	onBench(t, legacy, Config{}, func(t *testing.T, b *bench) {
		n, err := b.WriteBatch([]radio.Packet{{Peer: Peer16(0x1111, 1)}, {Peer: radio.Peer{9}}})
		require.Equal(t, 2, n)
		require.ErrorIs(t, err, errOtherPAN)
		require.EqualValues(t, 2, b.Stats().SendErrors)
		b.wantNoRequest()
	})
}

// The modem searches a dead node for seconds: the others are served all the while, but not more than it can hold.
func TestDeadNodesHoldUpNobody(t *testing.T) {
	onBench(t, zigbee, Config{}, func(t *testing.T, b *bench) {
		var nodes []frame.Addr64
		for i := range 12 {
			nodes = append(nodes, nodeA+frame.Addr64(i))
		}
		b.write("to each", nodes...)
		for range 3 {
			b.wantTransmit()
		}
		b.wantNoRequest()
		began := time.Now()
		for range 3 {
			b.wantTransmit()
		}
		require.InDelta(t, slow.Seconds(), time.Since(began).Seconds(), 0.05, "the first three are slow now")
		for range 4 {
			b.wantTransmit()
		}
		time.Sleep(4 * time.Second)
		b.wantNoRequest()
		require.Equal(t, 2, b.Status().Waiting)
	})
}

func TestWindowFollowsStatus(t *testing.T) {
	onBench(t, zigbee, Config{Window: 2}, func(t *testing.T, b *bench) {
		b.write("one", nodeA, nodeB, nodeC)
		b.write("two", nodeA)
		first, second := b.wantTransmit(), b.wantTransmit()
		b.wantNoRequest()
		b.land(second.ID, frame.Delivered)
		require.Equal(t, nodeC, b.wantTransmit().Dest)
		b.wantNoRequest()
		b.land(first.ID, frame.Delivered)
		again := b.wantTransmit()
		require.Equal(t, nodeA, again.Dest)
		require.Equal(t, "two", string(again.Data))
	})
}

// The first generation has a buffer of 202 octets, and loses what does not fit.
func TestFirstGenerationIsNotOverrun(t *testing.T) {
	onBench(t, first, Config{}, func(t *testing.T, b *bench) {
		b.write(string(bytes.Repeat([]byte("x"), 90)), nodeA, nodeB)
		b.wantRequest()
		b.wantNoRequest()
	})
	onBench(t, first, Config{}, func(t *testing.T, b *bench) {
		b.write("short", nodeA, nodeB)
		b.wantRequest()
		b.wantRequest()
	})
}

func TestTakesTurns(t *testing.T) {
	onBench(t, zigbee, Config{Window: 1}, func(t *testing.T, b *bench) {
		b.write("a1", nodeA)
		b.write("a2", nodeA)
		b.write("a3", nodeA)
		b.write("b1", nodeB)
		b.write("c1", nodeC)
		b.write("b2", nodeB)
		var order string
		for range 6 {
			f := b.wantTransmit()
			order += string(f.Data) + " "
			b.land(f.ID, frame.Delivered)
		}
		require.Equal(t, "a1 b1 c1 a2 b2 a3 ", order)
	})
}

func TestIDsAreNeverZeroNorInUse(t *testing.T) {
	onBench(t, zigbee, Config{}, func(t *testing.T, b *bench) {
		b.write("stays", nodeA)
		stays := b.wantTransmit().ID
		for i := range 600 {
			b.write("goes", nodeB)
			f := b.wantTransmit()
			require.NotEqual(t, stays, f.ID, i)
			b.land(f.ID, frame.Delivered)
		}
	})
}

func TestRepeatsWhatTheModemHadNoRoomFor(t *testing.T) {
	onBench(t, zigbee, Config{}, func(t *testing.T, b *bench) {
		b.write("patient", nodeA)
		b.write("next", nodeA)
		for i, code := range []frame.Delivery{frame.ChannelBusy, frame.ResourceError, frame.OutOfBuffers} {
			b.land(b.wantTransmit().ID, code)
			before := time.Now()
			b.wantNoRequest()
			b.wantEventually(func() bool { return len(b.requests) > 0 })
			pause := time.Since(before)
			require.GreaterOrEqual(t, pause, 50*time.Millisecond, i)
			require.LessOrEqual(t, pause, 500*time.Millisecond, i)
		}
		last := b.wantTransmit()
		require.Equal(t, "patient", string(last.Data), "order is kept")
		b.land(last.ID, frame.OutOfBuffers)
		e := b.wantEvent(radio.SendFailed)
		require.Equal(t, Peer64(nodeA), e.Peer)
		require.EqualError(t, e.Err, "xbee: not delivered: the modem has no free buffer")
		require.Equal(t, "next", string(b.wantTransmit().Data))
	})
}

// wantEventually waits until ok, in steps of virtual time.
func (b *bench) wantEventually(ok func() bool) {
	b.t.Helper()
	for range 10000 {
		synctest.Wait()
		if ok() {
			return
		}
		time.Sleep(time.Millisecond)
	}
	b.t.Fatal("it did not happen within 10 s")
}

func TestTellsWhatWasNotDelivered(t *testing.T) {
	onBench(t, zigbee, Config{}, func(t *testing.T, b *bench) {
		b.write("lost", nodeA)
		b.land(b.wantTransmit().ID, frame.AddressNotFound)
		e := b.wantEvent(radio.SendFailed)
		var d *DeliveryError
		require.ErrorAs(t, e.Err, &d)
		require.Equal(t, frame.AddressNotFound, d.Delivery)
		require.Equal(t, Peer64(nodeA), e.Peer)

		b.write("unknown", nodeA)
		b.wantTransmit()
		time.Sleep(5900 * time.Millisecond)
		b.wantNoEvent()
		time.Sleep(200 * time.Millisecond)
		require.ErrorIs(t, b.wantEvent(radio.SendFailed).Err, ErrNoStatus)
		require.EqualValues(t, 1, b.Status().Serial.NoStatus)

		n := b.Nodes()[0]
		require.EqualValues(t, 2, n.Sent)
		require.EqualValues(t, 2, n.Failed)
		require.Contains(t, n.LastError, "has not told")
	})
}

// A status that comes after its datagram was given up belongs to nobody.
func TestIgnoresStatusOfNobody(t *testing.T) {
	onBench(t, zigbee, Config{}, func(t *testing.T, b *bench) {
		for id := range 256 {
			b.land(byte(id), frame.AddressNotFound)
		}
		b.wantNoEvent()
	})
}

func TestUses16BitAddressAsAHint(t *testing.T) {
	onBench(t, zigbee, Config{}, func(t *testing.T, b *bench) {
		b.say(&frame.Receive{Source: nodeA, Source16: 0x1111, Data: []byte("hi")})
		require.Equal(t, Peer64(nodeA), b.read().Peer)
		b.write("to 1111", nodeA)
		f := b.wantTransmit()
		require.Equal(t, frame.Addr16(0x1111), f.Dest16)
		b.land(f.ID, frame.Delivered) // and the modem says: at 7D84

		b.write("to 7D84", nodeA)
		f = b.wantTransmit()
		require.Equal(t, frame.Addr16(0x7D84), f.Dest16)
		b.land(f.ID, frame.NoNetworkAck)
		b.wantEvent(radio.SendFailed)

		b.write("anywhere", nodeA)
		require.Equal(t, frame.Unknown16, b.wantTransmit().Dest16, "the hint has failed")
	})
}

func TestLowersMTUWhenTheModemSaysTooLarge(t *testing.T) {
	onBench(t, zigbee, Config{}, func(t *testing.T, b *bench) {
		require.Equal(t, 255, b.MTU())
		b.write(string(make([]byte, 100)), nodeA)
		b.land(b.wantTransmit().ID, frame.PayloadTooLarge)
		require.ErrorIs(t, b.wantEvent(radio.SendFailed).Err, radio.ErrTooLong)
		require.Equal(t, 99, b.MTU())
		_, err := b.WriteBatch([]radio.Packet{{Peer: Peer64(nodeA), Data: make([]byte, 100)}})
		require.ErrorIs(t, err, radio.ErrTooLong)

		b.write("tiny", nodeA)
		b.land(b.wantTransmit().ID, frame.PayloadTooLarge)
		b.wantEvent(radio.SendFailed)
		require.Equal(t, minPayload, b.MTU(), "it does not fall for ever")
	})
}

func TestBroadcastsAreSpacedAndMerged(t *testing.T) {
	onBench(t, zigbee, Config{}, func(t *testing.T, b *bench) {
		require.NoError(t, b.Broadcast([]byte("first"), 0))
		f := b.wantTransmit()
		began := time.Now()
		b.land(f.ID, frame.Delivered)
		for range 5 {
			require.NoError(t, b.Broadcast([]byte("gwinfo"), 1))
		}
		require.NoError(t, b.Broadcast([]byte("gwinfo"), 2))
		require.NoError(t, b.Broadcast([]byte("advertise"), 0))
		for i, want := range []string{"gwinfo/1", "gwinfo/2", "advertise/0"} {
			f := b.wantTransmit()
			require.Equal(t, want, fmt.Sprintf("%s/%d", f.Data, f.Radius))
			require.Equal(t, time.Duration(i+1)*time.Second, time.Since(began))
			b.land(f.ID, frame.Delivered)
		}
		time.Sleep(5 * time.Second)
		b.wantNoRequest()
	})
}

// As long as the modem has not told what became of a broadcast, the next one waits, and the loop sleeps.
func TestBroadcastWaitsForTheOneBefore(t *testing.T) {
	onBench(t, zigbee, Config{}, func(t *testing.T, b *bench) {
		began := time.Now()
		for i := range 2 {
			require.NoError(t, b.Broadcast(fmt.Append(nil, i), 0))
			synctest.Wait()
		}
		for i := range 2 {
			require.Equal(t, fmt.Sprint(i), string(b.wantTransmit().Data))
			require.Equal(t, time.Duration(i)*6*time.Second, time.Since(began).Round(100*time.Millisecond))
		}
	})
}

func TestBoundsWhatWaits(t *testing.T) {
	onBench(t, zigbee, Config{Queue: 4}, func(t *testing.T, b *bench) {
		b.write("flies", nodeA)
		for range 4 {
			b.write("waits", nodeA)
		}
		n, err := b.WriteBatch([]radio.Packet{{Peer: Peer64(nodeA)}, {Peer: Peer64(nodeB)}})
		require.Equal(t, 2, n)
		require.ErrorIs(t, err, ErrBusy)
		require.EqualValues(t, 1, b.Stats().SendErrors)
		for i := range 9 {
			require.NoError(t, b.Broadcast(fmt.Append(nil, i), 0))
			synctest.Wait()
		}
		require.ErrorIs(t, b.Broadcast([]byte("one more"), 0), ErrBusy)
	})
}

func TestOutboxIsBoundedAsAWhole(t *testing.T) {
	var o outbox
	o.init(10)
	for i := range outboxSize {
		require.NoError(t, o.add(Peer64(frame.Addr64(i)), nil, time.Time{}))
	}
	require.ErrorIs(t, o.add(Peer64(nodeA), nil, time.Time{}), ErrBusy)
	q, d := o.take(false)
	o.done(q, d)
	require.NoError(t, o.add(Peer64(nodeA), nil, time.Time{}))
	require.Len(t, o.queues, outboxSize, "a queue that is empty is forgotten")
}

func TestDropsWhatHasWaitedTooLong(t *testing.T) {
	onBench(t, zigbee, Config{StatusTimeout: time.Minute}, func(t *testing.T, b *bench) {
		b.write("flies", nodeA)
		b.write("waits", nodeA)
		f := b.wantTransmit()
		time.Sleep(patience + time.Second)
		b.land(f.ID, frame.Delivered)
		require.ErrorIs(t, b.wantEvent(radio.SendFailed).Err, ErrExpired)
		b.wantNoRequest()
		require.EqualValues(t, 1, b.Stats().SendErrors)
	})
}
