package main

import (
	"context"
	"io"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"mqttsn-gateway/mqttsn"
)

func TestPub(t *testing.T) {
	file := filepath.Join(t.TempDir(), "message")
	require.NoError(t, os.WriteFile(file, []byte("\x00\xff\n"), 0o600))
	const (
		connect    = "CONNECT client=th1 duration=60 clean"
		disconnect = "DISCONNECT"
	)
	for line, want := range map[string][]string{
		"pub -i th1 -t a/b -m 21.5": {connect, `REGISTER topic="a/b" msgid=N`, `PUBLISH topic=normal:1 qos=0 "21.5"`, disconnect},
		"pub -i th1 -t größe -m ü -q 1 -r": {connect, `REGISTER topic="größe" msgid=N`,
			`PUBLISH topic=normal:1 qos=1 msgid=N retain "ü"`, disconnect},
		"pub -i th1 -t t1 -n -q 2": {connect, `REGISTER topic="t1" msgid=N`,
			`PUBLISH topic=normal:1 qos=2 msgid=N ""`, "PUBREL msgid=N", disconnect},
		"pub -i th1 --short t1 -f " + file:              {connect, `PUBLISH topic=short:t1 qos=0 "\x00\xff\n"`, disconnect},
		"pub -i th1 --predefined 7 -s":                  {connect, `PUBLISH topic=predefined:7 qos=0 "one\ntwo\n"`, disconnect},
		"pub -i th1 --predefined 7=a/b -l -q 1 -c -k 5": {"CONNECT client=th1 duration=5", `PUBLISH topic=predefined:7 qos=1 msgid=N "one"`, `PUBLISH topic=predefined:7 qos=1 msgid=N "two"`, disconnect},
		"pub --predefined 7 -m x -q -1":                 {`PUBLISH topic=predefined:7 qos=-1 "x"`},
		"pub --short t1 -l -q -1":                       {`PUBLISH topic=short:t1 qos=-1 "one"`, `PUBLISH topic=short:t1 qos=-1 "two"`},
		"pub -i th1 --short t1 -m x --will-topic w --will-payload gone --will-qos 1 --will-retain": {"CONNECT client=th1 duration=60 clean will",
			`WILLTOPIC topic="w" qos=1 retain`, `WILLMSG "gone"`, `PUBLISH topic=short:t1 qos=0 "x"`, disconnect},
	} {
		g := startGateway(t)
		code, stdout, stderr := g.run(t, line, "one\ntwo\n")
		require.Zero(t, code, "%s: %s", line, stderr)
		require.Empty(t, stdout+stderr, line)
		g.waitFor(t, want[len(want)-1])
		require.Equal(t, want, g.take(), line)
	}
}

func TestPubFails(t *testing.T) {
	for line, c := range map[string]struct {
		typ    mqttsn.Type
		answer func(mqttsn.Packet) []mqttsn.Packet
		want   string
	}{
		"pub -t a -m x": {mqttsn.TypeConnect, saying(&mqttsn.Connack{ReturnCode: mqttsn.Congestion}), "the gateway at HOST refuses the connection: congestion; try again in some minutes"},
		"pub -t a/b -m x": {mqttsn.TypeRegister, func(p mqttsn.Packet) []mqttsn.Packet {
			return []mqttsn.Packet{&mqttsn.Regack{MsgID: p.(*mqttsn.Register).MsgID, ReturnCode: mqttsn.NotSupported}}
		}, "the gateway at HOST refuses the message on a/b: not supported"},
		"pub --predefined 7 -m x -q 1": {mqttsn.TypePublish, func(p mqttsn.Packet) []mqttsn.Packet {
			return []mqttsn.Packet{&mqttsn.Puback{TopicID: 7, MsgID: p.(*mqttsn.Publish).MsgID, ReturnCode: mqttsn.InvalidTopicID}}
		}, "the gateway at HOST refuses the message on predefined:7: invalid topic id"},
		"pub --short ab -m x -q 2": {mqttsn.TypePublish, func(p mqttsn.Packet) []mqttsn.Packet {
			return []mqttsn.Packet{&mqttsn.Puback{MsgID: p.(*mqttsn.Publish).MsgID, ReturnCode: 0x80}}
		}, "the gateway at HOST refuses the message on ab: return code 0x80"},
		"pub --short ab -m y -q 1": {mqttsn.TypePublish, saying(&mqttsn.Disconnect{}), "the gateway at HOST has ended the session"},
		"pub -t a -m x --retries 1": {mqttsn.TypeConnect, saying(),
			"no answer from HOST, however often it was asked"},
		"pub -t a -m x --retries 0": {mqttsn.TypeConnect, saying(),
			"no answer from HOST, however often it was asked"},
		"pub -t a -s":                   {want: "the message on a is too long for a datagram"},
		"pub -t a -l":                   {want: "standard input: bufio.Scanner: token too long"},
		"pub -t a -f /there/is/nothing": {want: "open /there/is/nothing: no such file or directory"},
	} {
		g := startGateway(t)
		g.say(c.typ, c.answer)
		code, stdout, stderr := g.run(t, line, strings.Repeat("x", maxDatagram))
		require.Equal(t, exitFailed, code, line)
		require.Empty(t, stdout, line)
		require.Equal(t, "mqttsn: "+strings.ReplaceAll(c.want, "HOST", g.conn.LocalAddr().String())+"\n", stderr, line)
	}
}

