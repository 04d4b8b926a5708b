package mqttsn_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	. "mqttsn-gateway/mqttsn"
)

// malformed are the packets of section 15 of our reference that have no meaning, and some more. Those that it wants a
// gateway to answer are well formed for the codec, and rows of examples.
var malformed = []struct {
	hex  string
	want error
}{
	{"", ErrTruncated},
	{"00", ErrLength},
	{"00 04", ErrLength},
	{"01", ErrTruncated},
	{"01 00", ErrTruncated},
	{"01 00 04", ErrTruncated},
	{"02", ErrTruncated},
	{"01 00 03 17", ErrLength},
	{"01 00 00 17", ErrLength},
	{"01 00 05 17", ErrTruncated},
	{"01 00 04 17 00", ErrTrailing},
	{"05 00 01 03", ErrTruncated},
	{"02 16 00", ErrTrailing},
	{"FF 0C 00 00 01 00 00" + strings.Repeat(" 42", 250), ErrTrailing}, // 257 octets that claim 255, seen in the field
	{"04 04 04 01", ErrTruncated},
	{"06 0C 00 00 01 00", ErrTruncated},
	{"04 12 00 00", ErrTruncated},
	{"06 12 01 00 01 0A", ErrBadTopic},
	{"08 12 02 00 01 61 62 63", ErrBadTopic},
	{"07 12 03 00 01 61 62", ErrBadTopic},
	{"05 14 01 00 01", ErrBadTopic},
	{"02 02", ErrTruncated},
	{"05 0A 00 00 00", ErrTruncated},
	{"03 18 0E", ErrTruncated},
	{"05 18 0E 10 00", ErrTrailing},
	{"05 05 00 00 00", ErrTrailing},
	{"03 06 00", ErrTrailing},
	{"03 17 00", ErrTrailing},
	{"02 1B", ErrTruncated}, // of version 1.1, before there was a return code
	{"02 03", ErrUnknownType},
	{"02 11", ErrUnknownType},
	{"02 19", ErrUnknownType},
	{"02 1E", ErrUnknownType},
	{"02 FF", ErrUnknownType},
	{"02 FE", ErrTruncated},
	{"02 FE 00", ErrForward},
	{"03 FE 00", ErrTruncated},
	{"04 FE 00 13 02", ErrTruncated},
	{"04 FE 00 13 02 17 00", ErrTrailing},
	{"04 FE 00 13 00", ErrLength},
	{"01 00 06 FE 00 13 02 17", ErrForward},
	{"05 FE 00 00 13 05 FE 00 00 14 02 16", ErrForward},
	{"04 FE 00 13 01 00 04 FE", ErrForward},
}

func TestMalformed(t *testing.T) {
	for _, tt := range malformed {
		p, err := Parse(octets(tt.hex))
		require.ErrorIs(t, err, tt.want, tt.hex)
		require.Nil(t, p, tt.hex)
	}
}

// A SUBSCRIBE or UNSUBSCRIBE with an impossible topic can still be answered.
func TestBadTopicKeepsMsgID(t *testing.T) {
	var sub Subscribe
	require.ErrorIs(t, sub.Parse(octets("22 12 34 61 62 63")), ErrBadTopic)
	require.Equal(t, Subscribe{Flags: QoS1.Flags() | ShortName.Flags(), MsgID: 0x1234}, sub)

	var unsub Unsubscribe
	require.ErrorIs(t, unsub.Parse(octets("03 12 34 61 62")), ErrBadTopic)
	require.Equal(t, uint16(0x1234), unsub.MsgID)
}

func TestReservedTypesAreSplit(t *testing.T) {
	typ, body, err := Split(octets("03 1E 07"))
	require.NoError(t, err)
	require.Equal(t, Type(0x1E), typ)
	require.Equal(t, octets("07"), body)
	require.Equal(t, "0x1E", typ.String())
}

// Whatever is cut off a datagram, what is left is not a packet.
func TestTruncatedDatagrams(t *testing.T) {
	for _, ex := range examples {
		wire := octets(ex.hex)
		for n := range wire {
			if n > 20 && n < len(wire)-20 {
				continue // within a long payload
			}
			_, err := Parse(wire[:n])
			require.Error(t, err, "first %d octets of %s", n, ex.name)
		}
	}
}

// A body that ends early, in a datagram whose length is right, is refused if a field is missing, and never more than
// the body is read.
func TestTruncatedBodies(t *testing.T) {
	for _, ex := range examples {
		typ, body, err := Split(octets(ex.hex))
		require.NoError(t, err)
		if typ == TypeForward {
			continue // its body is the datagram
		}
		for n := range min(len(body), 20) {
			cut := slices.Clone(body[:n:n])
			p, _ := Parse(octets(ex.hex))
			if p.Parse(cut) == nil {
				requireStable(t, p)
			}
		}
	}
}

// No single wrong bit makes the codec panic, or yields a packet that it cannot write again.
func TestBitFlips(t *testing.T) {
	var vectors []string
	for _, ex := range examples {
		vectors = append(vectors, ex.hex)
	}
	for _, tt := range malformed {
		vectors = append(vectors, tt.hex)
	}
	for _, v := range vectors {
		wire := octets(v)
		for i := range min(len(wire), 20) * 8 {
			wire[i/8] ^= 0x80 >> (i % 8)
			if p, err := Parse(wire); err == nil {
				requireStable(t, p)
			}
			wire[i/8] ^= 0x80 >> (i % 8)
		}
	}
}

// requireStable checks that a parsed packet, encoded and parsed again, is the same.
func requireStable(t *testing.T, p Packet) {
	t.Helper()
	wire, err := Encode(p)
	require.NoError(t, err)
	require.Equal(t, len(wire), p.Len())
	again, err := Parse(wire)
	require.NoError(t, err, "%v encoded as % x", p, wire)
	require.Equal(t, p.String(), again.String())
	twice, err := Encode(again)
	require.NoError(t, err)
	require.Equal(t, wire, twice)
}

func FuzzParse(f *testing.F) {
	for _, ex := range examples {
		f.Add(octets(ex.hex))
	}
	for _, tt := range lenient {
		f.Add(octets(tt.hex))
	}
	for _, tt := range malformed {
		f.Add(octets(tt.hex))
	}
	f.Fuzz(func(t *testing.T, datagram []byte) {
		if p, err := Parse(datagram); err == nil {
			requireStable(t, p)
		}
	})
}
