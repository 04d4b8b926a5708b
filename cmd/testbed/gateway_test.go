package main

import (
	"net"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

const (
	saysDevices = `echo '{"level":"info","msg":"listening for devices","address":"127.0.0.1:1"}' >&2`
	saysClients = `echo '{"level":"info","msg":"listening for MQTT clients","address":"127.0.0.1:2"}' >&2`
	saysWarning = `echo '{"level":"warning","msg":"beware"}' >&2`
	saysReady   = `echo '{"level":"info","msg":"ready"}' >&2`
)

func TestStartGateway(t *testing.T) {
	t.Setenv("MQTTSN_GATEWAY_MODE", "transparent") // of the caller's, and not meant for us
	var log syncBuffer
	g, err := startGateway(script(t, `echo "$@" $MQTTSN_GATEWAY_MODE $MQTTSN_GATEWAY_LOG_FORMAT >&2`,
		saysDevices, saysClients, saysWarning, saysReady, "exec sleep 60"), "1.2.3.4:5", "1.2.3.4:6", &log)
	require.NoError(t, err)
	require.Equal(t, "127.0.0.1:1", g.udp)
	require.Equal(t, "127.0.0.1:2", g.mqtt)
	start := time.Now()
	g.stop(0)
	require.Less(t, time.Since(start), gatewayStop)
	require.Equal(t, "run --udp 1.2.3.4:5 --mqtt 1.2.3.4:6 json\n"+`mqttsn-gateway: {"level":"warning","msg":"beware"}`+"\n", log.String())
}

// A gateway that stops by itself, because Ctrl-C has reached it, is not told a second time.
func TestStopGatewayInterrupted(t *testing.T) {
	var log syncBuffer
	g, err := startGateway(script(t, saysReady, "trap 'echo told again >&2; exit 1' TERM", "sleep 0.2"), "", "", &log)
	require.NoError(t, err)
	g.stop(20 * time.Second)
	require.NoError(t, g.err)
	require.Empty(t, log.String())
}

func TestFindGateway(t *testing.T) {
	t.Setenv("PATH", "/there/is/nothing")
	_, err := findGateway()
	require.ErrorContains(t, err, "run make")
}

func TestFreeOr(t *testing.T) {
	tcp, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	udp, err := net.ListenPacket("udp", "127.0.0.1:0")
	require.NoError(t, err)
	require.Equal(t, "127.0.0.1:0", freeOr("tcp", tcp.Addr().String()))
	require.Equal(t, "127.0.0.1:0", freeOr("udp", udp.LocalAddr().String()))
	tcp.Close()
	udp.Close()
	require.Equal(t, tcp.Addr().String(), freeOr("tcp", tcp.Addr().String()))
	require.Equal(t, udp.LocalAddr().String(), freeOr("udp", udp.LocalAddr().String()))
}
