package xbee

import (
	"context"
	"net"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"mqttsn-gateway/radio"
	"mqttsn-gateway/radio/xbee/frame"
)

func TestLearnsWhatTheModemIs(t *testing.T) {
	for _, c := range []struct {
		name      string
		settings  map[string]string
		want      Modem
		mtu       int
		described string
	}{
		{"Zigbee", zigbee,
			Modem{Family: Zigbee, Mode: frame.Plain, Firmware: 0x405F, Hardware: 0x2247, Address: 0x0013A200_40A1B2C3, Name: "GW",
				PAN: 0x1234, OperatingID: 0x1234, PAN16: 0x7AB1, Channel: 15, Coordinator: true, MaxPayload: 255, CTS: 1}, 255,
			`Zigbee S2C coordinator 0013A20040A1B2C3 "GW", firmware 405F, API mode 1 (plain), PAN 1234, channel 15, up to 255 octets`},
		{"DigiMesh", digimesh,
			Modem{Family: DigiMesh, Mode: frame.Plain, Firmware: 0x405F, Hardware: 0x2247, Address: 0x0013A200_40A1B2C3, Name: "GW",
				PAN: 0x1234, PAN16: 0x1234, Channel: 15, Coordinator: true, MaxPayload: 73, CTS: 1}, 73,
			`DigiMesh S2C coordinator 0013A20040A1B2C3 "GW", firmware 405F, API mode 1 (plain), PAN 1234, channel 15, up to 73 octets`},
		{"802.15.4", legacy,
			Modem{Family: IEEE802154, Mode: frame.Plain, Output: 2, Firmware: 0x405F, Hardware: 0x2247, Address: 0x0013A200_40A1B2C3,
				Name: "GW", PAN: 0x3332, PAN16: 0x3332, Channel: 15, Coordinator: true, MaxPayload: 102, CTS: 1}, 102,
			`802.15.4 S2C coordinator 0013A20040A1B2C3 "GW", firmware 405F, API mode 1 (plain), PAN 3332, channel 15, up to 102 octets`},
		{"first generation, encrypted", with(first, "EE", "\x01", "CE", "\x00", "NI", " "),
			Modem{Family: IEEE802154, Mode: frame.Plain, Output: noAO, Firmware: 0x10EC, Hardware: 0x1744, Address: 0x0013A200_40A1B2C3,
				Name: " ", PAN: 0x3332, PAN16: 0x3332, Channel: 15, MaxPayload: 95, Encrypted: true, CTS: 1}, 95,
			`802.15.4 S1 0013A20040A1B2C3, firmware 10EC, API mode 1 (plain), PAN 3332, channel 15, up to 95 octets, encrypted`},
	} {
		t.Run(c.name, func(t *testing.T) {
			onBench(t, c.settings, Config{}, func(t *testing.T, b *bench) {
				s := b.Status()
				require.True(t, s.Up)
				require.NoError(t, s.Problem)
				require.Equal(t, c.want, s.Modem)
				require.Equal(t, c.described, s.Modem.String())
				require.Equal(t, c.mtu, b.MTU())
			})
		})
	}
}

func TestMTUIsTheLesserOfModemAndConfiguration(t *testing.T) {
	onBench(t, zigbee, Config{MaxPayload: 84}, func(t *testing.T, b *bench) { require.Equal(t, 84, b.MTU()) })
	onBench(t, digimesh, Config{MaxPayload: 84}, func(t *testing.T, b *bench) { require.Equal(t, 73, b.MTU()) })
	onBench(t, zigbee, Config{Options: frame.EncryptAPS}, func(t *testing.T, b *bench) { require.Equal(t, 246, b.MTU()) })
	onBench(t, zigbee, Config{}, func(t *testing.T, b *bench) {
		require.ErrorIs(t, b.Broadcast(make([]byte, 85), 0), radio.ErrTooLong, "Zigbee does not fragment broadcasts")
		require.NoError(t, b.Broadcast(make([]byte, 84), 0))
	})
}

func TestWaitsForTheModemToJoin(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t, with(zigbee, "AI", "\x21"), Config{})
		e := b.wantEvent(radio.LinkDown)
		require.ErrorIs(t, e.Err, ErrNotJoined)
		require.EqualError(t, e.Err, "xbee: the modem has not joined a network: it finds no network: is the coordinator on?")

		b.change("AI", "\xAD")
		time.Sleep(3 * time.Second)
		b.wantNoEvent()
		require.ErrorContains(t, b.Status().Problem, "link key (KY)", "but what is in the way now is to be seen")
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		require.ErrorIs(t, b.WaitUp(ctx), ErrNotJoined)
		_, err := b.WriteBatch([]radio.Packet{{Peer: Peer64(nodeA)}})
		require.ErrorIs(t, err, ErrDown)
		require.ErrorIs(t, b.Broadcast(nil, 0), ErrDown)

		b.change("AI", "\x00")
		b.wantEvent(radio.LinkUp)
		require.NoError(t, b.WaitUp(t.Context()))
	})
}

