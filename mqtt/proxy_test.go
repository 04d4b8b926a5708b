package mqtt

import (
	"bufio"
	"context"
	"crypto/tls"
	"encoding/binary"
	"io"
	"net"
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// proxyServer lets every connection be served until the test ends.
func proxyServer(t *testing.T, serve func(net.Conn)) (address string) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	t.Cleanup(func() { l.Close() })
	go func() {
		for {
			nc, err := l.Accept()
			if err != nil {
				return
			}
			go func() {
				defer nc.Close()
				nc.SetDeadline(time.Now().Add(20 * time.Second))
				serve(nc)
			}()
		}
	}()
	return l.Addr().String()
}

// tunnel joins a client and where it wants to go, until either ends.
func tunnel(nc net.Conn, address string) {
	far, err := net.Dial("tcp", address)
	if err != nil {
		return
	}
	go func() {
		io.Copy(far, nc)
		far.Close()
	}()
	io.Copy(nc, far)
	nc.Close()
}

// serveConnect is a web proxy for Aladdin.
func serveConnect(nc net.Conn) {
	r, err := http.ReadRequest(bufio.NewReader(nc))
	if err != nil || r.Method != http.MethodConnect {
		return
	}
	if r.Header.Get("Proxy-Authorization") != "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==" {
		io.WriteString(nc, "HTTP/1.1 407 Proxy Authentication Required\r\n\r\n")
		return
	}
	io.WriteString(nc, "HTTP/1.1 200 OK\r\n\r\n")
	tunnel(nc, r.Host)
}

// serveSOCKS is a SOCKS5 proxy (RFC 1928) for Aladdin (RFC 1929), for IPv4 only.
func serveSOCKS(nc net.Conn) {
	head := make([]byte, 2)
	if _, err := io.ReadFull(nc, head); err != nil {
		return
	}
	io.CopyN(io.Discard, nc, int64(head[1])) // methods; we insist on a password
	nc.Write([]byte{5, 2})
	login := make([]byte, len("\x01\x07Aladdin\x0bopen sesame"))
	io.ReadFull(nc, login)
	if string(login) != "\x01\x07Aladdin\x0bopen sesame" {
		nc.Write([]byte{1, 1})
		return
	}
	nc.Write([]byte{1, 0})
	request := make([]byte, 10)
	io.ReadFull(nc, request)
	to := net.TCPAddr{IP: request[4:8], Port: int(binary.BigEndian.Uint16(request[8:]))}
	nc.Write([]byte{5, 0, 0, 1, 0, 0, 0, 0, 0, 0})
	tunnel(nc, to.String())
}

func TestProxy(t *testing.T) {
	a := newAuthority(t)
	trust := &tls.Config{RootCAs: a.pool()}
	web, socks := proxyServer(t, serveConnect), proxyServer(t, serveSOCKS)
	plain := listen(t, ListenConfig{}, echo).Addr().String()
	secure := listen(t, ListenConfig{TLS: a.server(), WebSocket: &WebSocketConfig{}}, echo).Addr().String()
	for _, scheme := range []string{"http", "socks5"} {
		t.Run(scheme, func(t *testing.T) {
			host := map[string]string{"http": web, "socks5": socks}[scheme]
			for _, url := range []string{"mqtt://" + plain, "wss://" + secure + "/mqtt"} {
				c, err := Dial(t.Context(), DialConfig{URL: url, TLS: trust, Proxy: scheme + "://Aladdin:open%20sesame@" + host})
				require.NoError(t, err)
				defer c.Close()
				require.NoError(t, c.Send(&Connect{Version: V5}))
				c.Flush()
				wantPacket[*Connack](t, c)

				_, err = Dial(t.Context(), DialConfig{URL: url, TLS: trust, Proxy: scheme + "://Aladdin:secret123456@" + host})
				require.Error(t, err)
				require.NotContains(t, err.Error(), "secret")
			}
		})
	}
}

func TestProxyRefused(t *testing.T) {
	for _, proxy := range []string{"ftp://127.0.0.1:1", "127.0.0.1:1", "http://", "http://u:secret@[", "http://127.0.0.1:1"} {
		_, err := Dial(t.Context(), DialConfig{URL: "mqtt://127.0.0.1", Proxy: proxy})
		require.ErrorContains(t, err, "proxy")
		require.NotContains(t, err.Error(), "secret")
	}
	silent := proxyServer(t, func(nc net.Conn) { io.Copy(io.Discard, nc) })
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	_, err := Dial(ctx, DialConfig{URL: "mqtt://127.0.0.1", Proxy: "http://" + silent})
	require.ErrorContains(t, err, "timeout")
	eager := proxyServer(t, func(nc net.Conn) { io.WriteString(nc, "HTTP/1.1 200 OK\r\n\r\nhello") })
	_, err = Dial(t.Context(), DialConfig{URL: "mqtt://127.0.0.1", Proxy: "http://" + eager})
	require.Error(t, err)
}
