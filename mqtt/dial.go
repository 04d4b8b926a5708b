package mqtt

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"

	"github.com/gorilla/websocket"
)

// DialConfig describes a broker and the way to it.
type DialConfig struct {
	// URL is mqtt://host, mqtts://host, ws://host/path or wss://host/path. The port is 1883, 8883, 80 or 443 if it is not
	// given; user and password in it are ignored, they belong in CONNECT.
	URL string

	// TLS is used by mqtts and wss. Nil: the system's certificate authorities. If it has no ServerName, the URL's host is
	// it.
	TLS *tls.Config

	// Proxy is http://host:port or socks5://host:port, with user:password@ before the host if need be. Empty: none.
	Proxy string

	// Header is sent with the opening handshake of ws and wss.
	Header http.Header

	// Conn bounds, with its ConnectTimeout, also the time that Dial takes.
	Conn Config
}

var defaultPorts = map[string]string{"mqtt": "1883", "mqtts": "8883", "ws": "80", "wss": "443"}

// Dial connects to a broker. The connection is ready for Connect to be sent.
func Dial(ctx context.Context, cfg DialConfig) (*Conn, error) {
	ctx, cancel := context.WithTimeout(ctx, cfg.Conn.withDefaults().ConnectTimeout)
	defer cancel()
	nc, err := dial(ctx, cfg)
	if err != nil {
		return nil, fmt.Errorf("mqtt: dial %s: %w", redacted(cfg.URL), err)
	}
	return NewClientConn(nc, cfg.Conn), nil
}

func dial(ctx context.Context, cfg DialConfig) (net.Conn, error) {
	u, err := url.Parse(cfg.URL)
	if err != nil {
		return nil, errors.New("address is not a URL") // the error has the password
	}
	port, ok := defaultPorts[u.Scheme]
	if !ok || u.Hostname() == "" {
		return nil, errors.New("address must be mqtt://host, or mqtts, ws or wss")
	}
	if u.Port() != "" {
		port = u.Port()
	}
	dialer, err := proxied(cfg.Proxy)
	if err != nil {
		return nil, err
	}
	if u.Scheme == "ws" || u.Scheme == "wss" {
		return dialWebSocket(ctx, u, cfg, dialer)
	}
	nc, err := dialer.DialContext(ctx, "tcp", net.JoinHostPort(u.Hostname(), port))
	if err != nil || u.Scheme == "mqtt" {
		return nc, err
	}
	return startTLS(ctx, nc, cfg.TLS, u.Hostname())
}

// startTLS does the handshake, so that what is wrong with a certificate is known from dialling. It closes nc if it fails.
func startTLS(ctx context.Context, nc net.Conn, config *tls.Config, host string) (net.Conn, error) {
	config = config.Clone() // of nil is nil
	if config == nil {
		config = new(tls.Config)
	}
	if config.ServerName == "" {
		config.ServerName = host
	}
	conn := tls.Client(nc, config)
	if err := conn.HandshakeContext(ctx); err != nil {
		nc.Close()
		return nil, err
	}
	return conn, nil
}

func dialWebSocket(ctx context.Context, u *url.URL, cfg DialConfig, dialer contextDialer) (net.Conn, error) {
	target := *u
	target.User = nil // the handshake would send it as a password of the web server
	ws, response, err := (&websocket.Dialer{
		NetDialContext:  dialer.DialContext,
		TLSClientConfig: cfg.TLS,
		Subprotocols:    subprotocols[:1],
		WriteBufferPool: &wsBuffers,
	}).DialContext(ctx, target.String(), cfg.Header)
	if err != nil && response != nil {
		return nil, fmt.Errorf("%w: the server answers %s", err, response.Status)
	}
	if err != nil {
		return nil, err
	}
	return &wsConn{Conn: ws}, nil
}

// redacted is an address without its password, for error messages.
func redacted(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return "broker"
	}
	return u.Redacted()
}
