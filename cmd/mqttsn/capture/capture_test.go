package capture_test

import (
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"net/netip"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"mqttsn-gateway/cmd/mqttsn/capture"
)

const (
	microseconds = 0xA1B2C3D4
	nanoseconds  = 0xA1B23C4D

	udp4   = "45 00 00 1E 00 00 40 00 40 11 00 00 7F 00 00 01 C0 00 02 07 "
	udp6   = "60 00 00 00 00 0A 11 40 20010DB8000000000000000000000001 20010DB8000000000000000000000002 "
	body   = "9C 40 07 5C 00 0A 00 00 02 16" // port 40000 to 1884: PINGREQ
	frag4  = "45 00 00 1E 00 00 20 00 40 11 00 00 7F 00 00 01 C0 00 02 07 "
	frag4b = "45 00 00 1E 00 00 00 01 40 11 00 00 7F 00 00 01 C0 00 02 07 "
	macs   = "02 00 00 00 00 01 02 00 00 00 00 02 "
)

var (
	from4, to4 = netip.MustParseAddrPort("127.0.0.1:40000"), netip.MustParseAddrPort("192.0.2.7:1884")
	from6, to6 = netip.MustParseAddrPort("[2001:db8::1]:40000"), netip.MustParseAddrPort("[2001:db8::2]:1884")
)

// frames are packets as networks carry them. What is not UDP has no length.
var frames = []struct {
	name     string
	link     uint32
	hex      string
	from, to netip.AddrPort
	data     string
	len      int
}{
	{"raw", 101, udp4 + body, from4, to4, "02 16", 2},
	{"raw, IPv6", 101, udp6 + body, from6, to6, "02 16", 2},
	{"raw, other numbers", 12, udp4 + body, from4, to4, "02 16", 2},
	{"raw IPv4", 228, udp4 + body, from4, to4, "02 16", 2},
	{"raw IPv6", 229, udp6 + body, from6, to6, "02 16", 2},
	{"loopback", 0, "02 00 00 00" + udp4 + body, from4, to4, "02 16", 2},
	{"loopback, IPv6 of macOS", 0, "1E 00 00 00" + udp6 + body, from6, to6, "02 16", 2},
	{"loopback of OpenBSD", 108, "00 00 00 02" + udp4 + body, from4, to4, "02 16", 2},
	{"ethernet", 1, macs + "08 00" + udp4 + body, from4, to4, "02 16", 2},
	{"ethernet, IPv6", 1, macs + "86 DD" + udp6 + body, from6, to6, "02 16", 2},
	{"ethernet, VLAN", 1, macs + "81 00 00 07 08 00" + udp4 + body, from4, to4, "02 16", 2},
	{"ethernet, VLAN in VLAN", 1, macs + "88 A8 00 07 81 00 00 08 86 DD" + udp6 + body, from6, to6, "02 16", 2},
	{"ethernet, padding", 1, macs + "08 00" + udp4 + body + "00 00 00 00 00 00", from4, to4, "02 16", 2},
	{"linux any", 113, "00 00 03 04 00 06 00 00 00 00 00 00 00 00 08 00" + udp4 + body, from4, to4, "02 16", 2},
	{"linux any, newer", 276, "86 DD 00 00 00 00 00 01 03 04 00 06 00 00 00 00 00 00 00 00" + udp6 + body, from6, to6, "02 16", 2},
	{"IPv4 options", 101, "46 00 00 22 00 00 40 00 40 11 00 00 7F 00 00 01 C0 00 02 07 01 01 01 00" + body, from4, to4, "02 16", 2},
	{"total length left to the card", 101, "45 00 00 00 00 00 40 00 40 11 00 00 7F 00 00 01 C0 00 02 07" + body, from4, to4, "02 16", 2},
	{"IPv6 extensions", 101, "60 00 00 00 00 2A 00 40 20010DB8000000000000000000000001 20010DB8000000000000000000000002" +
		"3C 00 01 04 00 00 00 00" + "33 00 01 04 00 00 00 00" + "2C 00 00 00 00 00 00 00" + "11 00 00 00 00 00 00 07" + body, from6, to6, "02 16", 2},
	{"captured in part", 101, udp4 + "9C 40 07 5C 00 20 00 00 02 16", from4, to4, "02 16", 24},
	{"first fragment", 101, frag4 + "9C 40 07 5C 00 20 00 00 02 16", from4, to4, "02 16", 24},
	{"UDP without a length", 101, udp4 + "9C 40 07 5C 00 00 00 00 02 16", from4, to4, "02 16", 2},
	{"UDP with octets to spare", 101, udp4 + "9C 40 07 5C 00 09 00 00 02 16", from4, to4, "02", 1},
	{name: "another fragment", link: 101, hex: frag4b + body},
	{name: "another fragment, IPv6", link: 101, hex: "60 00 00 00 00 12 2C 40 20010DB8000000000000000000000001 20010DB8000000000000000000000002 11 00 00 08 00 00 00 07" + body},
	{name: "TCP", link: 101, hex: "45 00 00 1E 00 00 40 00 40 06 00 00 7F 00 00 01 C0 00 02 07" + body},
	{name: "TCP, IPv6", link: 101, hex: "60 00 00 00 00 0A 06 40 20010DB8000000000000000000000001 20010DB8000000000000000000000002" + body},
	{name: "ARP", link: 1, hex: macs + "08 06 00 01 08 00 06 04 00 01"},
	{name: "neither IPv4 nor IPv6", link: 101, hex: "50" + udp4 + body},
	{name: "empty", link: 101, hex: ""},
}

