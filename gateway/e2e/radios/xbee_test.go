package radios

import (
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"mqttsn-gateway/gateway/e2e/programs"
	"mqttsn-gateway/mqttsn"
	"mqttsn-gateway/mqttsn/client"
	"mqttsn-gateway/radio/serial"
	line "mqttsn-gateway/testbed/serial"
	"mqttsn-gateway/testbed/xbee"
)

// keepAlive is short, so that an outage outlasts it with its tolerance.
const (
	keepAlive = time.Second
	outage    = 2 * time.Second
)

// TestSessionsSurviveTheModem takes the modem away in every way there is, while sessions live: awake and asleep.
func TestSessionsSurviveTheModem(t *testing.T) {
	for _, c := range []struct {
		name   string
		away   func(m *xbee.Modem)
		back   func(m *xbee.Modem) error
		reason string // in the log
	}{
		{"unplugged", (*xbee.Modem).Unplug, (*xbee.Modem).Plug, "serial port"},
		{"reset", func(m *xbee.Modem) { m.Reset(false) }, nil, "reset"},
		{"reset by its watchdog", func(m *xbee.Modem) { m.Reset(true) }, nil, "watchdog"},
		{"out of its network", (*xbee.Modem).Leave, func(m *xbee.Modem) error { m.Join(); return nil }, "not joined"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			a := newAir(t, xbee.AirConfig{}, xbee.ModemConfig{})
			n := a.over(t, xbee.NodeConfig{})
			hub := newApp(t, n.gateway, "up/#", "gone/#")
			var devices []*device
			for i := range 4 {
				id := fmt.Sprintf("th%d", i)
				will := &client.Will{Topic: "gone/" + id, Payload: []byte("lost")}
				d := newDevice(t, n.join(t, id), client.Config{ClientID: id, KeepAlive: keepAlive, CleanSession: true, Will: will}).connect()
				d.subscribe("down/" + id)
				devices = append(devices, d)
			}
			sleepers := devices[2:]
			for _, d := range sleepers {
				require.NoError(t, d.Sleep(d.ctx, keepAlive))
			}

			c.away(a.modem)
			n.gateway.log.Until("link is down")
			for i := range devices {
				hub.publish(fmt.Sprintf("down/th%d", i), "while the modem was away", 1)
			}
			if c.back != nil {
				time.Sleep(outage) // longer than any keep alive and sleep with its tolerance
				require.NoError(t, c.back(a.modem))
			}
			n.gateway.log.Until("link is up")

			for _, d := range sleepers {
				require.NoError(t, d.Wake(d.ctx))
			}
			for i, d := range devices {
				d.want(fmt.Sprintf("down/th%d", i), "while the modem was away", mqttsn.QoS1)
			}
			for i, d := range devices[:2] {
				d.publish(fmt.Sprintf("up/th%d", i), "here", mqttsn.QoS2)
				hub.want(fmt.Sprintf("up/th%d", i), "here", 2)
				d.wantNothing()
			}
			require.Empty(t, hub.got, "wills of living devices")
			require.Equal(t, 1, n.gateway.logged("link is down"))
			require.Equal(t, 2, n.gateway.logged("link is up"))
			require.Equal(t, 4, n.gateway.logged("device connected"))
			require.Zero(t, n.gateway.logged("device lost"))
			require.Contains(t, string(n.gateway.Stderr.Bytes()), c.reason)
		})
	}
}

