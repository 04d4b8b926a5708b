package cloud

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io"
	"net"
	"testing"

	"github.com/stretchr/testify/require"

	"mqttsn-gateway/gateway/e2e/programs"
	"mqttsn-gateway/mqttsn"
)

// TestVersion311: by itself with a broker that knows no MQTT 5, and where it was told to.
func TestVersion311(t *testing.T) {
	t.Parallel()
	broker := programs.FreeAddr(t)
	log := programs.StartMosquitto(t, broker, t.TempDir(), "log_type all").StderrLines()

	g := startGateway(t, fmt.Sprintf("url: 'mqtt://%s'", startOldFront(t, broker)))
	newDevice(t, g, "th7").served()
	g.log.Until("does not know MQTT 5")
	require.Contains(t, log.Until(" as th7 "), "(p2,")

	g = startGateway(t, fmt.Sprintf("url: 'mqtt://%s', version: 3.1.1", broker))
	newDevice(t, g, "th8").served()
	require.Contains(t, log.Until(" as th8 "), "(p2,")
}

func TestVersion5IsInsistedOn(t *testing.T) {
	t.Parallel()
	g := startGateway(t, fmt.Sprintf("url: 'mqtt://%s', version: 5", startOldFront(t, startBroker(t))))
	newDevice(t, g, "th7").refused(mqttsn.NotSupported)
	g.log.Until("Unsupported protocol version")
}

// startOldFront makes a broker one that knows no MQTT 5, and says so as those brokers do.
func startOldFront(t testing.TB, broker string) (addr string) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	serve(t, l, func(ctx context.Context, c net.Conn) {
		connect := bufio.NewReader(c)
		begin, err := connect.Peek(10)
		if err != nil {
			return
		}
		if _, after, _ := bytes.Cut(begin, []byte("MQTT")); len(after) == 0 || after[0] > 4 {
			c.Write([]byte{0x20, 0x02, 0x00, 0x01})
			return
		}
		join(ctx, readAhead{c, connect}, broker)
	})
	return l.Addr().String()
}

// readAhead is a connection of which something was read already.
type readAhead struct {
	net.Conn
	from io.Reader
}

func (r readAhead) Read(b []byte) (int, error) { return r.from.Read(b) }
