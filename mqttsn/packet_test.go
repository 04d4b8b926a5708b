package mqttsn_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	. "mqttsn-gateway/mqttsn"
)

// tooLong are packets with one octet more than a Length field can count.
var tooLong = []Packet{
	&GwInfo{GwAdd: make([]byte, MaxLen-4)},
	&Connect{ClientID: make([]byte, MaxLen-7)},
	&WillTopic{Topic: make([]byte, MaxLen-4)},
	&WillMsg{Msg: make([]byte, MaxLen-3)},
	&Register{TopicName: make([]byte, MaxLen-7)},
	&Publish{Data: make([]byte, MaxLen-8)},
	&Subscribe{TopicName: make([]byte, MaxLen-6)},
	&Unsubscribe{TopicName: make([]byte, MaxLen-6)},
	&Pingreq{ClientID: make([]byte, MaxLen-3)},
	&WillTopicUpd{Topic: make([]byte, MaxLen-4)},
	&WillMsgUpd{Msg: make([]byte, MaxLen-3)},
}

func TestTooLongIsNotEncoded(t *testing.T) {
	for _, p := range tooLong {
		require.Equal(t, MaxLen+1, p.Len(), p.Type())
		require.Equal(t, []byte("before"), p.Append([]byte("before")), p.Type())
		_, err := Encode(p)
		require.ErrorIs(t, err, ErrTooLong, p.Type())
	}
}

func TestLongNodeID(t *testing.T) {
	p := &Forward{NodeID: make([]byte, MaxNodeID), Inner: octets("02 17")}
	requireStable(t, p)
	p.NodeID = make([]byte, MaxNodeID+1)
	_, err := Encode(p)
	require.ErrorIs(t, err, ErrTooLong)
}

// The short header ends at 255 octets; 256 and 257 are lengths that no packet of ours has.
func TestHeaderBoundary(t *testing.T) {
	for data, want := range map[int]int{247: 254, 248: 255, 249: 258, 250: 259} {
		p := &Publish{Data: make([]byte, data)}
		require.Equal(t, want, p.Len())
		requireStable(t, p)
	}
}

func TestFlags(t *testing.T) {
	for _, q := range []QoS{QoSMinus1, QoS0, QoS1, QoS2} {
		for _, typ := range []TopicIDType{Normal, Predefined, ShortName} {
			f := q.Flags() | typ.Flags() | FlagRetain
			require.Equal(t, q, f.QoS())
			require.Equal(t, typ, f.TopicIDType())
			require.True(t, f.Retain())
			require.False(t, f.DUP() || f.Will() || f.CleanSession())
		}
	}
	require.Equal(t, Flags(0x60), QoSMinus1.Flags())
	require.True(t, FlagDUP.DUP() && FlagWill.Will() && FlagCleanSession.CleanSession())
}

func TestShortTopic(t *testing.T) {
	id, ok := ShortTopic("t1")
	require.True(t, ok)
	require.Equal(t, uint16(0x7431), id)
	require.Equal(t, "t1", ShortTopicName(id))
	for _, name := range []string{"", "t", "t12", "é1"} {
		_, ok := ShortTopic(name)
		require.False(t, ok, name)
	}
}

func TestGwInfoAddress(t *testing.T) {
	for _, tt := range []struct{ add, want string }{
		{"", ""},
		{"C0 A8 01 0A 27 10", "C0 A8 01 0A 27 10"},
		{"02 00 00", "00 00"},          // with a length in front
		{"02 00 01 02", "02 00 01 02"}, // not a length
		{"00", "00"},
	} {
		require.Equal(t, octets(tt.want), GwInfo{GwAdd: octets(tt.add)}.Address())
	}
}

// Splitting, parsing and appending allocate nothing, whatever the packet.
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
	wire, buf := octets("0B 0C 20 00 01 00 02 32 31 2E 35"), make([]byte, 0, 64)
	require.Zero(t, testing.AllocsPerRun(100, func() { buf = answerPublish(buf[:0], wire) }))
	require.Equal(t, octets("07 0D 00 01 00 02 00"), buf)
}

func answerPublish(b, datagram []byte) []byte {
	typ, body, err := Split(datagram)
	var p Publish
	if err != nil || typ != TypePublish || p.Parse(body) != nil {
		return b
	}
	return Puback{TopicID: p.TopicID, MsgID: p.MsgID}.Append(b)
}

func BenchmarkAnswerPublish(b *testing.B) {
	wire, buf := octets("0B 0C 20 00 01 00 02 32 31 2E 35"), make([]byte, 0, 64)
	b.ReportAllocs()
	for b.Loop() {
		buf = answerPublish(buf[:0], wire)
	}
}
