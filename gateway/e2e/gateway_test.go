package e2e

import (
	"testing"

	"mqttsn-gateway/gateway/e2e/programs"
)

// A gatewayProcess is a running gateway.
type gatewayProcess struct {
	*programs.Process
	udp  string // where devices find it
	mqtt string // where ordinary MQTT clients find the devices: the built-in broker, or the broker upstream
}

// gatewayOptions is what most tests leave empty.
type gatewayOptions struct {
	flags []string // in addition to the addresses
	env   []string // NAME=value
	dir   string   // to start it in; a new one if empty
	udp   string   // to listen at; a free one if empty
}

// startBuiltin starts a gateway with its built-in broker, and waits until it serves.
func startBuiltin(t testing.TB, o gatewayOptions) *gatewayProcess {
	t.Helper()
	mqtt := programs.FreeAddr(t)
	g := startGateway(t, o, "--mqtt", mqtt)
	g.mqtt = mqtt
	g.WaitTCP(mqtt)
	return g
}

// startTransparent starts a gateway that connects each device to the broker at upstream, which need not be there.
func startTransparent(t testing.TB, upstream string, o gatewayOptions) *gatewayProcess {
	t.Helper()
	g := startGateway(t, o, "--upstream", "mqtt://"+upstream)
	g.mqtt = upstream
	return g
}

func startGateway(t testing.TB, o gatewayOptions, flags ...string) *gatewayProcess {
	t.Helper()
	path := programs.Ours(t, "mqttsn-gateway")
	if o.udp == "" {
		o.udp = programs.FreeAddr(t)
	}
	if o.dir == "" {
		o.dir = t.TempDir()
	}
	args := append([]string{"run", "--udp", o.udp, "--log-level", "debug"}, flags...)
	p := programs.StartIn(t, o.dir, o.env, path, append(args, o.flags...)...)
	p.WaitUDP(o.udp)
	return &gatewayProcess{Process: p, udp: o.udp}
}
