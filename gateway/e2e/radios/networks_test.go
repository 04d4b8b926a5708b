package radios

import (
	"context"
	"encoding/hex"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"mqttsn-gateway/gateway/e2e/programs"
	"mqttsn-gateway/mqttsn/client"
	"mqttsn-gateway/radio/dtls"
	"mqttsn-gateway/radio/serial"
	line "mqttsn-gateway/testbed/serial"
	"mqttsn-gateway/testbed/xbee"
)

// A network is a gateway with one link, and a way to put devices onto that.
type network struct {
	gateway *gateway
	join    func(t testing.TB, id string) client.Transport
}

// common is what the links of all tests have: devices are near, and need not be waited for long.
const common = `retry_interval: 1s, retries: 10`

// An air is an emulated XBee network with a modem at a pseudo-terminal.
type air struct {
	*xbee.Air
	modem *xbee.Modem
	link  string // the entry of the gateway's configuration
}

func newAir(t testing.TB, a xbee.AirConfig, m xbee.ModemConfig) *air {
	t.Helper()
	n := &air{Air: xbee.NewAir(a)}
	t.Cleanup(n.Close)
	m.Path = filepath.Join(t.TempDir(), "ttyXBEE")
	var err error
	n.modem, err = n.NewModem(m)
	require.NoError(t, err)
	n.link = fmt.Sprintf(`{name: xbee, type: xbee, port: %q, %s}`, m.Path, common)
	return n
}

// over starts a gateway at the modem.
func (n *air) over(t testing.TB, node xbee.NodeConfig) network {
	g := startGateway(t, n.link)
	g.log.Until("link is up")
	return network{g, func(t testing.TB, id string) client.Transport {
		c := node
		c.Name = id
		return n.NewNode(c)
	}}
}

// overSerial starts a gateway at a serial line. Its devices have to come one after the other: a line has one peer.
func overSerial(t testing.TB, c line.Config) network {
	l := newLine(t, c)
	g := startGateway(t, serialLink(l, c.Framing))
	g.log.Until("link is up")
	return network{g, func(t testing.TB, _ string) client.Transport { return l.NewBoard() }}
}

func newLine(t testing.TB, c line.Config) *line.Line {
	t.Helper()
	c.Path = filepath.Join(t.TempDir(), "ttyUSB0")
	l, err := line.Open(c)
	require.NoError(t, err)
	t.Cleanup(l.Close)
	return l
}

func serialLink(l *line.Line, f serial.Framing) string {
	return fmt.Sprintf(`{name: wire, type: serial, port: %q, framing: %v, %s}`, l.Path(), f, common)
}

// overKeys starts a gateway with DTLS, and gives each device a key.
func overKeys(t testing.TB) network {
	addr := programs.FreeAddr(t)
	file := filepath.Join(t.TempDir(), "keys")
	writeKeys(t, file, "qos", "sleeper", "willing")
	g := startGateway(t, dtlsLink(addr, "keys_file: "+file))
	return network{g, func(t testing.TB, id string) client.Transport {
		return dialDTLS(t, addr, dtls.DialConfig{Identity: id, Key: keyOf(id)})
	}}
}

// overCertificates starts a gateway with DTLS, and gives each device a certificate.
func overCertificates(t testing.TB) network {
	addr := programs.FreeAddr(t)
	ca := newAuthority(t)
	g := startGateway(t, dtlsLink(addr, ca.gateway(t, "gateway")))
	return network{g, func(t testing.TB, id string) client.Transport { return dialDTLS(t, addr, ca.device(t, id)) }}
}

func dtlsLink(addr, credentials string) string {
	return fmt.Sprintf(`{name: secured, type: dtls, listen: %q, %s, %s}`, addr, credentials, common)
}

// keyOf is the key of a device.
func keyOf(id string) []byte { return []byte(fmt.Sprintf("the key of %8.8s", id)) }

func writeKeys(t testing.TB, file string, ids ...string) {
	t.Helper()
	var b strings.Builder
	for _, id := range ids {
		fmt.Fprintf(&b, "%s:%s\n", id, hex.EncodeToString(keyOf(id)))
	}
	require.NoError(t, os.WriteFile(file, []byte(b.String()), 0o600))
}

func dialDTLS(t testing.TB, addr string, c dtls.DialConfig) net.Conn {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), programs.Patience)
	defer cancel()
	conn, err := dtls.Dial(ctx, addr, c)
	require.NoError(t, err)
	return conn
}

// overMulticast starts a gateway that has to be found in a group of the loopback interface.
func overMulticast(t testing.TB) network {
	addr := programs.FreeAddr(t)
	g := startGateway(t, udpLink(addr, multicast(groupAt(addr))))
	return network{g, func(t testing.TB, _ string) client.Transport {
		_, found := search(t, groupAt(addr))
		conn, err := net.Dial("udp", found.String())
		require.NoError(t, err)
		return conn
	}}
}
