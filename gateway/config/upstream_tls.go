package config

import (
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"mqttsn-gateway/mqtt"
)

// TLS is what the files and names of u come to, read now: the certificate is read again by the handshakes that find it
// changed, the authorities are not. It is not used with URLs that ask for no TLS.
func (u *Upstream) TLS() (*tls.Config, error) {
	roots, err := u.authorities()
	if err != nil {
		return nil, fmt.Errorf("upstream.ca_file: %w", err)
	}
	c := &tls.Config{RootCAs: roots, ServerName: u.ServerName}
	if u.ALPN != "" {
		c.NextProtos = []string{u.ALPN}
	}
	if u.CertFile == "" {
		return c, nil
	}
	pair, err := u.certificate()
	if err != nil {
		return nil, fmt.Errorf("upstream.cert_file: %w", err)
	}
	c.GetClientCertificate = pair.GetClientCertificate
	return c, nil
}

// Encrypted reports whether a URL asks for TLS.
func (u *Upstream) Encrypted() bool {
	return slices.ContainsFunc(u.URLs(), func(url string) bool {
		return strings.HasPrefix(url, "mqtts:") || strings.HasPrefix(url, "wss:")
	})
}

// authorities are those that may sign the broker's certificate; nil stands for the system's.
func (u *Upstream) authorities() (*x509.CertPool, error) {
	if u.CAFile == "" {
		return nil, nil
	}
	return readAuthorities(u.CAFile)
}

func (u *Upstream) certificate() (*mqtt.KeyPair, error) { return readKeyPair(u.CertFile, u.KeyFile) }

func (r *reader) checkUpstreamTLS() {
	u := &r.config.Upstream
	problem := func(key, what, remedy string) { r.problem(r.originOf(key), key, what, remedy) }
	if u.URL != "" && !u.Encrypted() {
		for _, set := range []struct{ key, value string }{
			{"upstream.ca_file", u.CAFile}, {"upstream.cert_file", u.CertFile}, {"upstream.key_file", u.KeyFile},
			{"upstream.server_name", u.ServerName}, {"upstream.alpn", u.ALPN},
		} {
			if set.value != "" {
				problem(set.key, "upstream.url asks for no encryption", "write mqtts:// or wss:// there, or remove this key")
			}
		}
	}
	if _, err := u.authorities(); err != nil {
		problem("upstream.ca_file", err.Error(), "name a file of the authorities' certificates in PEM form")
	}
	switch {
	case u.CertFile == "" && u.KeyFile == "":
	case u.CertFile == "":
		problem("upstream.key_file", "a certificate and its key go together", "set upstream.cert_file as well")
	case u.KeyFile == "":
		problem("upstream.cert_file", "a certificate and its key go together", "set upstream.key_file as well")
	default:
		if _, err := u.certificate(); err != nil {
			problem("upstream.cert_file", err.Error(), "name a certificate and its own key, both in PEM form")
		}
	}
}

// isBrokerURL tells the URLs that package mqtt can dial, and none, from others. Passwords have keys of their own.
func isBrokerURL(s string) bool {
	if s == "" {
		return true
	}
	u, err := url.Parse(s)
	if err != nil || u.User != nil || u.Fragment != "" || !validHost(u) {
		return false
	}
	switch u.Scheme {
	case "mqtt", "mqtts":
		return u.Path == "" && u.RawQuery == "" && !u.ForceQuery && !strings.HasSuffix(s, "#")
	case "ws", "wss":
		return true
	}
	return false
}

func isProxyURL(s string) bool {
	if s == "" {
		return true
	}
	u, err := url.Parse(s)
	return err == nil && slices.Contains([]string{"http", "socks5"}, u.Scheme) && u.Port() != "" && validHost(u) &&
		u.Path == "" && u.RawQuery == "" && u.Fragment == ""
}

// validHost reports whether u has a host and, if any, a port that can be connected to.
func validHost(u *url.URL) bool {
	if u.Hostname() == "" || strings.HasSuffix(u.Host, ":") {
		return false
	}
	n, err := strconv.ParseUint(u.Port(), 10, 16)
	return u.Port() == "" || err == nil && n > 0
}
