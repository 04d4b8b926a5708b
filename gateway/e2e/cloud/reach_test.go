package cloud

import (
	"bufio"
	"context"
	"encoding/binary"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"mqttsn-gateway/gateway/e2e/programs"
)

func TestAuthorityOfOurOwn(t *testing.T) {
	t.Parallel()
	a := newAuthority(t)
	a.certify("broker", time.Now().Add(time.Hour))
	broker := startBroker(t, a.tlsLines("broker")...)
	g := startGateway(t, fmt.Sprintf("url: 'mqtts://%s', ca_file: %s", broker, a.file("ca.crt")))
	newDevice(t, g, "th7").served()
}

// TestAddressUnderAnotherName: the broker is reached by an address that its certificate does not have.
func TestAddressUnderAnotherName(t *testing.T) {
	t.Parallel()
	a := newAuthority(t)
	a.certify("broker.example", time.Now().Add(time.Hour))
	f := startFront(t, a, "broker.example", startBroker(t))
	_, port, err := net.SplitHostPort(f.addr)
	require.NoError(t, err)
	g := startGateway(t, fmt.Sprintf("url: 'mqtts://localhost:%s', ca_file: %s, server_name: broker.example, alpn: mqtt",
		port, a.file("ca.crt")))
	newDevice(t, g, "th7").served()
	asked := <-f.asked
	require.Equal(t, "broker.example", asked.ServerName)
	require.Equal(t, "mqtt", asked.NegotiatedProtocol)
}

func TestMutualTLS(t *testing.T) {
	t.Parallel()
	a := newAuthority(t)
	a.certify("broker", time.Now().Add(time.Hour))
	a.certify("cellar", time.Now().Add(time.Hour))
	broker := startBroker(t, append(a.tlsLines("broker"), "cafile "+a.file("ca.crt"), "require_certificate true")...)
	g := startGateway(t, fmt.Sprintf("url: 'mqtts://%s', ca_file: %s, cert_file: %s, key_file: %s",
		broker, a.file("ca.crt"), a.file("cellar.crt"), a.file("cellar.key")))
	newDevice(t, g, "th7").served()
}

func TestPassword(t *testing.T) {
	t.Parallel()
	a := newAuthority(t)
	a.certify("broker", time.Now().Add(time.Hour))
	broker := startBroker(t, append(a.tlsLines("broker"), passwordLines(t, "cellar", "hush")...)...)
	secret := filepath.Join(t.TempDir(), "password")
	require.NoError(t, os.WriteFile(secret, []byte("hush\n"), 0o600))
	g := startGateway(t, fmt.Sprintf("url: 'mqtts://%s', ca_file: %s, username: cellar, password_file: %s",
		broker, a.file("ca.crt"), secret))
	newDevice(t, g, "th7").served()
}

// passwordLines make a mosquitto let nobody in but who knows a password.
func passwordLines(t testing.TB, user, password string) []string {
	t.Helper()
	return passwordsLines(t, map[string]string{user: password})
}

func passwordsLines(t testing.TB, passwords map[string]string) []string {
	t.Helper()
	programs.Installed(t, "mosquitto_passwd")
	file := filepath.Join(t.TempDir(), "passwords")
	require.NoError(t, os.WriteFile(file, nil, 0o600))
	for user, password := range passwords {
		out, err := exec.Command("mosquitto_passwd", "-b", file, user, password).CombinedOutput()
		require.NoError(t, err, string(out))
	}
	return []string{"allow_anonymous false", "password_file " + file}
}

func TestWebSocket(t *testing.T) {
	t.Parallel()
	t.Run("plain", func(t *testing.T) {
		t.Parallel()
		g := startGateway(t, fmt.Sprintf("url: 'ws://%s/mqtt'", startWebSocketBroker(t)))
		newDevice(t, g, "th7").served()
	})
	t.Run("tls", func(t *testing.T) {
		t.Parallel()
		a := newAuthority(t)
		a.certify("broker", time.Now().Add(time.Hour))
		broker := startWebSocketBroker(t, a.tlsLines("broker")...)
		g := startGateway(t, fmt.Sprintf("url: 'wss://%s/mqtt', ca_file: %s", broker, a.file("ca.crt")))
		newDevice(t, g, "th7").served()
	})
}

// TestSOCKS: the way leads through a SOCKS5 proxy, which is told the broker's name and resolves it.
func TestSOCKS(t *testing.T) {
	t.Parallel()
	a := newAuthority(t)
	a.certify("broker.example", time.Now().Add(time.Hour))
	broker := startBroker(t, a.tlsLines("broker.example")...)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	asked := make(chan string, 10)
	serve(t, l, func(ctx context.Context, c net.Conn) {
		if to, ok := acceptSOCKS(c); ok {
			asked <- to
			join(ctx, c, broker)
		}
	})
	g := startGateway(t, fmt.Sprintf("url: 'mqtts://broker.example', ca_file: %s, proxy: 'socks5://%s'", a.file("ca.crt"), l.Addr()))
	newDevice(t, g, "th7").served()
	require.Equal(t, "broker.example:8883", <-asked)
}

// acceptSOCKS serves the beginning of a SOCKS5 connection without authentication to a host by its name (RFC 1928), and returns
// that with its port.
func acceptSOCKS(c net.Conn) (to string, ok bool) {
	b := make([]byte, 256)
	read := func(n int) []byte {
		if _, err := io.ReadFull(c, b[:n]); err != nil {
			return make([]byte, n)
		}
		return b[:n]
	}
	if head := read(2); head[0] != 5 {
		return "", false
	} else {
		read(int(head[1])) // methods, of which we take that without a password
	}
	c.Write([]byte{5, 0})
	if request := read(4); request[0] != 5 || request[1] != 1 || request[3] != 3 {
		return "", false
	}
	host := string(read(int(read(1)[0])))
	port := binary.BigEndian.Uint16(read(2))
	c.Write([]byte{5, 0, 0, 1, 127, 0, 0, 1, 0, 0})
	return net.JoinHostPort(host, strconv.Itoa(int(port))), true
}

// TestProxy: the way leads through a web proxy, which learns nothing but the broker's name.
func TestProxy(t *testing.T) {
	t.Parallel()
	a := newAuthority(t)
	a.certify("broker.example", time.Now().Add(time.Hour))
	broker := startBroker(t, a.tlsLines("broker.example")...)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	tunnels := make(chan string, 10)
	serve(t, l, func(ctx context.Context, c net.Conn) {
		request, err := http.ReadRequest(bufio.NewReader(c))
		if err != nil || request.Method != http.MethodConnect {
			return
		}
		tunnels <- request.Host
		fmt.Fprint(c, "HTTP/1.1 200 OK\r\n\r\n")
		join(ctx, c, broker)
	})
	g := startGateway(t, fmt.Sprintf("url: 'mqtts://broker.example', ca_file: %s, proxy: 'http://%s'",
		a.file("ca.crt"), l.Addr()))
	newDevice(t, g, "th7").served()
	require.Equal(t, "broker.example:8883", <-tunnels)
}
