package gateway

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"syscall"

	"mqttsn-gateway/gateway/config"
	"mqttsn-gateway/gateway/engine"
	"mqttsn-gateway/mqtt"
)

// upstream is the way to the upstream broker.
type upstream struct {
	cfg *config.Config
	tls *tls.Config // nil where no URL asks for it
}

// newUpstream reads the files with certificates.
func newUpstream(cfg *config.Config) (*upstream, error) {
	u := &upstream{cfg: cfg}
	if !cfg.Upstream.Encrypted() {
		return u, nil
	}
	var err error
	u.tls, err = cfg.Upstream.TLS()
	return u, err
}

// dialUpstream connects to the upstream broker, and serves the connection until it ends. A failure is told to the engine
// like a loss.
func (l *loop) dialUpstream(ctx context.Context, u *upstream, id engine.ConnID, d engine.Dial) (first connEvent, ok bool) {
	c, login, err := u.dial(ctx, d)
	if err != nil {
		l.post(ctx, connEvent{kind: connLost, id: id, err: explainDial(err)})
		return connEvent{}, false
	}
	return connEvent{kind: connDialled, id: id, conn: c, login: login}, true
}

// dial connects, and finds with what to log in. Passwords, and certificates of single devices, are read now.
func (u *upstream) dial(ctx context.Context, d engine.Dial) (*mqtt.Conn, engine.Login, error) {
	cfg := &u.cfg.Upstream
	who, err := u.cfg.LoginOf(d.Device, d.Override)
	if err != nil {
		return nil, engine.Login{}, err
	}
	password, err := who.Secret()
	if err != nil {
		return nil, engine.Login{}, fmt.Errorf("password: %w", err)
	}
	secured := u.tls
	if secured != nil && who.CertFile != cfg.CertFile {
		pair, err := who.Certificate()
		if err != nil {
			return nil, engine.Login{}, fmt.Errorf("certificate: %w", err)
		}
		secured = secured.Clone()
		secured.GetClientCertificate = pair.GetClientCertificate
	}
	c, err := mqtt.Dial(ctx, mqtt.DialConfig{
		URL: cfg.URLs()[d.Broker], TLS: secured, Proxy: cfg.Proxy,
		Conn: mqtt.Config{ConnectTimeout: cfg.ConnectTimeout, TopicAliasMaximum: topicAliases},
	})
	return c, engine.Login{Username: who.Username, Password: []byte(password)}, err
}

// explainDial adds to the common failures what to do about them.
func explainDial(err error) error {
	var (
		unknown  x509.UnknownAuthorityError
		hostname x509.HostnameError
		invalid  x509.CertificateInvalidError
		plain    tls.RecordHeaderError
	)
	remedy := ""
	switch {
	case errors.As(err, &unknown):
		remedy = "name the certificate of the broker's authority in upstream.ca_file"
	case errors.As(err, &hostname):
		remedy = "use a name that the certificate has in upstream.url, or set upstream.server_name"
	case errors.As(err, &invalid) && invalid.Reason == x509.Expired:
		remedy = "renew the broker's certificate, or set this machine's clock"
	case errors.As(err, &plain):
		remedy = "the broker does not speak TLS at this port"
	case errors.Is(err, syscall.ECONNREFUSED):
		remedy = "nobody listens there"
	case errors.Is(err, context.DeadlineExceeded):
		remedy = "no answer within upstream.connect_timeout"
	default:
		return err
	}
	return fmt.Errorf("%w: %s", err, remedy)
}
