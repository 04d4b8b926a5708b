package v2_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	. "mqttsn-gateway/mqttsn/v2"
)

// tooLong are packets with one octet more than a Length field can count.
var tooLong = []Packet{
	&Connect{ClientID: make([]byte, MaxLen-11)},
	&Connect{HasWill: true, Will: Will{Payload: make([]byte, MaxLen-16)}},
	&Connect{HasWill: true, Will: Will{Topic: named(strings.Repeat("t", MaxLen-16))}},
	&Connect{HasAuth: true, Auth: Authentication{Data: make([]byte, MaxLen-14)}},
	&Connack{ClientID: make([]byte, MaxLen-7)},
	&Auth{Authentication: Authentication{Data: make([]byte, MaxLen-7)}},
	&Register{TopicName: make([]byte, MaxLen-6)},
	&Publish{Payload: make([]byte, MaxLen-6)},
	&Publish{Topic: named(strings.Repeat("t", MaxLen-6))},
	&Pubwos{Payload: make([]byte, MaxLen-6)},
	&Subscribe{Topic: named(strings.Repeat("t", MaxLen-6))},
	&Unsubscribe{Topic: named(strings.Repeat("t", MaxLen-6))},
	&Disconnect{Text: make([]byte, MaxLen-4)},
	&SearchGw{Network: make([]byte, MaxLen-3)},
	&GwInfo{Address: make([]byte, MaxLen-4)},
	&Connection{Inner: make([]byte, MaxLen-5)},
	&Forwarder{Inner: make([]byte, MaxLen-4)},
	&Protection{Scheme: CMAC128, Protected: make([]byte, MaxLen-33), Tag: make([]byte, 16)},
}

func TestTooLongIsNotEncoded(t *testing.T) {
	for _, p := range tooLong {
		require.Equal(t, MaxLen+1, p.Len(), p.Type())
		require.Equal(t, []byte("before"), p.Append([]byte("before")), p.Type())
		_, err := Encode(p)
		require.ErrorIs(t, err, ErrUnencodable, p.Type())
	}
}

// unencodable are packets with a part that its own length field or code cannot express, beside ones that are just right.
func TestUnencodable(t *testing.T) {
	inner, method := octets("04 0c 22 22"), repeat('m', 255)
	require.NoError(t, encodable(&Forwarder{Address: make([]byte, MaxForwarderAddress), Inner: inner}))
	require.NoError(t, encodable(&Auth{Authentication: Authentication{Method: method}}))
	require.NoError(t, encodable(&Protection{Scheme: HMACSHA256, Protected: inner, Tag: make([]byte, 30)}))

	for _, p := range []Packet{
		&Forwarder{Address: make([]byte, MaxForwarderAddress+1), Inner: inner},
		&Connect{HasAuth: true, Auth: Authentication{Method: append(method, 'm')}},
		&Connack{HasAuth: true, Auth: Authentication{Method: append(method, 'm')}},
		&Auth{Authentication: Authentication{Method: append(method, 'm')}},
		&Protection{Scheme: HMACSHA256, Protected: inner, Tag: make([]byte, 6)},
		&Protection{Scheme: HMACSHA256, Protected: inner, Tag: make([]byte, 9)},
		&Protection{Scheme: HMACSHA256, Protected: inner, Tag: make([]byte, 34)},
		&Protection{Scheme: HMACSHA256, Protected: inner},
		&Protection{Scheme: CMAC128, Protected: inner, Tag: make([]byte, 18)},
		&Protection{Scheme: AESGCM128128, Protected: inner, Tag: make([]byte, 8)},
		&Protection{Scheme: 0x3C, Protected: inner, Tag: make([]byte, 8)},
		&Protection{Scheme: CMAC128, Material: make([]byte, 3), Protected: inner, Tag: make([]byte, 16)},
		&Protection{Scheme: CMAC128, CounterLen: 1, Protected: inner, Tag: make([]byte, 16)},
	} {
		require.ErrorIs(t, encodable(p), ErrUnencodable, "%#v", p)
	}
}

func encodable(p Packet) error {
	_, err := Encode(p)
	return err
}

// Every length of a truncated tag, by its code (3.17.2.3-6).
func TestTagLengths(t *testing.T) {
	for code, octets := range map[byte]int{4: 8, 5: 10, 6: 12, 7: 14, 8: 16, 9: 18, 10: 20, 11: 22, 12: 24, 13: 26, 14: 28, 15: 30} {
		p := &Protection{Scheme: HMACSHA3256, Material: []byte{}, Protected: make([]byte, 2), Tag: make([]byte, octets)}
		wire, err := Encode(p)
		require.NoError(t, err)
		require.Equal(t, code<<4, wire[2])
		requireStable(t, p)
	}
}

// The short header ends at 255 octets; 256 and 257 are lengths that no packet of ours has (1.2 of our reference).
func TestHeaderBoundary(t *testing.T) {
	for payload, want := range map[int]int{249: 254, 250: 255, 251: 258, 252: 259} {
		p := &Publish{Payload: make([]byte, payload)}
		require.Equal(t, want, p.Len())
		requireStable(t, p)
	}
}

// Values that do not fit their bits do not run over into the bits of others.
func TestValuesKeepToTheirBits(t *testing.T) {
	for want, p := range map[string]Packet{
		"05 03 03 00 00":                               &Publish{Topic: Topic{Type: 0xFF}}, // a name of no length
		"07 03 20 00 01 00 00":                         &Publish{QoS: 5, PacketID: 1},
		"07 08 2c 00 01 00 00":                         &Subscribe{QoS: 5, PacketID: 1, RetainHandling: 7},
		"0f 01 02 04 00 01 02 00 01 00 00 00 00 00 00": &Connect{PacketID: 1, KeepAlive: 1, HasWill: true, Will: Will{QoS: 5}},
	} {
		require.Equal(t, len(octets(want)), p.Len(), p)
		require.Equal(t, octets(want), p.Append(nil), p)
	}
}

// Splitting, parsing and appending allocate nothing, whatever the packet, but for the look at what is inside another.
func TestNoAllocation(t *testing.T) {
	for _, ex := range examples {
		wire, buf := octets(ex.hex), make([]byte, 0, MaxLen)
		p, err := Parse(wire)
		require.NoError(t, err)
		allocs := testing.AllocsPerRun(10, func() {
			_, body, _ := Split(wire)
			_ = p.Parse(body)
			buf = p.Append(buf[:0])
		})
		require.Zero(t, allocs, ex.name)
		require.Equal(t, wire, buf, ex.name)
	}
}

// A packet in a local variable stays on the stack.
func TestLocalPacketDoesNotEscape(t *testing.T) {
	wire, buf := octets("0b 03 20 00 02 00 21 32 31 2e 35"), make([]byte, 0, 64)
	require.Zero(t, testing.AllocsPerRun(100, func() { buf = answerPublish(buf[:0], wire) }))
	require.Equal(t, octets("04 04 00 02"), buf)
}

func answerPublish(b, datagram []byte) []byte {
	typ, body, err := Split(datagram)
	var p Publish
	if err != nil || typ != TypePublish || p.Parse(body) != nil {
		return b
	}
	return Puback{PacketID: p.PacketID}.Append(b)
}

func BenchmarkAnswerPublish(b *testing.B) {
	wire, buf := octets("0b 03 20 00 02 00 21 32 31 2e 35"), make([]byte, 0, 64)
	b.ReportAllocs()
	for b.Loop() {
		buf = answerPublish(buf[:0], wire)
	}
}
