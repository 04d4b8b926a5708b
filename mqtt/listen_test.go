package mqtt

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"io"
	"net"
	"os"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// listen serves on loopback until the test ends.
func listen(t testing.TB, cfg ListenConfig, handle func(*Conn)) *Listener {
	t.Helper()
	cfg.Address = "127.0.0.1:0"
	l, err := Listen(cfg)
	require.NoError(t, err)
	served := make(chan struct{})
	go func() {
		l.Serve(handle)
		close(served)
	}()
	t.Cleanup(func() {
		require.NoError(t, l.Close())
		require.NoError(t, l.Close(), "again")
		<-served
	})
	return l
}

// echo accepts every client, and returns to it what it publishes.
func echo(c *Conn) {
	defer c.Close()
	for {
		p, err := c.ReadPacket()
		if err != nil {
			return
		}
		switch p := p.(type) {
		case *Connect:
			c.Send(&Connack{AssignedClientID: certificateName(c)})
		case *Publish:
			c.Send(p)
		}
		c.Flush()
	}
}

// certificateName is the name in the peer's certificate.
func certificateName(c *Conn) string {
	if state := c.TLS(); state != nil && len(state.PeerCertificates) > 0 {
		return state.PeerCertificates[0].Subject.CommonName
	}
	return ""
}

func TestDialListen(t *testing.T) {
	a := newAuthority(t)
	mutual := a.server()
	mutual.ClientAuth, mutual.ClientCAs = tls.RequireAndVerifyClientCert, a.pool()
	trust := &tls.Config{RootCAs: a.pool()}
	identity := &tls.Config{RootCAs: a.pool(), GetClientCertificate: a.keyPair("th7").GetClientCertificate, ServerName: "broker"}
	ws := &WebSocketConfig{}
	for _, tt := range []struct {
		name   string
		scheme string
		path   string
		listen ListenConfig
		tls    *tls.Config
		peer   string
	}{
		{name: "tcp", scheme: "mqtt"},
		{name: "tls", scheme: "mqtts", listen: ListenConfig{TLS: a.server()}, tls: trust},
		{name: "mutual tls", scheme: "mqtts", listen: ListenConfig{TLS: mutual}, tls: identity, peer: "th7"},
		{name: "websocket", scheme: "ws", path: "/mqtt", listen: ListenConfig{WebSocket: ws}},
		{name: "websocket over tls", scheme: "wss", path: "/elsewhere", tls: identity, peer: "th7",
			listen: ListenConfig{TLS: mutual, WebSocket: &WebSocketConfig{Path: "/elsewhere"}}},
	} {
		for _, v := range []Version{V311, V5} {
			t.Run(tt.name+" "+v.String(), func(t *testing.T) {
				l := listen(t, tt.listen, echo)
				c, err := Dial(t.Context(), DialConfig{URL: tt.scheme + "://" + l.Addr().String() + tt.path, TLS: tt.tls})
				require.NoError(t, err)
				defer c.Close()
				require.Equal(t, l.Addr().String(), c.RemoteAddr().String())
				require.NoError(t, c.Send(&Connect{Version: v, CleanStart: true}))
				c.Flush()
				connack := wantPacket[*Connack](t, c)
				if v == V5 {
					require.Equal(t, tt.peer, connack.AssignedClientID)
				}
				big := &Publish{Topic: "plant/th7", Payload: make([]byte, 300_000)}
				for range 3 {
					require.NoError(t, c.Send(big))
					c.Flush()
				}
				for range 3 {
					require.Equal(t, big, wantPacket[*Publish](t, c))
				}
				require.Equal(t, ListenerStats{Accepted: 1, Open: 1}, l.Stats())
				c.CloseWith(NormalDisconnection, "")
				_, err = c.ReadPacket()
				require.ErrorIs(t, err, net.ErrClosed)
			})
		}
	}
}

// Nobody waits for the handshake of somebody else.
func TestSilentClients(t *testing.T) {
	a := newAuthority(t)
	for _, tt := range []struct {
		scheme string
		listen ListenConfig
	}{
		{"mqtt", ListenConfig{}},
		{"mqtts", ListenConfig{TLS: a.server()}},
		{"ws", ListenConfig{WebSocket: &WebSocketConfig{}}},
		{"wss", ListenConfig{TLS: a.server(), WebSocket: &WebSocketConfig{}}},
	} {
		t.Run(tt.scheme, func(t *testing.T) {
			tt.listen.Conn.ConnectTimeout = 500 * time.Millisecond
			l := listen(t, tt.listen, echo)
			var silent []net.Conn
			for range 20 {
				nc, err := net.Dial("tcp", l.Addr().String())
				require.NoError(t, err)
				defer nc.Close()
				silent = append(silent, nc)
			}
			c, err := Dial(t.Context(), DialConfig{URL: tt.scheme + "://" + l.Addr().String() + "/mqtt",
				TLS: &tls.Config{RootCAs: a.pool()}})
			require.NoError(t, err)
			defer c.Close()
			require.NoError(t, c.Send(&Connect{Version: V5}))
			c.Flush()
			wantPacket[*Connack](t, c)
			for _, nc := range silent { // are shown the door
				require.NoError(t, nc.SetReadDeadline(time.Now().Add(10*time.Second)))
				_, err := io.Copy(io.Discard, nc)
				require.NotErrorIs(t, err, os.ErrDeadlineExceeded)
			}
		})
	}
}

func TestDialRefused(t *testing.T) {
	a := newAuthority(t)
	expired, err := LoadKeyPair(a.files(t.TempDir(), "broker", time.Now().Add(-time.Minute)))
	require.NoError(t, err)
	good := listen(t, ListenConfig{TLS: a.server()}, echo).Addr().String()
	old := listen(t, ListenConfig{TLS: &tls.Config{GetCertificate: expired.GetCertificate}}, echo).Addr().String()

	var unknown x509.UnknownAuthorityError
	_, err = Dial(t.Context(), DialConfig{URL: "mqtts://" + good})
	require.ErrorAs(t, err, &unknown)
	_, err = Dial(t.Context(), DialConfig{URL: "wss://" + good})
	require.ErrorAs(t, err, &unknown)

	var name x509.HostnameError
	_, err = Dial(t.Context(), DialConfig{URL: "mqtts://" + good, TLS: &tls.Config{RootCAs: a.pool(), ServerName: "other"}})
	require.ErrorAs(t, err, &name)

	var invalid x509.CertificateInvalidError
	_, err = Dial(t.Context(), DialConfig{URL: "mqtts://" + old, TLS: &tls.Config{RootCAs: a.pool()}})
	require.ErrorAs(t, err, &invalid)
	require.Equal(t, x509.Expired, invalid.Reason)

	for _, url := range []string{"", "localhost:1883", "http://localhost", "mqtt://", "mqtt://me:secret@[", "mqtt://u:secret@127.0.0.1:1"} {
		_, err = Dial(t.Context(), DialConfig{URL: url})
		require.Error(t, err, url)
		require.NotContains(t, err.Error(), "secret")
	}
}

func TestDialTimeout(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0") // and nobody accepts
	require.NoError(t, err)
	defer l.Close()
	for _, scheme := range []string{"mqtts://", "ws://", "wss://"} {
		_, err = Dial(t.Context(), DialConfig{URL: scheme + l.Addr().String(), Conn: Config{ConnectTimeout: 50 * time.Millisecond}})
		require.Error(t, err)
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		_, err = Dial(ctx, DialConfig{URL: scheme + l.Addr().String()})
		require.ErrorIs(t, err, context.Canceled)
	}
}