// TestRestartIsNotNoticed kills the gateway under living sessions. They go on with topics, subscriptions and messages, without
// a CONNECT, as soon as the modem is found again.
func TestRestartIsNotNoticed(t *testing.T) {
	t.Parallel()
	n := newAir(t, xbee.AirConfig{}, xbee.ModemConfig{}).over(t, xbee.NodeConfig{})
	awake := newDevice(t, n.join(t, "awake"), client.Config{ClientID: "awake", CleanSession: true}).connect()
	asleep := newDevice(t, n.join(t, "asleep"), client.Config{ClientID: "asleep", CleanSession: true}).connect()
	awake.subscribe("down/awake")
	asleep.subscribe("down/asleep")
	awake.publish("up/awake", "before", mqttsn.QoS1)
	require.NoError(t, asleep.Sleep(asleep.ctx, time.Hour))
	newApp(t, n.gateway).publish("down/asleep", "before", 1)

	n.gateway.Kill()
	n.gateway.start(t)
	n.gateway.log.Until("link is up")
	hub := newApp(t, n.gateway, "up/#")
	awake.publish("up/awake", "after", mqttsn.QoS2)
	hub.want("up/awake", "after", 2)
	hub.publish("down/awake", "after", 2)
	awake.want("down/awake", "after", mqttsn.QoS2)
	require.NoError(t, asleep.Wake(asleep.ctx))
	asleep.want("down/asleep", "before", mqttsn.QoS1)
	require.Zero(t, n.gateway.logged("device connected"))
}

// TestModemComesLate: a gateway starts without its modem, says so once, and serves it as soon as it is there.
func TestModemComesLate(t *testing.T) {
	t.Parallel()
	a := newAir(t, xbee.AirConfig{}, xbee.ModemConfig{})
	a.modem.Unplug()
	g := startGateway(t, a.link)
	g.log.Until("link does not come up")
	time.Sleep(outage) // for some more attempts
	require.NoError(t, a.modem.Plug())
	g.log.Until("link is up")
	require.Equal(t, 1, g.logged("link does not come up"))
	hub := newApp(t, g, "up/#")
	d := newDevice(t, a.NewNode(xbee.NodeConfig{}), client.Config{ClientID: "th7"}).connect()
	d.publish("up/th7", "here", mqttsn.QoS1)
	hub.want("up/th7", "here", 1)
}

// TestTooLongForTheRadio: what a message may have is what the modem carries. A longer one is dropped, and said to be.
func TestTooLongForTheRadio(t *testing.T) {
	t.Parallel()
	a := newAir(t, xbee.AirConfig{}, xbee.ModemConfig{Family: xbee.DigiMesh})
	n := a.over(t, xbee.NodeConfig{Family: xbee.DigiMesh})
	hub := newApp(t, n.gateway)
	d := newDevice(t, n.join(t, "th7"), client.Config{ClientID: "th7"}).connect()
	d.subscribe("down/th7")
	hub.publish("down/th7", fmt.Sprintf("%67d", 1), 1)
	hub.publish("down/th7", fmt.Sprintf("%66d", 2), 1) // 7 octets of PUBLISH, 73 of DigiMesh
	d.want("down/th7", fmt.Sprintf("%66d", 2), mqttsn.QoS1)
	require.Equal(t, 1, n.gateway.logged("too long for the link: down/th7"))
}

// TestModemIsShown: the status says what the modem is, how it stands with each node, and why the link is down.
func TestModemIsShown(t *testing.T) {
	t.Parallel()
	a := newAir(t, xbee.AirConfig{}, xbee.ModemConfig{})
	n := a.over(t, xbee.NodeConfig{RSSI: 55})
	d := newDevice(t, n.join(t, "th7"), client.Config{ClientID: "th7"}).connect()
	d.publish("up/th7", "here", mqttsn.QoS1)
	status := func() string {
		p := programs.Start(t, programs.Ours(t, "mqttsn-gateway"), "status", "--url", "http://"+n.gateway.http)
		p.Succeed()
		return string(p.Stdout.Bytes())
	}
	require.Regexp(t, `link xbee +xbee, up, 1 devices.*\n +Zigbee`, status())

	r, err := http.Get("http://" + n.gateway.http + "/api/v1/links/xbee/nodes")
	require.NoError(t, err)
	defer r.Body.Close()
	var nodes struct{ Nodes []map[string]any }
	require.NoError(t, json.NewDecoder(r.Body).Decode(&nodes))
	require.Len(t, nodes.Nodes, 1)
	require.Contains(t, nodes.Nodes[0]["address"], "xbee:0013A200")
	for name, least := range map[string]float64{"received": 3, "sent": 3, "delivered": 2} {
		require.GreaterOrEqual(t, nodes.Nodes[0][name], least, name)
	}

	a.modem.Unplug()
	n.gateway.log.Until("link is down")
	require.Regexp(t, `link xbee +xbee, down since .* \(the serial port`, status())
}

