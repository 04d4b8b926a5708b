package gateway

import (
	"context"
	"net"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"github.com/sirupsen/logrus"
	"github.com/sirupsen/logrus/hooks/test"
	"github.com/stretchr/testify/require"

	"mqttsn-gateway/gateway/config"
	"mqttsn-gateway/mqttsn"
)

// local is a configuration on ports of this machine that are free.
func local() *config.Config {
	c := config.Default()
	c.Links[0].Listen = "127.0.0.1:0"
	c.MQTT.Listeners[0].Listen = "127.0.0.1:0"
	return c
}

// running runs a gateway until the test ends, and returns the address of its first link once it is ready.
func running(t *testing.T, c *config.Config) (address string, stop func()) {
	log, hook := test.NewNullLogger()
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- Run(ctx, c, log, Options{}) }()
	require.Eventually(t, func() bool { return said(hook, "ready") != nil }, 5*time.Second, time.Millisecond)
	stop = func() {
		cancel()
		require.NoError(t, <-done)
	}
	return said(hook, "listening for devices").Data[fieldAddress].(string), stop
}

func said(hook *test.Hook, message string) *logrus.Entry {
	for _, e := range hook.AllEntries() {
		if e.Message == message {
			return e
		}
	}
	return nil
}

// exchange sends a datagram and returns the answer.
func exchange(t *testing.T, to string, p mqttsn.Packet) string {
	t.Helper()
	c, err := net.Dial("udp", to)
	require.NoError(t, err)
	defer c.Close()
	c.SetDeadline(time.Now().Add(5 * time.Second))
	_, err = c.Write(p.Append(nil))
	require.NoError(t, err)
	b := make([]byte, 100)
	n, err := c.Read(b)
	require.NoError(t, err)
	answer, err := mqttsn.Parse(b[:n])
	require.NoError(t, err)
	return answer.String()
}

func TestRunServesAndStops(t *testing.T) {
	address, stop := running(t, local())
	defer stop()
	connect := &mqttsn.Connect{ProtocolID: mqttsn.ProtocolID, Duration: 60, ClientID: []byte("th7")}
	require.Equal(t, "CONNACK accepted", exchange(t, address, connect))
}

// A session that was begun before a restart is known after it: a sleeper is not told to connect again.
func TestRunTakesSessionsUp(t *testing.T) {
	c := local()
	c.Gateway.Data = filepath.Join(t.TempDir(), "data")
	connect := &mqttsn.Connect{ProtocolID: mqttsn.ProtocolID, Duration: 60, ClientID: []byte("th7")}
	ping := &mqttsn.Pingreq{ClientID: []byte("th7")}

	address, stop := running(t, c)
	require.Equal(t, "DISCONNECT", exchange(t, address, ping), "before it has connected")
	require.Equal(t, "CONNACK accepted", exchange(t, address, connect))
	stop()
	address, stop = running(t, c)
	defer stop()
	require.Equal(t, "PINGRESP", exchange(t, address, ping))
}

func TestRunSaysWhatIsWrong(t *testing.T) {
	taken, err := net.ListenPacket("udp", "127.0.0.1:0")
	require.NoError(t, err)
	defer taken.Close()
	c := local()
	c.Links[0].Listen = taken.LocalAddr().String()
	log, _ := test.NewNullLogger()
	err = Run(t.Context(), c, log, Options{})
	require.ErrorIs(t, err, syscall.EADDRINUSE)
	require.ErrorContains(t, err, "link udp")
}

func TestRunRefusesADirectoryInUse(t *testing.T) {
	c := local()
	c.Gateway.Data = t.TempDir()
	_, stop := running(t, c)
	defer stop()
	log, _ := test.NewNullLogger()
	require.ErrorContains(t, Run(t.Context(), c, log, Options{}), "another gateway runs with it")
}
