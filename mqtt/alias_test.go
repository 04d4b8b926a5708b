package mqtt

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestAliasIn(t *testing.T) {
	c, far := openServerConn(t, V5, hello[V5], Config{TopicAliasMaximum: 2})
	for _, tt := range []struct{ says, topic string }{
		{"30 07 0001 61 03 23 0001", "a"},
		{"30 07 0001 62 03 23 0002", "b"},
		{"30 06 0000 03 23 0001", "a"},
		{"30 06 0000 03 23 0002", "b"},
		{"30 07 0001 63 03 23 0001", "c"}, // another meaning from now on
		{"30 06 0000 03 23 0001", "c"},
	} {
		far.says(tt.says)
		require.Equal(t, &Publish{Topic: tt.topic, Payload: []byte{}}, wantPacket[*Publish](t, c))
	}
	far.says("30 07 0001 61 03 23 0003")
	wantRefusal(t, c, TopicAliasInvalid)

	c, far = openServerConn(t, V5, hello[V5], Config{TopicAliasMaximum: 2})
	far.says("30 06 0000 03 23 0002")
	wantRefusal(t, c, ProtocolViolation)

	c, far = openServerConn(t, V5, hello[V5], Config{})
	far.says("30 07 0001 61 03 23 0001")
	wantRefusal(t, c, TopicAliasInvalid)
}

func TestAliasOut(t *testing.T) {
	connect := "10 10 0004 4d515454 05 02 0000 03 22 0002 0000"
	c, far := openServerConn(t, V5, connect, Config{TopicAliasMaximum: 10})
	for _, topic := range []string{"hello", "hello", "world", "other", "world", "tiny"} {
		p := &Publish{Topic: topic}
		require.NoError(t, c.Send(p))
		require.Equal(t, &Publish{Topic: topic}, p, "left as it was")
	}
	c.Flush()
	far.hears("30 0b 0005 68656c6c6f 03 23 0001")
	far.hears("30 06 0000 03 23 0001")
	far.hears("30 0b 0005 776f726c64 03 23 0002")
	far.hears("30 08 0005 6f74686572 00")
	far.hears("30 06 0000 03 23 0002")
	far.hears("30 07 0004 74696e79 00")
}

// An alias exists only once the packet that introduces it is on its way.
func TestAliasOfUnsent(t *testing.T) {
	connect := "10 15 0004 4d515454 05 02 0000 08 22 0002 27 00000014 0000"
	c, far := openServerConn(t, V5, connect, Config{TopicAliasMaximum: 10})
	require.ErrorIs(t, c.Send(&Publish{Topic: "hello", Payload: make([]byte, 20)}), ErrPacketTooLarge)
	require.NoError(t, c.Send(&Publish{Topic: "hello"}))
	c.Flush()
	far.hears("30 0b 0005 68656c6c6f 03 23 0001")
}

// Neither the number nor the length of the names that a connection remembers is the peer's to choose.
func TestAliasOutBounded(t *testing.T) {
	connect := "10 10 0004 4d515454 05 02 0000 03 22 ffff 0000"
	c, _ := openServerConn(t, V5, connect, Config{TopicAliasMaximum: 3})
	require.NoError(t, c.Send(&Publish{Topic: strings.Repeat("x", longestAliased+1)}))
	for i := range 10 {
		require.NoError(t, c.Send(&Publish{Topic: fmt.Sprint("topic", i)}))
	}
	require.Len(t, c.peer.aliases.numbers, 3)
}