// TestRadiosAreCaptured: what a radio and a serial line bring can be looked at with Wireshark.
func TestRadiosAreCaptured(t *testing.T) {
	tshark := programs.Installed(t, "tshark")
	for name, n := range map[string]network{
		"xbee":   newAir(t, xbee.AirConfig{}, xbee.ModemConfig{}).over(t, xbee.NodeConfig{}),
		"serial": overSerial(t, line.Config{Framing: serial.SLIP}),
	} {
		t.Run(name, func(t *testing.T) {
			tap := programs.Start(t, programs.Ours(t, "mqttsn-gateway"), "tap", "--for", "3s", "-w", "-", "--url", "http://"+n.gateway.http)
			tap.StderrLines().Until("watching")
			newDevice(t, n.join(t, "th7"), client.Config{ClientID: "th7"}).connect().publish("up/th7", "here", mqttsn.QoS1)
			tap.Succeed()
			file := filepath.Join(t.TempDir(), "packets.pcapng")
			require.NoError(t, os.WriteFile(file, tap.Stdout.Bytes(), 0o600))
			shown, err := exec.CommandContext(t.Context(), tshark, "-r", file, "-d", "udp.port==1884,mqttsn", "-V").Output()
			require.NoError(t, err)
			for _, want := range []string{"Client ID: th7", "Topic Name: up/th7", "Publish Message", "th7 at ", "Publish Ack"} {
				require.Contains(t, string(shown), want)
			}
		})
	}
}

// TestDoctor sees what the command prints, and its exit code.
func TestDoctor(t *testing.T) {
	t.Parallel()
	ours := programs.Ours(t, "mqttsn-gateway")
	a := xbee.NewAir(xbee.AirConfig{})
	t.Cleanup(a.Close)
	path := filepath.Join(t.TempDir(), "ttyXBEE")
	_, err := a.NewModem(xbee.ModemConfig{
		Path: path, Baud: 115200, Set: map[string][]byte{"NT": {1}, "SM": {4}, "CE": {0}},
	})
	require.NoError(t, err)
	a.NewNode(xbee.NodeConfig{Name: "greenhouse", PAN: 0xBEEF})

	sick := programs.Start(t, ours, "xbee", "doctor", path, "--baud", "115200", "--coordinator")
	require.Equal(t, 1, sick.WaitExit())
	require.Contains(t, string(sick.Stdout.Bytes()), "it sleeps (SM=4)")
	require.Contains(t, string(sick.Stdout.Bytes()), "it is not the coordinator")
	require.Contains(t, string(sick.Stderr.Bytes()), "not ready for a gateway")

	healed := programs.Start(t, ours, "xbee", "doctor", path, "--baud", "115200",
		"--fix", "--coordinator", "--api-mode", "2", "--pan", "BEEF")
	healed.Succeed()
	for _, want := range []string{"set SM to 00", "set CE to 01", "set ID to BEEF", "set AP to 02", "greenhouse", "ready for a gateway at 115200"} {
		require.Contains(t, string(healed.Stdout.Bytes()), want)
	}

	g := startGateway(t, fmt.Sprintf(`{name: xbee, type: xbee, port: %q}`, path))
	g.log.Until("link is up")
	busy := programs.Start(t, ours, "xbee", "doctor", path)
	require.Equal(t, 1, busy.WaitExit())
	require.Contains(t, string(busy.Stderr.Bytes()), "in use by another program")
}
