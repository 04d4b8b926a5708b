package brokertest

import (
	"fmt"
	"net"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"mqttsn-gateway/gateway/e2e/programs"
)

// A secured gateway listens in every way that there is, beside plain TCP.
type secured struct {
	*server
	tls, mutual, ws, wss string // addresses
	ca, strangers        *authority
}

func startSecured(t *testing.T) *secured {
	g := &secured{
		tls: programs.FreeAddr(t), mutual: programs.FreeAddr(t), ws: programs.FreeAddr(t), wss: programs.FreeAddr(t),
		ca: newAuthority(t), strangers: newAuthority(t),
	}
	g.ca.issue("server")
	g.ca.issue("panel")
	g.strangers.issue("panel")
	pair := fmt.Sprintf("cert: '%s', key: '%s'", g.ca.file("server.pem"), g.ca.file("server.key"))
	g.server = startGatewayAt(t, programs.FreeAddr(t), "", fmt.Sprintf(`
    - {name: tls, listen: '%s', tls: {%s}}
    - {name: mutual, listen: '%s', tls: {%s, client_ca: '%s'}}
    - {name: ws, listen: '%s', websocket: {path: /mqtt}}
    - {name: wss, listen: '%s', tls: {%s}, websocket: {path: /mqtt}}
  access:
    - {listeners: [mutual], publish: ["own/%%u/#"], subscribe: ["#"]}
`, g.tls, pair, g.mutual, pair, g.ca.file("ca.pem"), g.ws, g.wss, pair)[1:])
	return g
}

// TestTLS uses mosquitto's clients over TLS, against our certificate and against another.
func TestTLS(t *testing.T) {
	g := startSecured(t)
	lines := subscribed(t, g.addr, "-t", "tls/#", "-q", "1")
	trust := []string{"-t", "tls/t", "-q", "1", "-m", "x", "-h", "127.0.0.1", "--cafile", g.ca.file("ca.pem")}
	tool(t, g.tls, "mosquitto_pub", trust...).Succeed()
	require.Equal(t, "MSG 1 0 tls/t x", lines.Until("MSG"))

	distrust := []string{"-t", "tls/t", "-m", "y", "-h", "127.0.0.1", "--cafile", g.strangers.file("ca.pem")}
	require.NotZero(t, tool(t, g.tls, "mosquitto_pub", distrust...).WaitExit(), "a server that nobody vouches for")
	require.NotZero(t, tool(t, g.tls, "mosquitto_pub", "-t", "tls/t", "-m", "y").WaitExit(), "MQTT without TLS")
	tool(t, g.tls, "mosquitto_pub", trust...).Succeed() // and the listener goes on
	require.Equal(t, "MSG 1 0 tls/t x", lines.Until("MSG"))
}

// TestClientCertificates: without a certificate of the right authority nobody gets in, and with one the client is who it
// says.
func TestClientCertificates(t *testing.T) {
	g := startSecured(t)
	lines := subscribed(t, g.addr, "-t", "own/#", "-q", "1")
	args := func(more ...string) []string {
		return append([]string{"-V", "mqttv5", "-q", "1", "-m", "x", "-h", "127.0.0.1", "--cafile", g.ca.file("ca.pem")}, more...)
	}
	ours := []string{"--cert", g.ca.file("panel.pem"), "--key", g.ca.file("panel.key")}
	tool(t, g.mutual, "mosquitto_pub", args(append(ours, "-t", "own/panel/t")...)...).Succeed()
	require.Equal(t, "MSG 1 0 own/panel/t x", lines.Until("MSG"))

	require.NotZero(t, tool(t, g.mutual, "mosquitto_pub", args("-t", "own/panel/t")...).WaitExit(), "no certificate")
	theirs := []string{"--cert", g.strangers.file("panel.pem"), "--key", g.strangers.file("panel.key")}
	require.NotZero(t, tool(t, g.mutual, "mosquitto_pub", args(append(theirs, "-t", "own/panel/t")...)...).WaitExit(), "another authority's")

	p := tool(t, g.mutual, "mosquitto_pub", args(append(ours, "-t", "own/alice/t")...)...)
	p.WaitExit()
	require.Contains(t, string(p.Stderr.Bytes())+string(p.Stdout.Bytes()), "Not authorized", "the user is the certificate's")
	tool(t, g.mutual, "mosquitto_pub", args(append(ours, "-t", "own/panel/u")...)...).Succeed()
	require.Equal(t, "MSG 1 0 own/panel/u x", lines.Until("MSG"), "and nothing came in between")
}

// TestRenewedCertificate: the next connection gets the new one, without a restart.
func TestRenewedCertificate(t *testing.T) {
	g := startSecured(t)
	publish := func(ca *authority) int {
		return tool(t, g.tls, "mosquitto_pub", "-t", "t", "-m", "x", "-h", "127.0.0.1", "--cafile", ca.file("ca.pem")).WaitExit()
	}
	require.Zero(t, publish(g.ca))
	g.strangers.issue("server")
	for _, name := range []string{"server.pem", "server.key"} {
		b, err := os.ReadFile(g.strangers.file(name))
		require.NoError(t, err)
		require.NoError(t, os.WriteFile(g.ca.file(name), append(b, '\n'), 0o600)) // another length: the file has changed
	}
	require.Zero(t, publish(g.strangers))
	require.NotZero(t, publish(g.ca))
}

// TestWebSocket uses MQTT.js over WebSocket, with and without TLS.
func TestWebSocket(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("starts programs: not a short test")
	}
	d := startMQTTJS(t)
	g := startSecured(t)
	for scheme, addr := range map[string]string{"ws": g.ws, "wss": g.wss} {
		for _, version := range []int{4, 5} {
			t.Run(fmt.Sprintf("%s version %d", scheme, version), func(t *testing.T) {
				u := d.newUser(t, addr, version).(*mqttJS)
				u.scheme, u.ca = scheme, g.ca.file("ca.pem")
				u.connect(session{client: "web"})
				u.subscribe("web/#", 1)
				for _, payload := range []string{"", "x", strings.Repeat("long ", 50_000)} {
					m := message{topic: "web/t", payload: payload, qos: 1}
					u.publish(m)
					require.Equal(t, m, u.receive())
				}
				u.leave()
			})
		}
	}
}

// TestWebSocketKeepsStrangeSitesOut: a page of another site may not use the broker through somebody's browser.
func TestWebSocketKeepsStrangeSitesOut(t *testing.T) {
	g := startSecured(t)
	for origin, want := range map[string]string{
		"http://" + g.ws:         "HTTP/1.1 101",
		"https://elsewhere.test": "HTTP/1.1 403",
	} {
		nc, err := net.Dial("tcp", g.ws)
		require.NoError(t, err)
		defer nc.Close()
		fmt.Fprintf(nc, "GET /mqtt HTTP/1.1\r\nHost: %s\r\nOrigin: %s\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"+
			"Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Protocol: mqtt\r\n\r\n", g.ws, origin)
		answer := make([]byte, len(want))
		_, err = nc.Read(answer)
		require.NoError(t, err)
		require.Equal(t, want, string(answer), origin)
	}
}
