package serial

import (
	"bytes"
	"encoding/hex"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"mqttsn-gateway/radio"
)

func unhex(t testing.TB, s string) []byte {
	t.Helper()
	b, err := hex.DecodeString(strings.ReplaceAll(s, " ", ""))
	require.NoError(t, err)
	return b
}

// frameTable holds the worked examples of the framings' reference, 17.6, and COBS at the edges of its blocks.
var frameTable = []struct {
	name     string
	framing  Framing
	datagram string
	frame    string
}{
	{"PINGREQ", SLIP, "02 16", "C0 02 16 C0"},
	{"PINGREQ", COBS, "02 16", "03 02 16 00"},
	{"PINGREQ", HDLC, "02 16", "7E 02 16 40 49 7E"},
	{"ADVERTISE", SLIP, "05 00 01 03 84", "C0 05 00 01 03 84 C0"},
	{"ADVERTISE", COBS, "05 00 01 03 84", "02 05 04 01 03 84 00"},
	{"ADVERTISE", HDLC, "05 00 01 03 84", "7E 05 00 01 03 84 BB 5B 7E"},
	{"PUBLISH", SLIP, "0B 0C 00 00 01 00 00 32 31 2E 35", "C0 0B 0C 00 00 01 00 00 32 31 2E 35 C0"},
	{"PUBLISH", COBS, "0B 0C 00 00 01 00 00 32 31 2E 35", "03 0B 0C 01 02 01 01 05 32 31 2E 35 00"},
	{"PUBLISH", HDLC, "0B 0C 00 00 01 00 00 32 31 2E 35", "7E 0B 0C 00 00 01 00 00 32 31 2E 35 56 7D 5D 7E"},
	{"delimiters", SLIP, "0B 0C 20 00 01 00 02 C0 DB 7E 7D", "C0 0B 0C 20 00 01 00 02 DB DC DB DD 7E 7D C0"},
	{"delimiters", COBS, "0B 0C 20 00 01 00 02 C0 DB 7E 7D", "04 0B 0C 20 02 01 06 02 C0 DB 7E 7D 00"},
	{"delimiters", HDLC, "0B 0C 20 00 01 00 02 C0 DB 7E 7D", "7E 0B 0C 20 00 01 00 02 C0 DB 7D 5E 7D 5D DA B5 7E"},
	{"CRC", SLIPCRC, "02 16", "C0 02 16 40 49 C0"},
	{"CRC", COBSCRC, "02 16", "05 02 16 40 49 00"},
	{"one zero", COBS, "00", "01 01 00"},
	{"ends with a zero", COBS, "11 00", "02 11 01 00"},
	{"253 octets", COBS, strings.Repeat("11", 253), "FE" + strings.Repeat("11", 253) + "00"},
	{"254 octets", COBS, strings.Repeat("11", 254), "FF" + strings.Repeat("11", 254) + "00"},
	{"255 octets", COBS, strings.Repeat("11", 255), "FF" + strings.Repeat("11", 254) + "02 11 00"},
	{"254 octets and a zero", COBS, strings.Repeat("11", 254) + "00", "FF" + strings.Repeat("11", 254) + "01 01 00"},
}

// decoded collects what a decoder made of some octets.
type decoded struct {
	datagrams [][]byte
	errs      []error
}

func decode(d *Decoder, pieces ...[]byte) (got decoded) {
	for _, b := range pieces {
		d.Feed(b, func(datagram []byte, err error) {
			if err != nil {
				got.errs = append(got.errs, err)
				return
			}
			got.datagrams = append(got.datagrams, bytes.Clone(datagram))
		})
	}
	return got
}

func TestFrames(t *testing.T) {
	for _, c := range frameTable {
		t.Run(c.framing.String()+" "+c.name, func(t *testing.T) {
			datagram, frame := unhex(t, c.datagram), unhex(t, c.frame)
			require.Equal(t, frame, c.framing.Append(nil, datagram))
			require.Equal(t, decoded{datagrams: [][]byte{datagram}}, decode(c.framing.NewDecoder(300), frame))

			one := make([][]byte, len(frame)) // an octet at a time
			for i := range frame {
				one[i] = frame[i : i+1]
			}
			require.Equal(t, decoded{datagrams: [][]byte{datagram}}, decode(c.framing.NewDecoder(300), one...))
		})
	}
}