func readAll(t testing.TB, file []byte) (all []capture.Datagram, err error) {
	r, err := capture.NewReader(bytes.NewReader(file))
	if err != nil {
		return nil, err
	}
	for {
		d, err := r.Next()
		if errors.Is(err, io.EOF) {
			return all, nil
		}
		if err != nil {
			return all, err
		}
		d.Data = slices.Clone(d.Data)
		all = append(all, d)
	}
}

func TestFrames(t *testing.T) {
	marker := unhex(t, udp4+body) // proves that reading goes on
	for _, f := range frames {
		for _, order := range []byteOrder{binary.LittleEndian, binary.BigEndian} {
			b := unhex(t, f.hex)
			for format, file := range map[string][]byte{
				"pcap": pcapFile(order, microseconds, f.link, b, b),
				"pcapng": slices.Concat(section(order), networkInterface(order, uint16(f.link)), networkInterface(order, 101),
					packet(order, 0, 1000_000_005, b), simplePacket(order, b), packet(order, 1, 0, marker)),
			} {
				got, err := readAll(t, file)
				require.NoError(t, err, "%s %s", f.name, format)
				if format == "pcapng" {
					require.NotEmpty(t, got, f.name)
					require.Equal(t, marker[28:], got[len(got)-1].Data, f.name)
					got = got[:len(got)-1]
				}
				if f.len == 0 {
					require.Empty(t, got, "%s %s", f.name, format)
					continue
				}
				require.Len(t, got, 2, "%s %s", f.name, format)
				for _, d := range got {
					require.Equal(t, f.from, d.From, "%s %s", f.name, format)
					require.Equal(t, f.to, d.To, "%s %s", f.name, format)
					require.Equal(t, unhex(t, f.data), d.Data, "%s %s", f.name, format)
					require.Equal(t, f.len, d.Len, "%s %s", f.name, format)
					require.Equal(t, f.len != len(d.Data), d.Cut(), "%s %s", f.name, format)
				}
				require.Equal(t, time.Unix(1000, 5000).UTC(), got[0].Time, "%s %s", f.name, format)
			}
		}
	}
}

func TestTruncatedFrames(t *testing.T) {
	for _, f := range frames {
		b := unhex(t, f.hex)
		for n := range b {
			got, err := readAll(t, pcapFile(binary.LittleEndian, microseconds, f.link, b[:n]))
			require.NoError(t, err, "%s, %d octets", f.name, n)
			for _, d := range got {
				require.LessOrEqual(t, len(d.Data), d.Len, "%s, %d octets", f.name, n)
			}
		}
	}
}

// A capture that was cut off still gives what came before.
func TestTruncatedFiles(t *testing.T) {
	order := binary.LittleEndian
	frame := unhex(t, udp4+body)
	for name, file := range map[string][]byte{
		"pcap": pcapFile(order, microseconds, 101, frame, frame),
		"pcapng": slices.Concat(section(order), networkInterface(order, 101), block(order, 5, make([]byte, 40)),
			packet(order, 0, 0, frame), packet(order, 0, 0, frame)),
	} {
		before := 0
		for n := range file {
			got, err := readAll(t, file[:n])
			require.GreaterOrEqual(t, len(got), before, "%s, %d octets", name, n)
			before = len(got)
			if err != nil {
				require.True(t, errors.Is(err, capture.ErrCutOff) || errors.Is(err, capture.ErrFormat), "%s, %d octets: %v", name, n, err)
			}
		}
		require.Equal(t, 1, before, name)
	}
}

