package e2e

import (
	"strings"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"

	"mqttsn-gateway/gateway/e2e/programs"
)

// startWithBroker starts mosquitto and a gateway that connects each device to it.
func startWithBroker(t *testing.T, config ...string) (*gatewayProcess, *broker) {
	programs.Ours(t, "mqttsn-gateway")
	b := startMosquitto(t, config...)
	return startTransparent(t, b.addr, gatewayOptions{}), b
}

// TestTransparentOneClientPerDevice: the broker sees each device by its own id, once, and nobody else.
func TestTransparentOneClientPerDevice(t *testing.T) {
	t.Parallel()
	g, b := startWithBroker(t)
	play(g, newDevice(t, g.udp), connect+registerTemp+alive)
	play(g, newDevice(t, g.udp), connectWill+giveWill+alive)
	play(g, newDevice(t, g.udp), `
		C 05 FE 00 00 13 08 04 04 01 00 3C "n1"
		G 05 FE ?? 00 13 03 05 00
	`)
	b.Stop() // its log is complete then
	require.Equal(t, []string{"sensor-01", "pump7", "n1"}, b.clients())
}

// TestTransparentNothingForStrangers: no datagram opens a connection upstream before its sender has passed CONNECT.
func TestTransparentNothingForStrangers(t *testing.T) {
	t.Parallel()
	g, b := startWithBroker(t)
	play(g, newDevice(t, g.udp), `
		C 03 01 00
		G 03 02 01
		C 09 0C 61 00 0A 00 00 "42"             // QoS -1, which is off
		C 0B 0C 00 00 01 00 00 "21.5"
		G 02 18
		C 0C 12 20 00 03 "cmd/led"
		G 02 18
		C 0B 16 "sensor-01"
		G 02 18
		C 06 04 04 01 00 3C                     // no client id
		G 03 05 03
		C 0B 04 0C 01 01 2C "pump7"             // the will is still to come
		G 02 06
	`)
	play(g, newDevice(t, g.udp), connect) // the one connection, made after all that
	b.Stop()
	log := string(b.Stderr.Bytes())
	require.Equal(t, 1, strings.Count(log, "New client connected"), log)
	// One more comes from the harness, which looked whether mosquitto is ready.
	require.LessOrEqual(t, strings.Count(log, "New connection from"), 2, log)
}

// TestTransparentRefusal: what the broker says reaches the device as the return code that tells it what to do.
func TestTransparentRefusal(t *testing.T) {
	t.Parallel()
	t.Run("not authorised", func(t *testing.T) {
		t.Parallel()
		g, _ := startWithBroker(t, "allow_anonymous false")
		play(g, newDevice(t, g.udp), `
			C 0B 04 04 01 01 2C "pump7"
			G 03 05 03                          // not supported: do not try again
		`+stranger)
	})
	t.Run("broker away", func(t *testing.T) {
		t.Parallel()
		g := startTransparent(t, programs.FreeAddr(t), gatewayOptions{})
		play(g, newDevice(t, g.udp), `
			C 0B 04 04 01 01 2C "pump7"
			G 03 05 01                          // E09, congestion: try again later
		`+stranger)
	})
}

// TestTransparentAcknowledgesLast: PUBACK goes to the device when the broker has the message, and to the broker when
// the device has it.
func TestTransparentAcknowledgesLast(t *testing.T) {
	t.Parallel()
	g, b := startWithBroker(t)
	d := newDevice(t, g.udp)
	play(g, d, connect+registerTemp+subscribeLED)

	b.Signal(syscall.SIGSTOP)
	play(g, d, `
		C 0B 0C 20 <temp> 00 02 "21.5"
		G silent
	`)
	b.Signal(syscall.SIGCONT)
	play(g, d, `
		G 07 0D <temp> 00 02 00
		M pub -q 1 -t cmd/led -m open
		G 0B 0C 20 <led> <m> "open"
	`+alive)
	b.log.Until("Sending PUBLISH to sensor-01")
	require.NotContains(t, string(b.Stderr.Bytes()), "Received PUBACK from sensor-01")
	play(g, d, `
		C 07 0D <led> <m> 00
	`)
	b.log.Until("Received PUBACK from sensor-01")
}

// TestTransparentDisconnect: a device that leaves takes its connection along, one that sleeps does not.
func TestTransparentDisconnect(t *testing.T) {
	t.Parallel()
	g, b := startWithBroker(t)
	d := newDevice(t, g.udp)
	play(g, d, connect+`
		C 04 18 0E 10
		G 02 18
		M sub nothing                               // a moment in which mosquitto could see the end of it
	`)
	require.NotContains(t, string(b.Stderr.Bytes()), "Client sensor-01 ")
	play(g, d, `
		C 02 18
		G 02 18
	`)
	b.log.Until("Received DISCONNECT from sensor-01")
}
