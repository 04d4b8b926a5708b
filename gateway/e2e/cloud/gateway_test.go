package cloud

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"mqttsn-gateway/gateway/e2e/programs"
	"mqttsn-gateway/mqttsn"
	"mqttsn-gateway/mqttsn/client"
)

// A gateway is a running gateway that connects each device to a broker.
type gateway struct {
	*programs.Process
	udp string // where devices find it
	log *programs.Lines
}

// config is the gateway's; the keys of upstream are the test's.
const config = `
log: {format: json}
links: [{name: udp, listen: %q}]
upstream: {%s, reconnect: {min: 100ms, max: 1s}}
`

// startGateway starts a gateway; upstream is the keys of that section, in YAML, and more are other sections. It waits until
// the gateway serves.
func startGateway(t testing.TB, upstream string, more ...string) *gateway {
	t.Helper()
	path := programs.Ours(t, "mqttsn-gateway")
	dir := t.TempDir()
	g := &gateway{udp: programs.FreeAddr(t)}
	file := filepath.Join(dir, "gateway.yaml")
	text := fmt.Sprintf(config, g.udp, upstream) + strings.Join(more, "\n")
	require.NoError(t, os.WriteFile(file, []byte(text), 0o600))
	g.Process = programs.StartIn(t, dir, nil, path, "run", "-c", file)
	g.WaitUDP(g.udp)
	g.log = g.StderrLines()
	return g
}

// A device runs the client library.
type device struct {
	*client.Client
	t   testing.TB
	ctx context.Context
}

func newDevice(t testing.TB, g *gateway, id string) *device {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	c, err := client.Dial(ctx, g.udp, client.Config{
		ClientID: id, KeepAlive: time.Minute, CleanSession: true, RetryInterval: 2 * time.Second, Retries: 5,
	})
	require.NoError(t, err)
	t.Cleanup(func() {
		c.Close()
		cancel()
	})
	return &device{Client: c, t: t, ctx: ctx}
}

// served checks that the device gets as far as the broker: it is let in, and the broker has taken a message of QoS 1.
func (d *device) served() {
	d.t.Helper()
	require.NoError(d.t, d.Connect(d.ctx))
	m := client.Message{Topic: client.Name("cellar/temp"), Payload: []byte("21.5"), QoS: mqttsn.QoS1}
	require.NoError(d.t, d.Publish(d.ctx, m))
}

// refused checks that the gateway tells the device to stay away, with that code.
func (d *device) refused(code mqttsn.ReturnCode) {
	d.t.Helper()
	var rejected *client.RejectedError
	require.ErrorAs(d.t, d.Connect(d.ctx), &rejected)
	require.Equal(d.t, code, rejected.Code)
}
