package xbee

import (
	"encoding/hex"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"mqttsn-gateway/radio/port"
)

func octets(t *testing.T, spaced string) []byte {
	t.Helper()
	b, err := hex.DecodeString(strings.ReplaceAll(spaced, " ", ""))
	require.NoError(t, err)
	return b
}

// Rows are from sections 13 and 16 of the reference.
func TestWire(t *testing.T) {
	for _, c := range []struct{ content, plain, escaped string }{
		{"08 53 41 50", "7E 00 04 08 53 41 50 13", "7E 00 04 08 53 41 50 7D 33"},
		{"10 01 00 13 A2 00 40 A1 B2 C3 FF FE 00 00 03 05 00", "7E 00 11 10 01 00 13 A2 00 40 A1 B2 C3 FF FE 00 00 03 05 00 DE",
			"7E 00 7D 31 10 01 00 7D 33 A2 00 40 A1 B2 C3 FF FE 00 00 03 05 00 DE"},
		{"10 04 00 13 A2 00 40 A1 B2 C3 7D 84 00 00 09 0C 00 00 11 00 00 7E 7D",
			"7E 00 17 10 04 00 13 A2 00 40 A1 B2 C3 7D 84 00 00 09 0C 00 00 11 00 00 7E 7D BE",
			"7E 00 17 10 04 00 7D 33 A2 00 40 A1 B2 C3 7D 5D 84 00 00 09 0C 00 00 7D 31 00 00 7D 5E 7D 5D BE"},
	} {
		for mode, line := range map[byte]string{1: c.plain, 2: c.escaped} {
			content, want := octets(t, c.content), octets(t, line)
			require.Equal(t, want, encode(mode, content))
			d := decoder{apiMode: mode}
			var got []byte
			for _, b := range append([]byte("noise"), want...) {
				if f := d.next(b); f != nil {
					got = f
				}
			}
			require.Equal(t, content, got)
		}
	}
	d := decoder{apiMode: 2}
	for _, b := range octets(t, "7E 00 04 08 01 7E 00 02 8A 06 6E") {
		require.Nil(t, d.next(b), "a wrong checksum")
	}
	require.Equal(t, 1, d.bad)
}

// A bench is a modem and somebody at its serial port who talks in frames.
type bench struct {
	t     *testing.T
	air   *Air
	modem *Modem
	port  *port.Port
	in    decoder
}

func newBench(t *testing.T, a AirConfig, c ModemConfig) *bench {
	t.Helper()
	air := NewAir(a)
	t.Cleanup(air.Close)
	return newBenchOn(t, air, c)
}

func newBenchOn(t *testing.T, a *Air, c ModemConfig) *bench {
	t.Helper()
	b := &bench{t: t, air: a}
	c.Boot = time.Millisecond
	if c.APIMode == 0 {
		c.APIMode = 2
	}
	var err error
	b.modem, err = b.air.NewModem(c)
	require.NoError(t, err)
	b.port, err = port.Open(t.Context(), port.Config{Name: b.modem.Port(), Baud: 115200})
	require.NoError(t, err)
	t.Cleanup(func() { b.port.Close() })
	b.in.apiMode = byte(max(c.APIMode, 0))
	require.Eventually(t, func() bool {
		b.air.mu.Lock()
		defer b.air.mu.Unlock()
		return b.modem.booted
	}, 5*time.Second, time.Millisecond)
	return b
}

func (b *bench) send(content string) {
	b.t.Helper()
	_, err := b.port.Write(encode(b.in.apiMode, octets(b.t, content)))
	require.NoError(b.t, err)
}

// want reads frames until one begins as wanted, and compares that. Modem statuses come when they like.
func (b *bench) want(content string) {
	b.t.Helper()
	want := octets(b.t, content)
	b.port.SetReadDeadline(time.Now().Add(5 * time.Second))
	c := make([]byte, 1)
	for {
		_, err := b.port.Read(c)
		require.NoError(b.t, err, "waiting for %s", content)
		got := b.in.next(c[0])
		if got != nil && (got[0] != 0x8A || want[0] == 0x8A) {
			require.Equal(b.t, hex.EncodeToString(want), hex.EncodeToString(got))
			return
		}
	}
}

// wantText reads as much text as wanted.
func (b *bench) wantText(want string) {
	b.t.Helper()
	b.port.SetReadDeadline(time.Now().Add(5 * time.Second))
	got := make([]byte, len(want))
	_, err := io.ReadFull(b.port, got)
	require.NoError(b.t, err, "waiting for %q", want)
	require.Equal(b.t, want, string(got))
}

