package main

import (
	"errors"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"mqttsn-gateway/mqttsn"
)

func TestSub(t *testing.T) {
	messages := []mqttsn.Packet{
		&mqttsn.Register{TopicID: 3, MsgID: 1, TopicName: []byte("größe")},
		&mqttsn.Publish{TopicID: 3, Data: []byte("21.5")},
		message("t1", "", mqttsn.QoS0.Flags()),
		&mqttsn.Publish{Flags: mqttsn.Predefined.Flags(), TopicID: 7, Data: []byte("\x00\xff")},
		&mqttsn.Publish{Flags: mqttsn.Predefined.Flags() | mqttsn.QoS1.Flags(), TopicID: 8, MsgID: 2, Data: []byte("eight")},
	}
	for line, want := range map[string]string{
		"sub -t # -C 4":                     "21.5\n\n\x00\xff\neight\n",
		"sub -t # -C 4 -v":                  "größe 21.5\nt1 (null)\npredefined:7 \x00\xff\npredefined:8 eight\n",
		"sub --predefined 7=a/b -C 4 -v -N": "größe 21.5t1 (null)a/b \x00\xffpredefined:8 eight",
		"sub --short t1 -C 1 -q 2":          "21.5\n",
	} {
		g := startGateway(t)
		g.keep(messages)
		code, stdout, stderr := g.run(t, line)
		require.Zero(t, code, "%s: %s", line, stderr)
		require.Equal(t, want, stdout, line)
		require.Empty(t, stderr, line)
	}
}

func TestSubAsks(t *testing.T) {
	g := startGateway(t)
	g.keep(nil, nil, nil, []mqttsn.Packet{message("t1", "x", mqttsn.QoS2.Flags())})
	code, _, stderr := g.run(t, "sub -i th1 -c -t a/# -t b --predefined 7 --short t1 -q 2 -C 1")
	require.Zero(t, code, stderr)
	g.waitFor(t, "DISCONNECT")
	require.Equal(t, []string{
		"CONNECT client=th1 duration=60",
		`SUBSCRIBE topic="a/#" qos=2 msgid=N`,
		`SUBSCRIBE topic="b" qos=2 msgid=N`,
		`SUBSCRIBE topic=predefined:7 qos=2 msgid=N`,
		`SUBSCRIBE topic=short:t1 qos=2 msgid=N`,
		"PUBREC msgid=0",
		"DISCONNECT",
	}, g.take())
}

func TestSubTimesOut(t *testing.T) {
	g := startGateway(t)
	g.keep([]mqttsn.Packet{message("t1", "x", 0)})
	code, stdout, stderr := g.run(t, "sub -t a -W 1")
	require.Equal(t, exitTimeout, code)
	require.Equal(t, "x\n", stdout)
	require.Equal(t, "mqttsn: timed out\n", stderr)

	g.say(mqttsn.TypeConnect, saying())
	code, _, stderr = g.run(t, "sub -t a -W 1 --retry-interval 1h")
	require.Equal(t, exitTimeout, code)
	require.Equal(t, "mqttsn: timed out\n", stderr)
}

func TestSubRefused(t *testing.T) {
	g := startGateway(t)
	suback := func(code mqttsn.ReturnCode) func(p mqttsn.Packet) []mqttsn.Packet {
		return func(p mqttsn.Packet) []mqttsn.Packet {
			return []mqttsn.Packet{&mqttsn.Suback{MsgID: p.(*mqttsn.Subscribe).MsgID, ReturnCode: code}, message("t1", "x", 0)}
		}
	}
	g.say(mqttsn.TypeSubscribe, suback(mqttsn.InvalidTopicID))
	code, _, stderr := g.run(t, "sub --predefined 7")
	require.Equal(t, exitFailed, code)
	require.Equal(t, "mqttsn: the gateway at "+g.conn.LocalAddr().String()+" refuses the subscription to predefined:7: invalid topic id\n", stderr)

	g.say(mqttsn.TypeSubscribe, suback(mqttsn.Accepted))
	code, _, stderr = g.run(t, "sub -t a -q 1 -C 1")
	require.Zero(t, code)
	require.Equal(t, "mqttsn: a comes with QoS 0 at most, the gateway says\n", stderr)
}

// A gateway that has forgotten us, after a restart for instance, is asked for the same again.
func TestSubGoesOn(t *testing.T) {
	g := startGateway(t)
	g.keep([]mqttsn.Packet{&mqttsn.Disconnect{}}, []mqttsn.Packet{message("t1", "x", 0)})
	code, stdout, stderr := g.run(t, "sub -i th1 -t a -C 1")
	require.Zero(t, code)
	require.Equal(t, "x\n", stdout)
	require.True(t, strings.HasPrefix(stderr, "mqttsn: connection lost: disconnected by the gateway; connecting again\n"), stderr)
	g.waitFor(t, "DISCONNECT")
	require.Equal(t, []string{
		"CONNECT client=th1 duration=60 clean", `SUBSCRIBE topic="a" qos=0 msgid=N`,
		"CONNECT client=th1 duration=60 clean", `SUBSCRIBE topic="a" qos=0 msgid=N`, "DISCONNECT",
	}, g.take())
}

type brokenWriter struct{}

func (brokenWriter) Write([]byte) (int, error) { return 0, errors.New("the pipe is broken") }

func TestSubCannotPrint(t *testing.T) {
	g := startGateway(t)
	g.keep([]mqttsn.Packet{message("t1", "x", 0)})
	var stderr strings.Builder
	code := execute(t.Context(), strings.Fields(g.args("sub -t a")), strings.NewReader(""), brokenWriter{}, &stderr)
	require.Equal(t, exitFailed, code)
	require.Equal(t, "mqttsn: the pipe is broken\n", stderr.String())
}
