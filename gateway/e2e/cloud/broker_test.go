package cloud

import (
	"context"
	"crypto/tls"
	"io"
	"net"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"mqttsn-gateway/gateway/e2e/programs"
)

// startBroker starts a mosquitto with lines of configuration and returns its address.
func startBroker(t testing.TB, lines ...string) (addr string) {
	t.Helper()
	addr = programs.FreeAddr(t)
	programs.StartMosquitto(t, addr, t.TempDir(), lines...)
	return addr
}

// startWebSocketBroker starts a mosquitto that speaks WebSocket at the address. It has a plain listener as well: with none
// but WebSocket, mosquitto 2.0 refuses to start.
func startWebSocketBroker(t testing.TB, lines ...string) (addr string) {
	t.Helper()
	addr = programs.FreeAddr(t)
	lines = append([]string{"listener " + programs.PortOf(t, addr) + " 127.0.0.1", "protocol websockets"}, lines...)
	programs.StartMosquitto(t, programs.FreeAddr(t), t.TempDir(), lines...).WaitTCP(addr)
	return addr
}

// tlsLines make a mosquitto present the certificate that the authority has issued for a name.
func (a *authority) tlsLines(name string) []string {
	return []string{"certfile " + a.file(name+".crt"), "keyfile " + a.file(name+".key")}
}

// A front ends TLS before a broker that knows nothing of it, as load balancers do, and shows what clients asked for.
type front struct {
	addr  string
	asked chan tls.ConnectionState
}

// startFront starts a front that presents the certificate for a name and speaks the protocol "mqtt" only.
func startFront(t testing.TB, a *authority, name, broker string) *front {
	t.Helper()
	pair, err := tls.LoadX509KeyPair(a.file(name+".crt"), a.file(name+".key"))
	require.NoError(t, err)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	f := &front{addr: l.Addr().String(), asked: make(chan tls.ConnectionState, 10)}
	serve(t, l, func(ctx context.Context, c net.Conn) {
		conn := tls.Server(c, &tls.Config{Certificates: []tls.Certificate{pair}, NextProtos: []string{"mqtt"}})
		if conn.HandshakeContext(ctx) != nil {
			return
		}
		f.asked <- conn.ConnectionState()
		join(ctx, conn, broker)
	})
	return f
}

// serve hands each connection that is accepted to a goroutine, which ends before the test does.
func serve(t testing.TB, l net.Listener, handle func(context.Context, net.Conn)) {
	ctx, cancel := context.WithCancel(context.Background())
	var running sync.WaitGroup
	running.Go(func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			running.Go(func() {
				defer c.Close()
				handle(ctx, c)
			})
		}
	})
	t.Cleanup(func() {
		cancel()
		l.Close()
		running.Wait()
	})
}

// join carries octets between a connection and an address until either ends.
func join(ctx context.Context, c net.Conn, addr string) {
	d := net.Dialer{Timeout: programs.Patience}
	there, err := d.DialContext(ctx, "tcp", addr)
	if err != nil {
		return
	}
	defer there.Close()
	stop := context.AfterFunc(ctx, func() {
		c.SetDeadline(time.Unix(1, 0))
		there.SetDeadline(time.Unix(1, 0))
	})
	defer stop()
	var back sync.WaitGroup
	back.Go(func() {
		io.Copy(c, there)
		c.Close()
	})
	io.Copy(there, c)
	there.Close()
	back.Wait()
}
