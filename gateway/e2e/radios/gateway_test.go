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

// A gateway is a running gateway with a built-in broker. Its sessions are on disk.
type gateway struct {
	*programs.Process
	dir  string
	mqtt string // where ordinary MQTT clients find it
	http string // and its admin page
	log  *programs.Lines
}

// config is the gateway's; the links are the test's. Devices are near, and need not be waited for long.
const config = `
gateway: {data: state}
log: {format: json}
mqtt: {listeners: [{name: mqtt, listen: %q}]}
http: {listen: %q}
links: [%s]
`

// startGateway starts a gateway with links, each an entry of the configuration's list in YAML. It waits until the gateway
// serves MQTT clients; whether the links are up is another matter.
func startGateway(t testing.TB, links ...string) *gateway {
	t.Helper()
	return startGatewayWith(t, "", links...)
}

// startGatewayWith adds sections to the configuration.
func startGatewayWith(t testing.TB, sections string, links ...string) *gateway {
	t.Helper()
	programs.Ours(t, "mqttsn-gateway") // skips the test if it must not start programs
	g := &gateway{dir: t.TempDir(), mqtt: programs.FreeAddr(t), http: programs.FreeAddr(t)}
	text := fmt.Sprintf(config, g.mqtt, g.http, strings.Join(links, ", ")) + sections
	require.NoError(t, os.WriteFile(filepath.Join(g.dir, configFile), []byte(text), 0o600))
	g.start(t)
	return g
}

const configFile = "gateway.yaml"

// start starts the gateway's process, for the first time or again.
func (g *gateway) start(t testing.TB) {
	t.Helper()
	g.Process = programs.StartIn(t, g.dir, nil, programs.Ours(t, "mqttsn-gateway"), "run", "-c", configFile)
	g.WaitTCP(g.mqtt)
	g.log = g.StderrLines()
}

// logged counts the lines of the log so far that contain a text.
func (g *gateway) logged(text string) int { return strings.Count(string(g.Stderr.Bytes()), text) }
