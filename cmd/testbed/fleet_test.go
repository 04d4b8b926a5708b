package main

import (
	"errors"
	"fmt"
	"net"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"mqttsn-gateway/testbed"
)

// Sensors reach the gateway over a bad network, and tell of it.
func TestFleetOverLossy(t *testing.T) {
	g, err := startGateway(realGateway(t), "127.0.0.1:0", "127.0.0.1:0", t.Output())
	require.NoError(t, err)
	defer g.stop(0)
	lossy, stdout := make(chan int), newWatch()
	line := "lossy --listen 127.0.0.1:0 --loss 0.1 --duplicate 0.1 --latency 2ms --for 3s --every 1s --gateway " + g.udp
	var stderr syncBuffer
	go func() { lossy <- execute(t.Context(), strings.Fields(line), firstLine{stdout}, &stderr) }()
	<-stdout.seen
	at := strings.TrimSpace(strings.TrimPrefix(stdout.String(), "devices find the gateway at "))

	code, fleet, errs := command(t, "fleet --count 5 --period 200ms --qos 2 --retry-interval 100ms --for 2s --every 1s --gateway "+at)
	require.Zero(t, code, errs)
	require.Regexp(t, `(?m)^ +\d+s: sensors: 5 of 5 connected; readings: \d+ sent, [1-9]\d* acknowledged; errors: \d+`, fleet)
	require.Zero(t, <-lossy, stderr.String())
	require.Regexp(t, `(?m)^ +\d+s: devices: 5; datagrams: \d+ forwarded, [1-9]\d* lost, [1-9]\d* doubled$`, stdout.String())
}

// A firstLine takes the first thing that is written for the one that was waited for.
type firstLine struct{ *watch }

func (f firstLine) Write(b []byte) (int, error) {
	n, err := f.syncBuffer.Write(b)
	f.once.Do(func() { close(f.seen) })
	return n, err
}

func TestFleetWithoutGateway(t *testing.T) {
	conn, err := net.ListenPacket("udp", "127.0.0.1:0") // hears, and says nothing
	require.NoError(t, err)
	defer conn.Close()
	code, stdout, stderr := command(t, "fleet --count 1 --period 10ms --retry-interval 10ms --retries 1 --for 500ms --gateway "+conn.LocalAddr().String())
	require.Equal(t, exitFailed, code)
	require.Contains(t, stdout, "sensors: 0 of 1 connected; readings: 0 sent, 0 acknowledged; errors: 1 (the last: mqttsn: no answer from the gateway)\n")
	require.Equal(t, fmt.Sprintf("testbed: no sensor could connect with %s: mqttsn: no answer from the gateway\n", conn.LocalAddr()), stderr)
}

func TestDescribe(t *testing.T) {
	require.Equal(t, "sensors: 1 of 2 connected; readings: 4 sent, 3 acknowledged; errors: 5 (the last: bang)",
		describeFleet(2, testbed.Stats{Connected: 1, Connects: 2, Sent: 4, Acknowledged: 3, Errors: 5, LastError: errors.New("bang")}))
	require.Equal(t, "devices: 1; datagrams: 2 forwarded, 3 lost, 4 doubled, 5 too many or too long",
		describeLossy(testbed.LossyStats{Devices: 1, Forwarded: 2, Lost: 3, Duplicated: 4, Overflow: 5}))
}
