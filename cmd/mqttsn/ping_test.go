package main

import (
	"testing"

	"github.com/stretchr/testify/require"

	"mqttsn-gateway/mqttsn"
)

func TestPing(t *testing.T) {
	g := startGateway(t)
	code, stdout, stderr := g.run(t, "ping -i th1 -C 2 --interval 1ms")
	require.Zero(t, code, stderr)
	require.Regexp(t, `^CONNACK from 127\.0\.0\.1:\d+ in \S+s\nPINGRESP 1 in \S+s\nPINGRESP 2 in \S+s\n$`, stdout)
	g.waitFor(t, "DISCONNECT")
	require.Equal(t, []string{"CONNECT client=th1 duration=60 clean", "PINGREQ", "PINGREQ", "DISCONNECT"}, g.take())

	code, _, stderr = g.run(t, "ping -W 1 -C 0 --interval 1h")
	require.Equal(t, exitTimeout, code)
	require.Equal(t, "mqttsn: timed out\n", stderr)

	g.say(mqttsn.TypePingreq, saying())
	code, _, stderr = g.run(t, "ping --retries 1")
	require.Equal(t, exitFailed, code)
	require.Equal(t, "mqttsn: no answer from "+g.conn.LocalAddr().String()+", however often it was asked\n", stderr)
}