func TestModemEvents(t *testing.T) {
	for _, c := range []struct {
		status frame.Status
		down   string // the sentence, empty if the link stays up
	}{
		{frame.HardwareReset, "xbee: the modem was reset: hardware reset"},
		{frame.WatchdogReset, "xbee: the modem was reset: watchdog reset"},
		{frame.Disassociated, "xbee: the modem has not joined a network any more: left the network"},
		{frame.NetworkLost, "xbee: the modem has not joined a network any more: network watchdog expired"},
		{frame.RouterPANChanged, "xbee: the modem's network has changed: PAN id changed by the coordinator"},
		{frame.Joined, ""},
		{frame.CoordinatorStarted, ""},
		{frame.VoltageOutOfLimits, ""},
		{0xFE, ""},
	} {
		t.Run(c.status.String(), func(t *testing.T) {
			onBench(t, zigbee, Config{}, func(t *testing.T, b *bench) {
				b.write("in flight", nodeA)
				b.wantTransmit()
				b.say(&frame.ModemStatus{Status: c.status})
				if c.down == "" {
					b.wantNoEvent()
				} else {
					require.EqualError(t, b.wantEvent(radio.LinkDown).Err, c.down)
					require.Equal(t, Peer64(nodeA), b.wantEvent(radio.SendFailed).Peer)
					b.wantEvent(radio.LinkUp)
				}
				require.Equal(t, c.status.String(), b.Status().ModemStatus)
				require.Equal(t, 1, b.opened, "the port stays open")
			})
		})
	}
}

// What waits for its turn is sent after a reset; what the modem had is lost.
func TestQueuesSurviveAReset(t *testing.T) {
	onBench(t, zigbee, Config{Window: 1}, func(t *testing.T, b *bench) {
		b.write("lost", nodeA)
		b.write("kept", nodeA)
		b.wantTransmit()
		b.say(&frame.ModemStatus{Status: frame.HardwareReset})
		require.Equal(t, "kept", string(b.wantTransmit().Data))
	})
}

func TestStatusNotJoinedTakesTheLinkDown(t *testing.T) {
	onBench(t, zigbee, Config{}, func(t *testing.T, b *bench) {
		b.write("x", nodeA)
		id := b.wantTransmit().ID
		b.change("AI", "\x22")
		b.land(id, frame.NotJoined)
		b.wantEvent(radio.SendFailed)
		b.wantEvent(radio.LinkDown)
		time.Sleep(time.Second)
		require.ErrorContains(t, b.Status().Problem, "right PAN id")
		b.change("AI", "\x00")
		b.wantEvent(radio.LinkUp)
	})
}

func TestPulledAndPluggedInAgain(t *testing.T) {
	onBench(t, zigbee, Config{}, func(t *testing.T, b *bench) {
		settings := b.settings
		for range 3 {
			b.pull()
			require.ErrorContains(t, b.wantEvent(radio.LinkDown).Err, "the serial port has failed")
			time.Sleep(time.Minute)
			b.wantNoEvent()
			require.ErrorContains(t, b.Status().Problem, "cannot be opened: no such device")

			b.mu.Lock()
			b.settings = settings
			b.mu.Unlock()
			b.wantEvent(radio.LinkUp)
			b.write("works", nodeA)
			b.land(b.wantTransmit().ID, frame.Delivered)
		}
		require.EqualValues(t, 4, b.Status().Serial.Opened)
		require.NotZero(t, b.Status().Serial.Frames)
		b.wantNoEvent()
	})
}

func TestAsksASilentModemHowItIs(t *testing.T) {
	onBench(t, zigbee, Config{}, func(t *testing.T, b *bench) {
		for len(b.asked) > 0 {
			<-b.asked
		}
		began := time.Now()
		require.Equal(t, "AI", <-b.asked)
		require.Equal(t, 30*time.Second, time.Since(began).Round(time.Second))
		require.Equal(t, "AI", <-b.asked)
		require.Equal(t, 60*time.Second, time.Since(began).Round(time.Second))

		b.silence(true)
		e := b.wantEvent(radio.LinkDown)
		require.ErrorIs(t, e.Err, ErrNoAnswer)
		require.Equal(t, 93*time.Second, time.Since(began).Round(time.Second))
		b.silence(false)
		b.wantEvent(radio.LinkUp)
		require.Equal(t, 2, b.opened)
	})
}

