package radios

import (
	"encoding/hex"
	"fmt"
	"io"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"mqttsn-gateway/gateway/e2e/programs"
	"mqttsn-gateway/testbed/tty"
)

// TestTools runs the command line tool over every kind of link that it knows.
func TestTools(t *testing.T) {
	for _, c := range []struct {
		name string
		open func(t *testing.T) (g *gateway, way string) // way is what the tool is told
	}{
		{"serial", nullModem},
		{"keys", func(t *testing.T) (*gateway, string) {
			addr, keys := programs.FreeAddr(t), filepath.Join(t.TempDir(), "keys")
			writeKeys(t, keys, "tool")
			return startGateway(t, dtlsLink(addr, "keys_file: "+keys)),
				"-h 127.0.0.1 -p " + programs.PortOf(t, addr) + " --psk-identity tool --psk " + hex.EncodeToString(keyOf("tool"))
		}},
		{"certificates", func(t *testing.T) (*gateway, string) {
			addr, ca := programs.FreeAddr(t), newAuthority(t)
			return startGateway(t, dtlsLink(addr, ca.gateway(t, "localhost"))),
				"-h localhost -4 -p " + programs.PortOf(t, addr) + " " + ca.options(t, "tool")
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			tool := programs.Ours(t, "mqttsn")
			g, way := c.open(t)
			run := func(line string) *programs.Process {
				return programs.Start(t, tool, strings.Fields(line+" "+way)...)
			}
			hub := newApp(t, g, "up/#")
			for qos := byte(0); qos <= 2; qos++ {
				run(fmt.Sprintf("pub -t up/tool -m hello -q %d", qos)).Succeed()
				hub.want("up/tool", "hello", qos)
			}
			sub := run("sub -t down/tool -q 1 -d -C 1 -W 10 -v")
			sub.StderrLines().Until("SUBACK")
			hub.publish("down/tool", "hello", 1)
			sub.Succeed()
			require.Equal(t, "down/tool hello\n", string(sub.Stdout.Bytes()))
			run("ping -C 1").Succeed()
		})
	}
}

// nullModem wires the gateway's serial port to the tool's.
func nullModem(t *testing.T) (*gateway, string) {
	dir := t.TempDir()
	near, err := tty.Open(filepath.Join(dir, "gateway"))
	require.NoError(t, err)
	far, err := tty.Open(filepath.Join(dir, "tool"))
	require.NoError(t, err)
	var wires sync.WaitGroup
	wires.Go(func() { io.Copy(near, far) })
	wires.Go(func() { io.Copy(far, near) })
	t.Cleanup(func() {
		near.Close()
		far.Close()
		wires.Wait()
	})
	g := startGateway(t, fmt.Sprintf(`{name: wire, type: serial, port: %q, framing: hdlc, %s}`, near.Path(), common))
	g.log.Until("link is up")
	return g, "--framing hdlc --serial " + far.Path()
}
