package brokertest

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"mqttsn-gateway/gateway/e2e/programs"
)

// A broker is one of those that are tested.
type broker struct {
	name  string // of the test
	kind  string // gateway or mosquitto: what steps of a row name
	start func(t testing.TB, s setup) *server
}

// A server is a broker that runs.
type server struct {
	*programs.Process
	addr string
}

// A setup is a configuration that brokers can have.
type setup int

const (
	normal  setup = iota
	tight         // narrow limits
	guarded       // users, and what each may do
	setups        // how many there are
)

// brokers are the gateway, with everything in memory and with a store, and the one that people know.
var brokers = []broker{
	{"gateway", "gateway", func(t testing.TB, s setup) *server { return startGateway(t, "", s) }},
	{"gateway with a store", "gateway", func(t testing.TB, s setup) *server { return startGateway(t, t.TempDir(), s) }},
	{"mosquitto", "mosquitto", startMosquitto},
}

// What the setups add to a gateway's section mqtt. FILE is a file of users.
var gatewaySetups = [setups]string{
	tight: `
  max_packet_size: 2KiB
  max_keep_alive: 30s
  session_expiry: 1m
  queue: {messages: 5}
`,
	guarded: `
  anonymous: nobody
  users_file: FILE
  access:
    - {users: [alice], publish: [home/#, own/%u/#, client/%c/#], subscribe: [home/#, own/%u/#, client/%c/#]}
    - {users: ["*"], publish: [own/%u/#, client/%c/#], subscribe: [own/%u/#, client/%c/#]}
`,
}

// And to mosquitto's configuration, with a file of rules.
var mosquittoSetups = [setups]string{
	tight: `
max_packet_size 2048
max_keepalive 30
persistent_client_expiration 1m
max_queued_messages 5
`,
	guarded: `
allow_anonymous false
password_file FILE
acl_file FILE.rules
`,
}

const mosquittoRules = `
user alice
topic readwrite home/#
pattern readwrite own/%u/#
pattern readwrite client/%c/#
`

// passwords are those of the users of guarded brokers.
var passwords = map[string]string{"alice": "apple", "bob": "banana", "+": "cherry"}

// writeUsers makes a file of users with our own command, which writes mosquitto's format.
func writeUsers(t testing.TB, dir string) (file string) {
	t.Helper()
	file = filepath.Join(dir, "users")
	for name, password := range passwords {
		cmd := exec.Command(programs.Ours(t, "mqttsn-gateway"), "passwd", file, name)
		cmd.Stdin = strings.NewReader(password + "\n")
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("passwd: %v\n%s", err, out)
		}
	}
	if err := os.WriteFile(file+".rules", []byte(mosquittoRules), 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}

// lines are what a setup adds.
func lines(t testing.TB, setups *[setups]string, s setup) string {
	t.Helper()
	text := strings.TrimPrefix(setups[s], "\n")
	if strings.Contains(text, "FILE") {
		text = strings.ReplaceAll(text, "FILE", writeUsers(t, t.TempDir()))
	}
	return text
}

// startGateway starts a gateway on a free port; data is the directory of its store, or empty.
func startGateway(t testing.TB, data string, s setup) *server {
	t.Helper()
	return startGatewayAt(t, programs.FreeAddr(t), data, lines(t, &gatewaySetups, s))
}

// startGatewayAt starts a gateway with more lines of configuration in its section mqtt.
func startGatewayAt(t testing.TB, addr, data, more string) *server {
	t.Helper()
	config := "log: {level: debug}\n" +
		"gateway: {data: '" + data + "'}\n" +
		"links: [{name: udp, listen: '127.0.0.1:0'}]\n" +
		"mqtt:\n  listeners:\n    - {name: tcp, listen: '" + addr + "'}\n" + more
	dir := t.TempDir()
	file := filepath.Join(dir, "gateway.yaml")
	if err := os.WriteFile(file, []byte(config), 0o600); err != nil {
		t.Fatal(err)
	}
	p := programs.StartIn(t, dir, nil, programs.Ours(t, "mqttsn-gateway"), "run", "-c", file)
	p.WaitTCP(addr)
	return &server{p, addr}
}

func startMosquitto(t testing.TB, s setup) *server {
	t.Helper()
	config := "log_type all\nsys_interval 1\n" + lines(t, &mosquittoSetups, s)
	addr := programs.FreeAddr(t)
	return &server{programs.StartMosquitto(t, addr, t.TempDir(), strings.Split(strings.TrimSpace(config), "\n")...), addr}
}