func TestATCommands(t *testing.T) {
	b := newBench(t, AirConfig{}, ModemConfig{Family: DigiMesh, Address: 0x0013A20040A1B2C3})
	for _, c := range []struct{ name, send, want string }{
		{"query", "08 01 41 50", "88 01 41 50 00 02"},
		{"address", "08 02 53 4C", "88 02 53 4C 00 40 A1 B2 C3"},
		{"unknown", "08 03 5A 5A", "88 03 5A 5A 02"},
		{"read-only", "08 04 53 4C 01", "88 04 53 4C 03"},
		{"out of range", "08 05 53 4D 09", "88 05 53 4D 03"},
		{"secret", "08 06 4B 59", "88 06 4B 59 00"},
		{"set", "08 07 4E 49 47 57", "88 07 4E 49 00"},
		{"it is set", "08 08 4E 49", "88 08 4E 49 00 47 57"},
		{"queued", "09 09 4E 49 41", "88 09 4E 49 00"},
		{"no answer wanted", "08 00 41 50", ""},
		{"applied with the next command", "08 0B 4E 49", "88 0B 4E 49 00 41"},
		{"save", "08 0C 57 52", "88 0C 57 52 00"},
		{"set, not saved", "08 0D 4E 49 42", "88 0D 4E 49 00"},
		{"reset", "08 0E 46 52", "88 0E 46 52 00"},
		{"status after reset", "", "8A 00"},
		{"what was saved", "08 0F 4E 49", "88 0F 4E 49 00 41"},
	} {
		if c.send != "" {
			b.send(c.send)
		}
		if c.want != "" {
			b.want(c.want)
		}
	}
}

func TestAPIModeChangesAfterTheAnswer(t *testing.T) {
	b := newBench(t, AirConfig{}, ModemConfig{APIMode: 2})
	b.send("08 13 41 50 01")
	b.want("88 13 41 50 00")
	b.in.apiMode = 1
	b.send("08 13 41 50")
	b.want("88 13 41 50 00 01")
}

func TestDiscovery(t *testing.T) {
	b := newBench(t, AirConfig{}, ModemConfig{Family: Zigbee})
	b.air.NewNode(NodeConfig{Address: 0x0013A20040A1B2C3, Short: 0x7D84, Name: "N1"})
	b.send("08 07 4E 44")
	b.want("88 07 4E 44 00 7D 84 00 13 A2 00 40 A1 B2 C3 4E 31 00 FF FE 01 00 C1 05 10 1E")

	b = newBench(t, AirConfig{}, ModemConfig{Family: Series1})
	b.air.NewNode(NodeConfig{Address: 0x0013A20040A1B2C3, Short: 0x7D84, Name: "N1", RSSI: 45})
	b.send("08 07 4E 44")
	b.want("88 07 4E 44 00 7D 84 00 13 A2 00 40 A1 B2 C3 2D 4E 31 00")
	b.want("88 07 4E 44 00")
}

func TestTransmitStatuses(t *testing.T) {
	const self = "00 13 A2 00 40 00 00 01"
	b := newBench(t, AirConfig{Search: time.Millisecond}, ModemConfig{Family: Zigbee, Address: 0x0013A20040000001,
		Set: map[string][]byte{"NP": {0, 4}}})
	n := b.air.NewNode(NodeConfig{Address: 0x0013A20040A1B2C3, Short: 0x7D84})
	b.send("10 01 00 13 A2 00 40 A1 B2 C3 FF FE 00 00 01 02")
	b.want("8B 01 7D 84 00 00 00")
	data := make([]byte, 10)
	k, err := n.Read(data)
	require.NoError(t, err)
	require.Equal(t, []byte{1, 2}, data[:k])

	b.send("10 02 00 13 A2 00 40 A1 B2 C3 12 34 00 00 01 02")
	b.want("8B 02 FF FD 03 24 00")
	b.send("10 03 " + self + " FF FE 00 00 01")
	b.want("8B 03 FF FD 00 23 00")
	b.send("10 04 00 13 A2 00 40 A1 B2 C3 FF FE 00 00 01 02 03 04 05")
	b.want("8B 04 FF FD 00 74 00")
	b.send("10 05 00 00 00 00 00 00 FF FF FF FE 00 00 01")
	b.want("8B 05 FF FE 00 00 00")
	b.modem.Leave()
	b.want("8A 03")
	b.send("10 06 00 13 A2 00 40 A1 B2 C3 FF FE 00 00 01")
	b.want("8B 06 FF FD 00 22 00")
	b.send("08 07 41 49")
	b.want("88 07 41 49 00 21")
	b.modem.Join()
	b.want("8A 06")
}

func TestRefusesWhatItHasNoBufferFor(t *testing.T) {
	b := newBench(t, AirConfig{Latency: 20 * time.Millisecond, Airtime: true}, ModemConfig{Family: DigiMesh, Buffers: 1, Unpaced: true})
	b.air.NewNode(NodeConfig{Address: 0x0013A20040A1B2C3, Short: 0xFFFE})
	for _, id := range []string{"01", "02"} {
		b.send("10 " + id + " 00 13 A2 00 40 A1 B2 C3 FF FE 00 00 01")
	}
	b.want("8B 02 FF FD 00 32 00")
	b.want("8B 01 FF FE 00 00 00")
	require.Equal(t, 1, b.modem.Stats().Refused)
}