func TestDecoding(t *testing.T) {
	full := strings.Repeat("11", 254)
	for _, c := range []struct {
		name    string
		framing Framing
		line    string
		want    []string
		errs    []error
	}{
		{"delimiters alone", SLIP, "C0 C0 C0", nil, nil},
		{"no delimiter in front", SLIP, "02 16 C0", []string{"02 16"}, nil},
		{"one delimiter between", SLIP, "C0 02 16 C0 02 17 C0", []string{"02 16", "02 17"}, nil},
		{"escape before another octet", SLIP, "C0 02 DB 16 C0 02 16 C0", []string{"02 16"}, []error{ErrDamaged}},
		{"escape at the end", SLIP, "C0 02 DB C0 02 16 C0", []string{"02 16"}, []error{ErrDamaged}},
		{"254 octets and an empty block", COBS, "FF" + full + "01 00", []string{full}, nil},
		{"code past the end", COBS, "05 11 22 00 02 16 00", []string{"16"}, []error{ErrDamaged}},
		{"the empty datagram", COBS, "01 00 02 16 00", []string{"16"}, nil},
		{"CRC wrong", SLIPCRC, "C0 02 16 40 48 C0 02 16 40 49 C0", []string{"02 16"}, []error{ErrDamaged}},
		{"shorter than its CRC", COBSCRC, "02 16 00 05 02 16 40 49 00", []string{"02 16"}, []error{ErrDamaged}},
		{"shared flag", HDLC, "7E 02 16 40 49 7E 02 16 40 49 7E", []string{"02 16", "02 16"}, nil},
		{"octets stuffed without need", HDLC, "7E 7D 22 7D 36 40 49 7E", []string{"02 16"}, nil},
		{"aborted", HDLC, "7E 02 16 40 7D 7E 02 16 40 49 7E", []string{"02 16"}, []error{ErrDamaged}},
		{"FCS wrong", HDLC, "7E 03 16 40 49 7E 02 16 40 49 7E", []string{"02 16"}, []error{ErrDamaged}},
		{"noise in front", HDLC, "99 13 37 7E 02 16 40 49 7E", []string{"02 16"}, []error{ErrDamaged}},
		{"longer than allowed", SLIP, "C0" + full + full + "C0 02 16 C0", []string{"02 16"}, []error{radio.ErrTooLong}},
		{"endless", SLIP, strings.Repeat(full, 100) + "C0 02 16 C0", []string{"02 16"}, []error{radio.ErrTooLong}},
		{"as long as allowed, all stuffed", SLIP, strings.Repeat("DBDC", 300) + "C0", []string{strings.Repeat("C0", 300)}, nil},
	} {
		t.Run(c.framing.String()+" "+c.name, func(t *testing.T) {
			want := decoded{errs: c.errs}
			for _, s := range c.want {
				want.datagrams = append(want.datagrams, unhex(t, s))
			}
			require.Equal(t, want, decode(c.framing.NewDecoder(300), unhex(t, c.line)))
		})
	}
}

func TestCRCCheckValue(t *testing.T) {
	require.EqualValues(t, 0x906E, crc16([]byte("123456789")))
	require.EqualValues(t, crcGood, crcUpdate(0xFFFF, appendCRC([]byte("123456789"))))
}

// No octet that is lost, added or changed on the line yields a wrong datagram where there is a CRC, and none costs more
// than the frame it hits and the next one.
func TestDamageIsNoticed(t *testing.T) {
	rnd := rand.New(rand.NewPCG(5, 17))
	for _, f := range []Framing{SLIPCRC, COBSCRC, HDLC} {
		datagrams := make(map[string]bool)
		var frames [][]byte
		for i := range 5 {
			d := []byte{byte(i), 0xC0, 0xDB, 0x7E, 0x7D, 0, 0, 0x11, byte(i)}
			datagrams[string(d)] = true
			frames = append(frames, f.Append(nil, d))
		}
		for range 2000 {
			line := bytes.Join(frames, nil)
			at := rnd.IntN(len(line))
			switch rnd.IntN(3) {
			case 0:
				line[at] ^= 1 << rnd.IntN(8)
			case 1:
				line = append(line[:at], line[at+1:]...)
			case 2:
				line = append(line[:at], append([]byte{byte(rnd.Uint32())}, line[at:]...)...)
			}
			got := decode(f.NewDecoder(64), line)
			require.GreaterOrEqual(t, len(got.datagrams), 3, "%v: % x", f, line)
			for _, d := range got.datagrams {
				require.True(t, datagrams[string(d)], "%v: % x gave % x", f, line, d)
			}
		}
	}
}

func TestFramingNames(t *testing.T) {
	for f := range Framing(len(framings)) {
		text, err := f.MarshalText()
		require.NoError(t, err)
		var back Framing
		require.NoError(t, back.UnmarshalText(text))
		require.Equal(t, f, back)
	}
	_, err := ParseFraming("ppp")
	require.ErrorContains(t, err, "slip-crc")
	require.Equal(t, "framing 99", Framing(99).String())
}

// FuzzDecoder feeds noise, then a frame: nothing panics, nothing longer than allowed comes out, the decoder's memory stays
// what it was, and the frame after a delimiter is found.
func FuzzDecoder(f *testing.F) {
	for _, c := range frameTable {
		f.Add(uint8(c.framing), unhex(f, c.frame), unhex(f, c.datagram), uint8(3))
	}
	f.Fuzz(func(t *testing.T, framing uint8, noise, datagram []byte, piece uint8) {
		const limit = 64
		fr := Framing(framing % uint8(len(framings)))
		if len(datagram) == 0 || len(datagram) > limit {
			datagram = []byte{0x02, 0x16}
		}
		d := fr.NewDecoder(limit)
		before := cap(d.raw)
		line := append(bytes.Clone(noise), framings[fr].delimiter)
		line = fr.Append(line, datagram)
		var last []byte
		for len(line) > 0 {
			n := min(int(piece)+1, len(line))
			got := decode(d, line[:n])
			line = line[n:]
			for _, g := range got.datagrams {
				if len(g) > limit {
					t.Fatalf("%v: a datagram of %d octets", fr, len(g))
				}
				last = g
			}
		}
		if !bytes.Equal(last, datagram) {
			t.Fatalf("%v: after noise % x came % x, want % x", fr, noise, last, datagram)
		}
		if cap(d.raw) != before {
			t.Fatalf("%v: the buffer grew from %d to %d octets", fr, before, cap(d.raw))
		}
	})
}
