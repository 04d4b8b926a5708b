package radios

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"mqttsn-gateway/gateway/e2e/programs"
)

// A gateway is a running gateway with a built-in broker.
type gateway struct {
	*programs.Process
	mqtt string // where ordinary MQTT clients find it
	http string // and its admin page
	log  *programs.Lines
}

// config is the gateway's; the links are the test's. Devices are near, and need not be waited for long.
const config = `
log: {format: json}
mqtt: {listeners: [{name: mqtt, listen: %q}]}
http: {listen: %q}
links: [%s]
`

// startGateway starts a gateway with links, each an entry of the configuration's list in YAML. It waits until the gateway
// serves MQTT clients; whether the links are up is another matter.
func startGateway(t testing.TB, links ...string) *gateway {
	t.Helper()
	path := programs.Ours(t, "mqttsn-gateway")
	dir := t.TempDir()
	g := &gateway{mqtt: programs.FreeAddr(t), http: programs.FreeAddr(t)}
	file := filepath.Join(dir, "gateway.yaml")
	require.NoError(t, os.WriteFile(file, fmt.Appendf(nil, config, g.mqtt, g.http, strings.Join(links, ", ")), 0o600))
	g.Process = programs.StartIn(t, dir, nil, path, "run", "-c", file)
	g.WaitTCP(g.mqtt)
	g.log = g.StderrLines()
	return g
}

// logged counts the lines of the log so far that contain a text.
func (g *gateway) logged(text string) int { return strings.Count(string(g.Stderr.Bytes()), text) }
