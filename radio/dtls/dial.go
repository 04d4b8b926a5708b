package dtls

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"

	"github.com/pion/dtls/v3"
)

// DialConfig is what a device has: an identity and its key, or a certificate.
type DialConfig struct {
	Identity string
	Key      []byte

	// Certificate is shown to the gateway, which must present one that RootCAs sign (nil: the system's) for ServerName
	// (empty: the host that was dialled).
	Certificate *tls.Certificate
	RootCAs     *x509.CertPool
	ServerName  string
}

// Dial connects a device with a gateway at host:port. Each Read and Write of the connection is a datagram. The context
// bounds the handshake.
func Dial(ctx context.Context, addr string, c DialConfig) (net.Conn, error) {
	// The dialer resolves the name under the context. The connection itself uses a socket that is not bound to one
	// route, so that a device may change its network.
	resolved, err := (&net.Dialer{}).DialContext(ctx, "udp", addr)
	if err != nil {
		return nil, err
	}
	resolved.Close()
	socket, err := net.ListenUDP("udp", nil)
	if err != nil {
		return nil, err
	}
	if c.ServerName == "" {
		c.ServerName, _, _ = net.SplitHostPort(addr) // the dialer has read it
	}
	conn, err := Client(ctx, socket, resolved.RemoteAddr(), c)
	if err != nil {
		return nil, fmt.Errorf("dtls %s: %w", addr, err)
	}
	return conn, nil
}

// Client is Dial over an open socket, which belongs to the connection afterwards and is closed on error.
func Client(ctx context.Context, socket net.PacketConn, to net.Addr, c DialConfig) (net.Conn, error) {
	options, err := c.options()
	if err != nil {
		socket.Close()
		return nil, err
	}
	conn, err := dtls.ClientWithOptions(socket, to, options...)
	if err != nil {
		socket.Close()
		return nil, err
	}
	if err := conn.HandshakeContext(ctx); err != nil {
		conn.Close()
		return nil, err
	}
	return conn, nil
}

func (c DialConfig) options() ([]dtls.ClientOption, error) {
	// Offering an empty connection id asks for the gateway's: we want to be recognised, and need not recognise.
	options := []dtls.ClientOption{
		dtls.WithConnectionIDGenerator(dtls.OnlySendCIDGenerator()),
		dtls.WithCipherSuites(suites...),
		dtls.WithLoggerFactory(silence{}),
	}
	switch {
	case c.Key != nil && c.Certificate != nil:
		return nil, errors.New("both a key and a certificate")
	case c.Key != nil:
		if err := checkKey(c.Identity, c.Key); err != nil {
			return nil, err
		}
		return append(options,
			dtls.WithPSK(func([]byte) ([]byte, error) { return c.Key, nil }),
			dtls.WithPSKIdentityHint([]byte(c.Identity))), nil
	case c.Certificate != nil:
		options = append(options, dtls.WithCertificates(*c.Certificate), dtls.WithServerName(c.ServerName))
		if c.RootCAs != nil {
			options = append(options, dtls.WithRootCAs(c.RootCAs))
		}
		return options, nil
	}
	return nil, errors.New("neither a key nor a certificate")
}
