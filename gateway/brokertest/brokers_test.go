package brokertest

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"mqttsn-gateway/gateway/e2e/programs"
)

// A broker is one of those that are tested.
type broker struct {
	name  string // of the test
	kind  string // gateway or mosquitto: what steps of a row name
	start func(t testing.TB, tight bool) *server
}

// A server is a broker that runs.
type server struct {
	*programs.Process
	addr string
}

// brokers are the gateway, with everything in memory and with a store, and the one that people know.
var brokers = []broker{
	{"gateway", "gateway", func(t testing.TB, tight bool) *server { return startGateway(t, "", tight) }},
	{"gateway with a store", "gateway", func(t testing.TB, tight bool) *server { return startGateway(t, t.TempDir(), tight) }},
	{"mosquitto", "mosquitto", startMosquitto},
}

// The narrow limits of a tight broker, for either. What is not here has the broker's default.
const (
	tightGateway = `
  max_packet_size: 2KiB
  max_keep_alive: 30s
  session_expiry: 1m
  queue: {messages: 5}
`
	tightMosquitto = `
max_packet_size 2048
max_keepalive 30
persistent_client_expiration 1m
max_queued_messages 5
`
)

// startGateway starts a gateway on a free port; data is the directory of its store, or empty.
func startGateway(t testing.TB, data string, tight bool) *server {
	t.Helper()
	more := ""
	if tight {
		more = tightGateway
	}
	return startGatewayAt(t, programs.FreeAddr(t), data, more)
}

// startGatewayAt starts a gateway with more lines of configuration in its section mqtt.
func startGatewayAt(t testing.TB, addr, data, more string) *server {
	t.Helper()
	config := "log: {level: debug}\n" +
		"gateway: {data: '" + data + "'}\n" +
		"links: [{name: udp, listen: '127.0.0.1:0'}]\n" +
		"mqtt:\n  listeners: [{name: tcp, listen: '" + addr + "'}]\n" + strings.TrimPrefix(more, "\n")
	dir := t.TempDir()
	file := filepath.Join(dir, "gateway.yaml")
	if err := os.WriteFile(file, []byte(config), 0o600); err != nil {
		t.Fatal(err)
	}
	p := programs.StartIn(t, dir, nil, programs.Ours(t, "mqttsn-gateway"), "run", "-c", file)
	p.WaitTCP(addr)
	return &server{p, addr}
}

func startMosquitto(t testing.TB, tight bool) *server {
	t.Helper()
	config := "log_type all\n"
	if tight {
		config += tightMosquitto
	}
	addr := programs.FreeAddr(t)
	return &server{programs.StartMosquitto(t, addr, t.TempDir(), strings.Split(strings.TrimSpace(config), "\n")...), addr}
}
