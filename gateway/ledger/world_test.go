package ledger

import (
	"fmt"
	"os"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"mqttsn-gateway/gateway/e2e/programs"
)

// A mode is a northbound mode of the gateway. Ordinary clients are where they can be: at the gateway's own broker, at
// the one upstream, or one half here and the other there.
type mode struct {
	name     string
	builtin  bool
	upstream bool
}

var (
	builtin     = mode{name: "builtin", builtin: true}
	transparent = mode{name: "transparent", upstream: true}
	aggregating = mode{name: "aggregating", builtin: true, upstream: true}

	modes = []mode{builtin, transparent, aggregating}
)

// A world is the processes of a test, which end and begin again: always at the same addresses, and with the same
// directories.
type world struct {
	t       *testing.T
	mode    mode
	trace   *trace
	more    string // lines of its configuration beyond the usual ones
	config  string // the gateway's file
	data    string // and its directory
	udp     string // where devices find it
	mqtt    string // and ordinary clients
	gateway *programs.Process
	log     *os.File // of all gateways

	tap          *tap          // between the gateway and the broker
	willDelay    time.Duration // after which the broker publishes wills by itself
	brokerAddr   string
	brokerDir    string
	brokerConfig []string
	broker       *programs.Process
}

// config is the gateway's: impatient towards devices, as they are simulated and near.
const config = `
gateway: {data: %s}
links: [{name: udp, type: udp, listen: "%s", retry_interval: 400ms, retries: 50}]
mqtt: {listeners: [{name: mqtt, listen: "%s"}]}
upstream: {url: "mqtt://%s", will_delay: %v, reconnect: {min: 200ms, max: 1s}}
`

// newWorld starts nothing yet.
func newWorld(t *testing.T, m mode) *world {
	programs.Ours(t, "mqttsn-gateway") // skips the test if it must not start programs
	dir := t.TempDir()
	w := &world{
		t: t, mode: m, trace: newTrace(t),
		config: filepath.Join(dir, "gateway.yaml"), data: filepath.Join(dir, "data"),
		udp: programs.FreeAddr(t), mqtt: programs.FreeAddr(t),
		brokerAddr: programs.FreeAddr(t), brokerDir: t.TempDir(),
		brokerConfig: []string{
			"persistence true", "max_queued_messages 0", "max_queued_bytes 0", "set_tcp_nodelay true", "log_type error",
			"log_type warning", "log_type subscribe",
		},
	}
	w.tap, w.willDelay = newTap(t, w.trace, w.brokerAddr), 10*time.Second
	var err error
	if w.log, err = os.Create(filepath.Join(t.ArtifactDir(), "gateway.log")); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { w.log.Close() })
	return w
}

// start starts the broker, if the mode has one, and the gateway.
func (w *world) start() {
	if w.mode.upstream {
		w.tap.start()
		w.startBroker()
	}
	file := fmt.Sprintf(config, w.data, w.udp, w.mqtt, w.tap.addr(), w.willDelay) + w.more
	if err := os.WriteFile(w.config, []byte(file), 0o600); err != nil {
		w.t.Fatal(err)
	}
	w.startGateway()
	w.t.Cleanup(func() { w.gateway.Kill(); w.keepLog() })
}

func (w *world) startBroker() {
	w.broker = programs.StartMosquitto(w.t, w.brokerAddr, w.brokerDir, w.brokerConfig...)
	w.trace.note("broker", "started")
}

// startGateway starts the gateway and returns how long it took until it served.
func (w *world) startGateway() time.Duration {
	begun := time.Now()
	w.gateway = programs.StartIn(w.t, w.t.TempDir(), nil, programs.Ours(w.t, "mqttsn-gateway"),
		"run", "-c", w.config, "--mode", w.mode.name)
	w.gateway.WaitUDP(w.udp)
	w.trace.note("gateway", "started")
	return time.Since(begun)
}

// killGateway ends the gateway as a power cut would, but for what the system has taken to write.
func (w *world) killGateway() {
	w.trace.note("gateway", "is killed")
	w.gateway.Kill()
	w.keepLog()
}

// stopGateway asks the gateway to stop and returns how long that took.
func (w *world) stopGateway() time.Duration {
	begun := time.Now()
	w.trace.note("gateway", "is stopped")
	w.gateway.Signal(syscall.SIGTERM)
	if code := w.gateway.WaitExit(); code != 0 {
		w.t.Errorf("the gateway ended with exit code %d", code)
	}
	w.keepLog()
	return time.Since(begun)
}

func (w *world) keepLog() { w.log.Write(w.gateway.Stderr.Bytes()) }

// clientAddr is where the n-th ordinary client connects.
func (w *world) clientAddr(n int) string {
	if w.mode.upstream && (!w.mode.builtin || n%2 == 0) {
		return w.brokerAddr
	}
	return w.mqtt
}