func TestReceiveFrames(t *testing.T) {
	short := NodeConfig{Address: 0x0013A20040A1B2C3, Short: 0x7D84, RSSI: 40, ShortOnly: true}
	long := short
	long.ShortOnly = false
	for _, c := range []struct {
		name   string
		family Family
		ao     byte
		node   NodeConfig
		want   string
	}{
		{"plain", Zigbee, 0, long, "90 00 13 A2 00 40 A1 B2 C3 7D 84 01 02 16"},
		{"explicit", Zigbee, 1, long, "91 00 13 A2 00 40 A1 B2 C3 7D 84 E8 E8 00 11 C1 05 01 02 16"},
		{"802.15.4 plain, short", IEEE802154, 0, short, "90 FF FF FF FF FF FF FF FF 7D 84 01 02 16"},
		{"802.15.4 legacy", IEEE802154, 2, long, "80 00 13 A2 00 40 A1 B2 C3 28 00 02 16"},
		{"802.15.4 legacy, short", IEEE802154, 2, short, "81 7D 84 28 00 02 16"},
	} {
		t.Run(c.name, func(t *testing.T) {
			b := newBench(t, AirConfig{}, ModemConfig{Family: c.family, Set: map[string][]byte{"AO": {c.ao}}})
			n := b.air.NewNode(c.node)
			_, err := n.Write([]byte{2, 0x16})
			require.NoError(t, err)
			b.want(c.want)
		})
	}
}

func TestBroadcastFromANode(t *testing.T) {
	b := newBench(t, AirConfig{}, ModemConfig{Family: Zigbee})
	n := b.air.NewNode(NodeConfig{Address: 0x0013A20040A1B2C3, Short: 0x7D84})
	other := b.air.NewNode(NodeConfig{})
	require.NoError(t, n.Broadcast([]byte{3, 1, 1}))
	b.want("90 00 13 A2 00 40 A1 B2 C3 7D 84 02 03 01 01")
	data := make([]byte, 2)
	k, err := other.Read(data)
	require.NoError(t, err)
	require.Equal(t, []byte{3, 1}, data[:k], "cut off, as by a socket")
}

func TestCommandMode(t *testing.T) {
	b := newBench(t, AirConfig{}, ModemConfig{APIMode: -1, Set: map[string][]byte{"GT": {0, 20}, "NI": []byte("A")}})
	say := func(text string) {
		_, err := b.port.Write([]byte(text))
		require.NoError(t, err)
	}
	say("++x")
	time.Sleep(40 * time.Millisecond) // the guard time is what is tested
	say("+++")
	b.wantText("OK\r")
	say("ATBD\r")
	b.wantText("7\r")
	say("ATZZ\r")
	b.wantText("ERROR\r")
	say("nonsense\r")
	b.wantText("ERROR\r")
	say("ATAP 2\r")
	b.wantText("OK\r")
	say("ATWR\r")
	b.wantText("OK\r")
	say("ATCN\r")
	b.wantText("OK\r")
	require.Eventually(t, func() bool { return number(b.modem.Setting("AP")) == 2 }, 5*time.Second, time.Millisecond)
	require.EqualValues(t, 2, number(b.modem.Saved("AP")))
	b.in.apiMode = 2
	b.send("08 01 41 50")
	b.want("88 01 41 50 00 02")
}

func number(b []byte) uint64 { return settings{"": b}.number("") }

func TestTwoModems(t *testing.T) {
	b := newBench(t, AirConfig{}, ModemConfig{Family: DigiMesh, Address: 0x0013A20040000001})
	c := newBenchOn(t, b.air, ModemConfig{Family: DigiMesh, Address: 0x0013A20040000002, APIMode: 1})
	b.send("10 01 00 13 A2 00 40 00 00 02 FF FE 00 00 55")
	b.want("8B 01 FF FE 00 00 00")
	c.want("90 00 13 A2 00 40 00 00 01 FF FE 01 55")
}

// The emulated air takes the time that a real one takes: 32 µs an octet, contention, and the acknowledgement.
func TestAirtime(t *testing.T) {
	a := NewAir(AirConfig{Airtime: true})
	defer a.Close()
	const one = (29+80)*32*time.Microsecond + 1120*time.Microsecond
	const ack = 192*time.Microsecond + 352*time.Microsecond
	zigbee, other := &station{family: Zigbee}, &station{family: DigiMesh}
	require.Equal(t, one+ack, a.airtime(&packet{from: zigbee, data: make([]byte, 80)}))
	require.Equal(t, one, a.airtime(&packet{from: zigbee, to: broadcastAddress, data: make([]byte, 80)}))
	require.Equal(t, 2*(one+ack), a.airtime(&packet{from: zigbee, data: make([]byte, 160)}), "in two fragments")
	require.Equal(t, one+ack+80*32*time.Microsecond, a.airtime(&packet{from: other, data: make([]byte, 160)}))
}
