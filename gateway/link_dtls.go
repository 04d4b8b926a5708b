package gateway

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"os"

	"github.com/sirupsen/logrus"

	"mqttsn-gateway/gateway/config"
	"mqttsn-gateway/radio"
	"mqttsn-gateway/radio/dtls"
)

func openDTLS(c *config.Link, log *logrus.Entry, report func(radio.Event)) (radio.Link, error) {
	credentials, err := credentialsOf(c)
	if err != nil {
		return nil, err
	}
	l, err := dtls.Listen(dtls.Config{
		Listen: c.Listen, ReadBuffer: int(c.ReceiveBuffer), Credentials: credentials, MTU: c.MTU, OnEvent: report,
		MaxSessions: c.MaxConnections, IdleTimeout: c.IdleTimeout,
	})
	if err != nil {
		return nil, err
	}
	log.WithField(fieldAddress, l.LocalAddr().String()).Info("listening for devices with DTLS")
	warnOfBuffer(c, log, l.ReadBufferGranted())
	return l, nil
}

// credentialsOf reads the files that say whom a DTLS link lets in.
func credentialsOf(c *config.Link) (dtls.Credentials, error) {
	var out dtls.Credentials
	var err error
	if c.KeysFile != "" {
		if out.Keys, err = dtls.LoadKeys(c.KeysFile); err != nil {
			return out, err
		}
	}
	if c.Certificate != "" {
		pair, err := tls.LoadX509KeyPair(c.Certificate, c.PrivateKey)
		if err != nil {
			return out, err
		}
		out.Certificates = []tls.Certificate{pair}
	}
	if c.ClientCA != "" {
		pem, err := os.ReadFile(c.ClientCA)
		if err != nil {
			return out, err
		}
		out.ClientCAs = x509.NewCertPool()
		if !out.ClientCAs.AppendCertsFromPEM(pem) {
			return out, errors.New(c.ClientCA + " holds no certificate in PEM form")
		}
	}
	return out, nil
}