func TestTimes(t *testing.T) {
	order, frame := binary.LittleEndian, unhex(t, udp4+body)
	at := func(options ...byte) time.Time {
		got, err := readAll(t, slices.Concat(section(order), networkInterface(order, 101, options...), packet(order, 0, 3_000_000_001, frame)))
		require.NoError(t, err)
		return got[0].Time
	}
	require.Equal(t, time.Unix(3000, 1000).UTC(), at())
	require.Equal(t, time.Unix(3000, 1000).UTC(), at(2, 0, 3, 0, 'l', 'o', '0', 0), "another option: the name")
	require.Equal(t, time.Unix(3, 1).UTC(), at(9, 0, 1, 0, 9, 0, 0, 0), "nanoseconds")
	require.Equal(t, time.Unix(3_000_000_001, 0).UTC(), at(9, 0, 1, 0, 0, 0, 0, 0), "seconds")
	require.Equal(t, time.Unix(0, 698_491_931).UTC(), at(9, 0, 1, 0, 0x80|32, 0, 0, 0), "1/2^32 s")
	require.Equal(t, time.Unix(0, 0).UTC(), at(9, 0, 1, 0, 19, 0, 0, 0), "the finest decimal")
	require.Zero(t, at(9, 0, 1, 0, 20, 0, 0, 0), "too fine to be counted")
	require.Zero(t, at(9, 0, 1, 0, 0xFF, 0, 0, 0), "too fine to be counted")
	require.Equal(t, time.Unix(3060, 1000).UTC(), at(14, 0, 8, 0, 60, 0, 0, 0, 0, 0, 0, 0), "an offset")
	require.Equal(t, time.Unix(3000, 1000).UTC(), at(0, 0, 0, 0, 9, 0, 1, 0, 9, 0, 0, 0), "behind the end of the options")
	require.Equal(t, time.Unix(3000, 1000).UTC(), at(9, 0, 50, 0, 9, 0, 0, 0), "an option that is not there")

	got, err := readAll(t, pcapFile(order, nanoseconds, 101, frame))
	require.NoError(t, err)
	require.Equal(t, time.Unix(1000, 5).UTC(), got[0].Time)
}

// A second section begins anew, perhaps in the other byte order.
func TestSections(t *testing.T) {
	little, big, frame := binary.LittleEndian, binary.BigEndian, unhex(t, udp4+body)
	ether := append(unhex(t, macs+"08 00"), frame...)
	got, err := readAll(t, slices.Concat(
		section(little), networkInterface(little, 101), packet(little, 0, 0, frame),
		section(big), networkInterface(big, 1), packet(big, 0, 0, ether)))
	require.NoError(t, err)
	require.Len(t, got, 2)

	_, err = readAll(t, slices.Concat(section(little), networkInterface(little, 101), section(little), packet(little, 0, 0, frame)))
	require.ErrorIs(t, err, capture.ErrFormat, "its interface was of the section before")
}

func TestNoCapture(t *testing.T) {
	order, frame := binary.LittleEndian, unhex(t, udp4+body)
	huge := pcapFile(order, microseconds, 101, frame)
	order.PutUint32(huge[32:], 1<<31)
	for name, file := range map[string][]byte{
		"empty":                     {},
		"text":                      []byte("0B 0C 20 00 01 00 02"),
		"huge packet":               huge,
		"section of no byte order":  block(order, 0x0A0D0D0A, make([]byte, 16)),
		"block shorter than itself": slices.Concat(section(order), []byte{5, 0, 0, 0, 8, 0, 0, 0}),
		"block of odd length":       slices.Concat(section(order), []byte{5, 0, 0, 0, 13, 0, 0, 0}),
		"huge block":                slices.Concat(section(order), []byte{6, 0, 0, 0, 0, 0, 0, 0x7F}),
		"packet without interface":  slices.Concat(section(order), packet(order, 0, 0, frame)),
		"simple without interface":  slices.Concat(section(order), simplePacket(order, frame)),
		"packet without header":     slices.Concat(section(order), networkInterface(order, 101), block(order, 6, make([]byte, 16))),
		"interface without header":  slices.Concat(section(order), block(order, 1, make([]byte, 4))),
	} {
		_, err := readAll(t, file)
		require.ErrorIs(t, err, capture.ErrFormat, name)
	}

	_, err := readAll(t, pcapFile(order, microseconds, 127, frame))
	require.ErrorIs(t, err, capture.ErrLinkType)
	require.ErrorContains(t, err, "127")
}

func TestIsCapture(t *testing.T) {
	order := binary.BigEndian
	require.True(t, capture.IsCapture(section(order)))
	require.True(t, capture.IsCapture(pcapFile(order, microseconds, 1)))
	require.True(t, capture.IsCapture(pcapFile(binary.LittleEndian, nanoseconds, 1)))
	require.False(t, capture.IsCapture([]byte("0217")))
	require.False(t, capture.IsCapture(section(order)[:3]))
}

// Whatever is in a file, reading it ends, and gives no more than the file has.
func FuzzReader(f *testing.F) {
	for _, order := range []byteOrder{binary.LittleEndian, binary.BigEndian} {
		for _, row := range frames {
			b := unhex(f, row.hex)
			f.Add(pcapFile(order, microseconds, row.link, b))
			f.Add(slices.Concat(section(order), networkInterface(order, uint16(row.link), 9, 0, 1, 0, 9, 0, 0, 0), packet(order, 0, 1, b), simplePacket(order, b)))
		}
	}
	f.Fuzz(func(t *testing.T, file []byte) {
		all, _ := readAll(t, file)
		total := 0
		for _, d := range all {
			total += len(d.Data)
			require.LessOrEqual(t, len(d.Data), d.Len)
			require.True(t, d.From.IsValid() && d.To.IsValid())
		}
		require.LessOrEqual(t, total, len(file))
	})
}