// Nobody needs to wait for all retries to learn that nobody listens.
func TestNoGateway(t *testing.T) {
	conn, err := net.ListenPacket("udp", "127.0.0.1:0")
	require.NoError(t, err)
	_, port, err := net.SplitHostPort(conn.LocalAddr().String())
	require.NoError(t, err)
	require.NoError(t, conn.Close())
	for _, line := range []string{
		"pub -t a -m x --retry-interval 1h", "sub -t a --retry-interval 1h", "sleep -t a --retry-interval 1h",
		"ping --retry-interval 1h", "search -W 0",
	} {
		code, _, stderr := command(t, line+" -h 127.0.0.1 -p "+port)
		require.Equal(t, exitFailed, code, line)
		require.Contains(t, stderr, "mqttsn: no gateway at 127.0.0.1:"+port+": connection refused\n", line)
	}
}

// A session that is lost while lines are still coming is replaced, and nothing of QoS 1 is lost with it.
func TestPubLinesGoOn(t *testing.T) {
	g := startGateway(t)
	times := 0
	g.say(mqttsn.TypePublish, func(p mqttsn.Packet) []mqttsn.Packet {
		if times++; times == 1 {
			return []mqttsn.Packet{&mqttsn.Disconnect{}}
		}
		return []mqttsn.Packet{&mqttsn.Puback{MsgID: p.(*mqttsn.Publish).MsgID}}
	})
	stdin, lines := io.Pipe()
	var stderr strings.Builder
	done := make(chan int)
	go func() {
		done <- execute(context.Background(), strings.Fields(g.args("pub -i th1 --short t1 -l -q 1")), stdin, io.Discard, &stderr)
	}()
	_, err := io.WriteString(lines, "one\ntwo\n")
	require.NoError(t, err)
	g.waitFor(t, `PUBLISH topic=short:t1 qos=1 msgid=N "two"`)
	require.NoError(t, lines.Close())
	require.Zero(t, <-done, stderr.String())
	require.Equal(t, []string{
		"CONNECT client=th1 duration=60 clean",
		`PUBLISH topic=short:t1 qos=1 msgid=N "one"`,
		"CONNECT client=th1 duration=60 clean",
		`PUBLISH topic=short:t1 qos=1 msgid=N "one"`,
		`PUBLISH topic=short:t1 qos=1 msgid=N "two"`,
		"DISCONNECT",
	}, g.take())
	require.Equal(t, "mqttsn: connection lost: disconnected by the gateway; connecting again\nmqttsn: connected again\n", stderr.String())
}

func TestDebug(t *testing.T) {
	g := startGateway(t)
	_, _, stderr := g.run(t, "pub -i th1 --short t1 -m 21.5 -q 1 -d")
	stderr = number.ReplaceAllString(stderr, "msgid=N")
	require.Regexp(t, `^\d\d:\d\d:\d\d\.\d{3} > CONNECT client=th1 duration=60 clean
\S+ < CONNACK accepted
\S+ > PUBLISH topic=short:t1 qos=1 msgid=N "21\.5"
\S+ < PUBACK accepted id=29745 msgid=N
\S+ > DISCONNECT
\S+ < DISCONNECT
$`, stderr)
}
