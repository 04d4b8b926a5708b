package config

import (
	"crypto/x509"
	"errors"
	"fmt"
	"os"
	"strings"

	"mqttsn-gateway/mqtt"
)

// readAuthorities reads a file of certificates.
func readAuthorities(file string) (*x509.CertPool, error) {
	pem, err := os.ReadFile(file)
	if err != nil {
		return nil, fmt.Errorf("%s: %s", file, reason(err))
	}
	pool := x509.NewCertPool()
	if !pool.AppendCertsFromPEM(pem) {
		return nil, errors.New(file + " holds no certificate in PEM form")
	}
	return pool, nil
}

// readKeyPair reads a certificate and its key; handshakes read them again when they have changed.
func readKeyPair(certFile, keyFile string) (*mqtt.KeyPair, error) {
	for _, file := range []string{certFile, keyFile} {
		if _, err := os.ReadFile(file); err != nil {
			return nil, fmt.Errorf("%s: %s", file, reason(err))
		}
	}
	pair, err := mqtt.LoadKeyPair(certFile, keyFile)
	if err != nil {
		why := strings.TrimPrefix(err.Error(), "mqtt: load certificate: tls: ")
		return nil, fmt.Errorf("%s with %s: %s", certFile, keyFile, why)
	}
	return pair, nil
}
