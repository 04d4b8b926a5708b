package trace

import (
	"bytes"
	"encoding/binary"
	"net/netip"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"mqttsn-gateway/gateway/engine"
	"mqttsn-gateway/mqttsn"
	"mqttsn-gateway/radio"
)

var links = []Link{
	{Name: "lan", Type: "udp", Local: netip.MustParseAddrPort("0.0.0.0:1884")},
	{Name: "both", Type: "udp", Local: netip.MustParseAddrPort("[::]:1884")},
	{Name: "field", Type: "xbee", Station: func(p radio.Peer) uint64 { return binary.BigEndian.Uint64(p[1:]) }},
	{Name: "line", Type: "serial"},
}

// captured are packets, the peer of each, and what Wireshark shows of it.
var captured = []struct {
	link  engine.LinkID
	peer  string
	out   bool
	all   bool
	say   mqttsn.Packet
	shown string
}{
	{0, "192.0.2.7:2001", false, false, &mqttsn.Connect{ProtocolID: mqttsn.ProtocolID, Duration: 60, ClientID: []byte("th7")}, "lan|192.0.2.7||2001|1884|0x04|th7"},
	{0, "192.0.2.7:2001", true, false, &mqttsn.Connack{}, "lan|0.0.0.0||1884|2001|0x05|"},
	{0, "", true, true, &mqttsn.Advertise{GwID: 1, Duration: 900}, "lan|0.0.0.0||1884|1884|0x00|"},
	{1, "[2001:db8::7]:2002", false, false, &mqttsn.Pingreq{}, "both||2001:db8::7|2002|1884|0x16|"},
	{1, "192.0.2.8:2003", false, false, &mqttsn.Pingreq{}, "both|192.0.2.8||2003|1884|0x16|"},
	{1, "", true, true, &mqttsn.Advertise{GwID: 1, Duration: 900}, "both||::|1884|1884|0x00|"},
	{2, "xbee", false, false, &mqttsn.Disconnect{Duration: 60}, "field||fd6d:7174:7473:6e02:13:a200:40a1:b2c3|1884|1884|0x18|"},
	{2, "xbee", true, false, &mqttsn.Publish{TopicID: 1, Data: bytes.Repeat([]byte{1}, 301)}, "field||fd6d:7174:7473:6e02::|1884|1884|0x0c|"},
	{3, "", false, false, &mqttsn.Pingresp{}, "line||fd6d:7174:7473:6e03::1|1884|1884|0x17|"},
	{3, "", true, true, &mqttsn.GwInfo{GwID: 1}, "line||fd6d:7174:7473:6e03::|1884|1884|0x02|"},
}

func capture(t *testing.T) []byte {
	var b bytes.Buffer
	w, err := NewWriter(&b, "mqttsn-gateway", links)
	require.NoError(t, err)
	for i, c := range captured {
		peer, _ := netip.ParseAddrPort(c.peer)
		p := Packet{
			At: time.Date(2026, 1, 2, 3, 4, 5, 600, time.UTC), Out: c.out, Broadcast: c.all, Addr: engine.Addr{Link: c.link},
			Data: c.say.Append(nil), Lost: uint64(i),
		}
		if c.peer == "xbee" {
			copy(p.Addr.Peer[:], "\x01\x00\x13\xa2\x00\x40\xa1\xb2\xc3")
		}
		require.NoError(t, w.Write(&p, peer, "comment "+c.shown))
	}
	return b.Bytes()
}

// Wireshark is the judge of the file: its blocks, its checksums, and what its dissector makes of the packets.
func TestWiresharkReadsCaptures(t *testing.T) {
	tshark, err := exec.LookPath("tshark")
	if err != nil {
		if os.Getenv("CI") == "" {
			t.Skip("tshark is not installed; .ci/deps installs it")
		}
		require.NoError(t, err)
	}
	file := filepath.Join(t.TempDir(), "trace.pcapng")
	require.NoError(t, os.WriteFile(file, capture(t), 0o600))
	show := func(fields ...string) []string {
		args := []string{
			"-r", file, "-d", "udp.port==1884,mqttsn", "-T", "fields", "-E", "separator=|",
			"-o", "ip.check_checksum:TRUE", "-o", "udp.check_checksum:TRUE",
		}
		for _, f := range fields {
			args = append(args, "-e", f)
		}
		out, err := exec.CommandContext(t.Context(), tshark, args...).Output()
		require.NoError(t, err)
		return strings.Split(strings.TrimSuffix(string(out), "\n"), "\n")
	}
	lines := show("frame.interface_name", "ip.src", "ipv6.src", "udp.srcport", "udp.dstport", "mqttsn.msg.type", "mqttsn.client.id")
	comments := show("frame.comment")
	whole := show("frame.time_epoch", "udp.checksum.status", "_ws.malformed")
	require.Len(t, lines, len(captured))
	for i, c := range captured {
		require.Equal(t, c.shown, lines[i])
		require.Equal(t, "comment "+c.shown, comments[i])
		require.Equal(t, "1767323045.000000600|1|", whole[i], c.shown)
	}
}

func TestCopyBlocksEndsBehindAWholeBlock(t *testing.T) {
	whole := capture(t)
	var b bytes.Buffer
	n, err := CopyBlocks(&b, bytes.NewReader(whole))
	require.NoError(t, err)
	require.Equal(t, len(captured), n)
	require.Equal(t, whole, b.Bytes())

	for end := range whole {
		b.Reset()
		_, err := CopyBlocks(&b, bytes.NewReader(whole[:end]))
		got := b.Bytes()
		require.Equal(t, whole[:len(got)], got)
		if len(got) < end {
			require.Error(t, err)
		}
		again, err := CopyBlocks(new(bytes.Buffer), bytes.NewReader(got))
		require.NoError(t, err, "%d octets of %d", again, end)
	}
}

func TestCopyBlocksTakesNoNonsense(t *testing.T) {
	for _, s := range []string{
		"<html><body>", "\x06\x00\x00\x00\x08\x00\x00\x00", "\x06\x00\x00\x00\x0d\x00\x00\x00", "\x06\x00\x00\x00\xfc\xff\xff\xff",
	} {
		var b bytes.Buffer
		_, err := CopyBlocks(&b, strings.NewReader(s))
		require.ErrorContains(t, err, "no capture")
		require.Zero(t, b.Len())
	}
}

func TestLongCommentsAndDatagramsAreCut(t *testing.T) {
	var b bytes.Buffer
	w, err := NewWriter(&b, "", links)
	require.NoError(t, err)
	require.NoError(t, w.Write(&Packet{Data: make([]byte, 70_000)}, netip.MustParseAddrPort("192.0.2.7:1"), strings.Repeat("x", 70_000)))
	_, err = CopyBlocks(new(bytes.Buffer), &b)
	require.NoError(t, err)
}
