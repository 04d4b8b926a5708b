package dtls

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"maps"

	"github.com/pion/dtls/v3"
)

// Credentials say whom the link lets in. There must be keys, or certificates and ClientCAs, or both.
type Credentials struct {
	// Keys are the pre-shared keys of devices.
	Keys Keys

	// Certificates are the link's own, shown to devices that come without a key.
	Certificates []tls.Certificate

	// ClientCAs sign the certificates of devices that come without a key.
	ClientCAs *x509.CertPool
}

// Check finds what a link would not take.
func (c Credentials) Check() error {
	var errs []error
	for identity, key := range c.Keys {
		if err := checkKey(identity, key); err != nil {
			errs = append(errs, err)
		}
	}
	if len(c.Keys) == 0 && len(c.Certificates) == 0 {
		errs = append(errs, errors.New("neither keys nor certificates: nobody could connect"))
	}
	if (len(c.Certificates) > 0) != (c.ClientCAs != nil) {
		errs = append(errs, errors.New("a certificate of the link and authorities for those of devices go together"))
	}
	return errors.Join(errs...)
}

// clone keeps the credentials from changes that the caller makes later.
func (c Credentials) clone() Credentials {
	c.Keys = maps.Clone(c.Keys)
	return c
}

var errUnknownIdentity = errors.New("dtls: no key for this identity")

// suites are the cipher suites offered, with those that RFC 7925 asks of small devices. No CBC.
var suites = []dtls.CipherSuiteID{
	dtls.TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256,
	dtls.TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256,
	dtls.TLS_ECDHE_ECDSA_WITH_AES_128_CCM,
	dtls.TLS_ECDHE_ECDSA_WITH_AES_128_CCM_8,
	dtls.TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256,
	dtls.TLS_PSK_WITH_AES_128_GCM_SHA256,
	dtls.TLS_PSK_WITH_AES_128_CCM,
	dtls.TLS_PSK_WITH_AES_128_CCM_8,
	dtls.TLS_PSK_WITH_CHACHA20_POLY1305_SHA256,
	dtls.TLS_ECDHE_PSK_WITH_CHACHA20_POLY1305_SHA256,
}

// options are those of one connection. Authenticated is called with the identity that a device gives and its key; the
// device has still to show that it knows the key.
func (c Credentials) options(id connectionID, authenticating func(identity string, key []byte)) []dtls.ServerOption {
	opts := []dtls.ServerOption{
		dtls.WithCipherSuites(suites...),
		dtls.WithConnectionIDGenerator(func() []byte { return id[:] }),
		dtls.WithLoggerFactory(silence{}),
	}
	if len(c.Keys) > 0 {
		opts = append(opts, dtls.WithPSK(func(identity []byte) ([]byte, error) {
			key, ok := c.Keys[string(identity)]
			if !ok {
				return nil, errUnknownIdentity
			}
			authenticating(string(identity), key)
			return key, nil
		}))
	}
	if len(c.Certificates) > 0 {
		opts = append(opts,
			dtls.WithCertificates(c.Certificates...),
			dtls.WithClientCAs(c.ClientCAs),
			dtls.WithClientAuth(dtls.RequireAndVerifyClientCert))
	}
	return opts
}

// certificateIdentity names the owner of a verified certificate: the first alternative name, else the common name.
func certificateIdentity(der []byte) (string, error) {
	c, err := x509.ParseCertificate(der)
	if err != nil {
		return "", err
	}
	switch {
	case len(c.DNSNames) > 0:
		return c.DNSNames[0], nil
	case len(c.URIs) > 0:
		return c.URIs[0].String(), nil
	case len(c.EmailAddresses) > 0:
		return c.EmailAddresses[0], nil
	case c.Subject.CommonName != "":
		return c.Subject.CommonName, nil
	}
	return "", errors.New("dtls: the certificate names nobody")
}