// A datagram that is given to a link whose modem is being checked must not make the loop spin: virtual time would stand
// still.
func TestWaitsForAHealthCheckInPeace(t *testing.T) {
	onBench(t, zigbee, Config{}, func(t *testing.T, b *bench) {
		b.silence(true)
		time.Sleep(30*time.Second + 500*time.Millisecond)
		b.write("x", nodeA)
		require.ErrorIs(t, b.wantEvent(radio.LinkDown).Err, ErrNoAnswer)
	})
}

func TestHealthCheckFindsALostNetwork(t *testing.T) {
	onBench(t, zigbee, Config{}, func(t *testing.T, b *bench) {
		b.change("AI", "\x21")
		e := b.wantEvent(radio.LinkDown)
		require.ErrorIs(t, e.Err, ErrNotJoined)
	})
}

func TestSaysWhyAModemDoesNotAnswer(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t, zigbee, Config{})
		b.silence(true)
		require.EqualError(t, b.wantEvent(radio.LinkDown).Err,
			"xbee: the modem does not answer to ATAP: is it powered and wired, and is its baud rate 115200?")
	})
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t, zigbee, Config{})
		b.silence(true)
		synctest.Wait()
		b.sayRaw([]byte("\xF0\xE1\x80 not a frame"))
		require.ErrorIs(t, b.wantEvent(radio.LinkDown).Err, ErrGarbage)
	})
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t, with(zigbee, "AP", "\x04"), Config{})
		require.ErrorContains(t, b.wantEvent(radio.LinkDown).Err, "API mode 4, which is none")
	})
}

func TestCloseEndsAStartThatHangs(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t, zigbee, Config{})
		b.silence(true)
		time.Sleep(500 * time.Millisecond)
		require.NoError(t, b.Close())
		require.ErrorIs(t, b.WaitUp(t.Context()), net.ErrClosed)
		b.wantNoEvent()
	})
}

// A modem that holds us up by flow control, for ever, is given up.
func TestGivesUpAPortThatTakesNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		host, modem := net.Pipe()
		defer modem.Close()
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		l := newLine(ctx, host, 9600, func([]byte) {})
		began := time.Now()
		_, err := l.write([]byte{1})
		require.ErrorContains(t, err, "the serial port has failed")
		require.Equal(t, writeTimeout, time.Since(began))
		l.close()
	})
}

// FuzzSession hands frames to a session, whatever the modem may make of them.
func FuzzSession(f *testing.F) {
	for _, in := range []frame.Frame{
		&frame.Receive{Source: nodeA, Data: []byte("x")}, &frame.ExplicitReceive{Endpoint: frame.SerialData},
		&frame.Receive64{Source: nodeA}, &frame.Receive16{Source: 1}, &frame.TransmitStatus{ID: 1},
		&frame.TxStatus{ID: 1, Status: frame.NotJoined}, &frame.ModemStatus{}, &frame.NodeID{Node: nodeA},
		&frame.ATResponse{ID: 1, Command: "AI"}, &frame.Receive{Source: frame.Unknown64, Source16: 7},
	} {
		f.Add(in.Append(nil), true)
	}
	f.Fuzz(func(t *testing.T, data []byte, known bool) {
		if len(data) == 0 {
			return
		}
		l := &Link{cfg: Config{OnEvent: func(radio.Event) {}}}
		l.inbox.init()
		l.outbox.init(1)
		l.nodes.init()
		s := &session{link: l}
		s.console.other = s.dispatch
		if known {
			s.modem = &Modem{Family: Zigbee}
		}
		require.NoError(t, l.outbox.add(Peer64(nodeA), nil, time.Now()))
		q, d := l.outbox.take(false)
		s.flights = []*flight{{datagram: d, queue: q, id: 1}}
		s.console.handle(data)
		require.LessOrEqual(t, len(l.Nodes()), 2)
	})
}

func TestOpenRefusesNonsense(t *testing.T) {
	_, err := Open(Config{})
	require.Error(t, err)
	_, err = Open(Config{Open: (&bench{}).open, MaxPayload: -1})
	require.Error(t, err)
}

func TestPeersAsText(t *testing.T) {
	var l Link
	for text, p := range map[string]radio.Peer{
		"xbee:0013A20040000001": Peer64(nodeA),
		"xbee16:3332:00FE":      Peer16(0x3332, 0xFE),
	} {
		require.Equal(t, text, l.FormatPeer(p))
		got, err := l.ParsePeer(text)
		require.NoError(t, err)
		require.Equal(t, p, got)
	}
	for _, text := range []string{"", "xbee:", "xbee:0013A2004000000", "xbee:0013A2004000000G", "xbee:+013A20040000001",
		"xbee16:3332", "xbee16:33320001", "xbee16:3332:001", "xbee16:3332:00x1", "udp:127.0.0.1:1"} {
		_, err := l.ParsePeer(text)
		require.Error(t, err, text)
	}
	require.Equal(t, "xbee:nobody", l.FormatPeer(radio.Peer{}))
}
