package e2e

import (
	"testing"

	"mqttsn-gateway/gateway/e2e/programs"
)

// TestClientIDsMatchExactly: dev1 is not dev10, in either order.
func TestClientIDsMatchExactly(t *testing.T) {
	t.Parallel()
	g := startBuiltin(t, gatewayOptions{})
	short, long := newDevice(t, g.udp), newDevice(t, g.udp)
	play(g, long, `
		C 0B 04 04 01 00 3C "dev10"
		G 03 05 00
	`+subscribeLED)
	play(g, short, `
		C 0A 04 04 01 00 3C "dev1"
		G 03 05 00
	`+alive)
	play(g, long, alive+`
		M pub -t cmd/led -m on
		G 09 0C 00 <led> 00 00 "on"
	`)
	play(g, short, alive)
}

// TestDeviceMovesByConnect: the session follows the client id to another address, with all that it holds.
func TestDeviceMovesByConnect(t *testing.T) {
	t.Parallel()
	g := startBuiltin(t, gatewayOptions{})
	before, after := newDevice(t, g.udp), newDevice(t, g.udp)
	play(g, before, `
		C 0F 04 00 01 00 3C "sensor-01"
		G 03 05 00
	`+subscribeLED)
	play(g, after, `
		C 0F 04 00 01 00 3C "sensor-01"
		G 03 05 00
		M pub -q 1 -t cmd/led -m on
		G 0D 0A <led> <r> "cmd/led"             // the device may have lost its table
		C 07 0B <led> <r> 00
		G 09 0C 20 <led> <m> "on"
		C 07 0D <led> <m> 00
	`+alive)
	play(g, before, `
		C 02 16
		G 02 18                                 // who are you?
	`)
}

// TestSleeperMovesByPing: a sleeper that wakes behind another address is found by its client id.
func TestSleeperMovesByPing(t *testing.T) {
	t.Parallel()
	g := startBuiltin(t, gatewayOptions{})
	before, after := newDevice(t, g.udp), newDevice(t, g.udp)
	play(g, before, connect+subscribeLED+`
		C 04 18 0E 10
		G 02 18
		M pub -q 1 -t cmd/led -m on
	`)
	after.vars = before.vars
	play(g, after, `
		C 0B 16 "sensor-01"
		G 09 0C 20 <led> <m> "on"
		C 07 0D <led> <m> 00
		G 02 17
	`)
	play(g, before, `G silent`)
}

// TestGatewaysDoNotShareAPort: the second one says so in one sentence, and ends.
func TestGatewaysDoNotShareAPort(t *testing.T) {
	t.Parallel()
	g := startBuiltin(t, gatewayOptions{})
	second := programs.Start(t, programs.Ours(t, "mqttsn-gateway"), "run", "--udp", g.udp, "--mqtt", programs.FreeAddr(t))
	if second.WaitExit() == 0 {
		t.Fatal("the second gateway ended as if all were well")
	}
	message := second.StderrLines()
	message.Until(g.udp)
}
