package gateway

import (
	"net"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"mqttsn-gateway/mqttsn"
)

// systemd is told when the gateway serves, that it lives, and when it ends.
func TestSystemdIsTold(t *testing.T) {
	path := filepath.Join(t.TempDir(), "notify")
	systemd, err := net.ListenUnixgram("unixgram", &net.UnixAddr{Name: path, Net: "unixgram"})
	require.NoError(t, err)
	defer systemd.Close()
	t.Setenv("NOTIFY_SOCKET", path)
	t.Setenv("WATCHDOG_USEC", "20000")
	told := func(what string) string {
		b := make([]byte, 1000)
		for {
			systemd.SetReadDeadline(time.Now().Add(10 * time.Second))
			n, err := systemd.Read(b)
			require.NoError(t, err, "waiting for %s", what)
			if message := string(b[:n]); strings.Contains(message, what) {
				return message
			}
		}
	}

	address, stop := running(t, local())
	told("READY=1")
	require.Contains(t, told("WATCHDOG=1"), "STATUS=0 devices active")
	exchange(t, address, &mqttsn.Connect{ProtocolID: mqttsn.ProtocolID, Duration: 60, ClientID: []byte("th7")})
	told("WATCHDOG=1\nSTATUS=1 devices active, 0 asleep, 0 lost")
	stop()
	told("STOPPING=1")
}
