package e2e

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"mqttsn-gateway/gateway/e2e/programs"
)

// What version 2.0 does in another way than 1.2, by our command line tool and through every kind of northbound.
// v2.0 3.1.2.1-2, 3.1.2.2-3, 3.1.3.3-2, 3.1.6-2, 3.1.9-1, 3.15.5-2, 3.15.5-4, 3.2.2.1-2, 3.6-1, 3.6.1.4-1, 3.6.1.4-2, 4.13-5, 4.13-7, 4.14.2-2, 4.14.2-5, 4.14.2-7, 4.3.1-2
func TestVersion20(t *testing.T) {
	for _, mode := range []struct {
		name  string
		start func(t testing.TB) *gatewayProcess
	}{
		{"builtin", func(t testing.TB) *gatewayProcess {
			return startBuiltin(t, gatewayOptions{flags: []string{"--allow-qos-minus-one", "--predefined", "7=plant/th7"}})
		}},
		{"transparent", func(t testing.TB) *gatewayProcess {
			programs.Ours(t, "mqttsn-gateway")
			return startTransparent(t, startMosquitto(t).addr,
				gatewayOptions{flags: []string{"--allow-qos-minus-one", "--predefined", "7=plant/th7"}})
		}},
	} {
		for _, c := range []struct {
			name string
			test func(*testing.T, *gatewayProcess, tool)
		}{
			{"sleep", sleep20},
			{"kept session", keptSession20},
			{"will", will20},
			{"retain handling", retainHandling20},
			{"without a session", strangers20},
		} {
			t.Run(mode.name+"/"+c.name, func(t *testing.T) {
				t.Parallel()
				cli := ourTool(t, "2.0")
				c.test(t, mode.start(t), cli)
			})
		}
	}
}

// A device sleeps; one of version 1.2 and an MQTT client have messages for it.
func sleep20(t *testing.T, g *gatewayProcess, cli tool) {
	s := cli.start(t, g, "sleep", "-t", "cmd/x", "-t", "cmd/+/y", "-v", "-q", "2", "--for", "1s", "--cycles", "3")
	lines := s.StderrLines()
	lines.Until("asleep for")
	publish(t, g.mqtt, message{topic: "cmd/x", payload: "1", qos: 1})
	devicePublish(t, g, ourTool(t, "1.2"), message{topic: "cmd/x", payload: "2", qos: 2})
	publish(t, g.mqtt, message{topic: "cmd/a/y", payload: "3", qos: 2})
	s.Succeed()
	require.ElementsMatch(t, []string{"cmd/x 1", "cmd/x 2", "cmd/a/y 3"}, linesOf(s))
}

// What comes while a device is away waits for it, also if it has forgotten the aliases of its session.
func keptSession20(t *testing.T, g *gatewayProcess, cli tool) {
	first := cli.start(t, g, "sub", "-i", "keeper", "-c", "-t", "cmd/x", "-q", "2", "-W", "2")
	first.WaitExit()
	publish(t, g.mqtt, message{topic: "cmd/x", payload: "1", qos: 1})
	publish(t, g.mqtt, message{topic: "cmd/x", payload: "2", qos: 2})
	second := cli.start(t, g, "sub", "-i", "keeper", "-c", "-t", "elsewhere", "-v", "-q", "2", "-C", "2", "-W", "10")
	second.Succeed()
	require.ElementsMatch(t, []string{"cmd/x 1", "cmd/x 2"}, linesOf(second))
}

func will20(t *testing.T, g *gatewayProcess, cli tool) {
	app := subscribe(t, g.mqtt, "state/#", 2)
	device := cli.start(t, g, "sub", "-t", "cmd", "-k", "1", "-d", "--will-topic", "state/th1", "--will-payload", "lost",
		"--will-qos", "1", "--will-retain")
	device.StderrLines().Until("SUBACK")
	device.Kill()
	app.want("the will", message{topic: "state/th1", payload: "lost", qos: 1})
	subscribe(t, g.mqtt, "state/#", 2).want("the will, retained", message{topic: "state/th1", payload: "lost", qos: 1, retain: true})
}

func retainHandling20(t *testing.T, g *gatewayProcess, cli tool) {
	publish(t, g.mqtt, message{topic: "kept", payload: "1", qos: 1, retain: true})
	always := cli.start(t, g, "sub", "-t", "kept", "-C", "1", "-W", "10", "-q", "1")
	always.Succeed()
	require.Equal(t, []string{"1"}, linesOf(always))
	never := cli.start(t, g, "sub", "-t", "kept", "-C", "1", "-W", "10", "-q", "1", "-d", "--retain-handling", "never")
	never.StderrLines().Until("SUBACK")
	publish(t, g.mqtt, message{topic: "kept", payload: "2", qos: 1})
	never.Succeed()
	require.Equal(t, []string{"2"}, linesOf(never))
}

func strangers20(t *testing.T, g *gatewayProcess, cli tool) {
	app := subscribe(t, g.mqtt, "plant/#", 2)
	cli.start(t, g, "pub", "--predefined", "7", "-m", "by number", "-q", "-1").Succeed()
	app.want("by number", message{topic: "plant/th7", payload: "by number"})
	cli.start(t, g, "pub", "-t", "plant/th8", "-m", "by name", "-q", "-1").Succeed()
	app.want("by name", message{topic: "plant/th8", payload: "by name"})
	cli.start(t, g, "ping", "-C", "1").Succeed()
	search := cli.start(t, g, "search")
	search.Succeed()
	require.Equal(t, []string{"gateway 1 at " + g.udp}, linesOf(search))
}

// linesOf are those that a program has written, without their ends.
func linesOf(p *programs.Process) []string {
	return strings.Split(strings.TrimSuffix(string(p.Stdout.Bytes()), "\n"), "\n")
}
