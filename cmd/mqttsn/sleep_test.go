package main

import (
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"mqttsn-gateway/mqttsn"
)

var clockTime = regexp.MustCompile(`(?m)^\d\d:\d\d:\d\d\.\d{3} `)

// sleepStory runs a command and returns all that it wrote, in the order in which it did, without times.
func sleepStory(t *testing.T, g *fakeGateway, line string) (code int, story string) {
	var all strings.Builder
	w := newLockedWriter(&all)
	code = execute(t.Context(), strings.Fields(g.args(line)), strings.NewReader(""), w, w)
	return code, clockTime.ReplaceAllString(all.String(), "")
}

func TestSleep(t *testing.T) {
	g := startGateway(t)
	g.keep(nil, []mqttsn.Packet{message("t1", "one", 0), message("t1", "two", mqttsn.QoS1.Flags())}, nil)
	code, story := sleepStory(t, g, "sleep -i th1 -t a -q 1 -v --for 20ms --cycles 3 --announce 7s")
	require.Zero(t, code)
	require.Equal(t, `connecting
active
subscribed to a with QoS 1
asleep for 20ms
awake
t1 one
t1 two
asleep for 20ms; messages: 2
awake
asleep for 20ms; messages: 0
awake
asleep for 20ms; messages: 0
disconnected
`, story)
	require.Equal(t, []string{
		"CONNECT client=th1 duration=60 clean",
		`SUBSCRIBE topic="a" qos=1 msgid=N`,
		"DISCONNECT duration=7",
		"PINGREQ client=th1", "PUBACK accepted id=29745 msgid=0",
		"PINGREQ client=th1",
		"PINGREQ client=th1",
		"DISCONNECT",
	}, g.take())
}

// By default the gateway is told to expect the retries too.
func TestSleepAnnounces(t *testing.T) {
	g := startGateway(t)
	code, _ := sleepStory(t, g, "sleep -t a --for 20ms --cycles 1 --retry-interval 2s --retries 2")
	require.Zero(t, code)
	require.Contains(t, g.take(), "DISCONNECT duration=7")
}

// What a gateway must not do, and what it may fail to do, is told.
func TestSleepWithABadGateway(t *testing.T) {
	g := startGateway(t)
	g.say(mqttsn.TypeDisconnect, func(p mqttsn.Packet) []mqttsn.Packet {
		return []mqttsn.Packet{&mqttsn.Disconnect{}, message("t1", "good night", 0)}
	})
	pings := 0
	g.say(mqttsn.TypePingreq, func(mqttsn.Packet) []mqttsn.Packet {
		if pings++; pings > 2 { // the first and its repetition
			return []mqttsn.Packet{&mqttsn.Pingresp{}}
		}
		return nil
	})
	code, story := sleepStory(t, g, "sleep -t a --for 100ms --cycles 2 --retries 1")
	require.Zero(t, code)
	require.Equal(t, `connecting
active
subscribed to a with QoS 0
asleep for 100ms
sent to a sleeping device: PUBLISH topic=short:t1 qos=0 "good night"
awake
asleep for 100ms; messages: 0
no answer
awake
asleep for 100ms; messages: 0
disconnected
`, story)
}

func TestSleepIsForgotten(t *testing.T) {
	g := startGateway(t)
	g.say(mqttsn.TypePingreq, saying(&mqttsn.Disconnect{}))
	code, story := sleepStory(t, g, "sleep -t a --for 20ms")
	require.Equal(t, exitFailed, code)
	require.True(t, strings.HasSuffix(story, "awake\ndisconnected\nmqttsn: the gateway at "+g.conn.LocalAddr().String()+" has ended the session\n"), story)
}
