package radios

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"fmt"
	"math/big"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"mqttsn-gateway/radio/dtls"
)

// An authority signs certificates.
type authority struct {
	cert *x509.Certificate
	key  *ecdsa.PrivateKey
}

func newAuthority(t testing.TB) authority {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	a := authority{key: key}
	a.cert = &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "authority"},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign,
	}
	a.cert, err = x509.ParseCertificate(a.create(t, a.cert, key))
	require.NoError(t, err)
	return a
}

func (a authority) create(t testing.TB, template *x509.Certificate, key *ecdsa.PrivateKey) []byte {
	t.Helper()
	der, err := x509.CreateCertificate(rand.Reader, template, a.cert, key.Public(), a.key)
	require.NoError(t, err)
	return der
}

// sign makes a certificate for clients and servers.
func (a authority) sign(t testing.TB, name string) tls.Certificate {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	der := a.create(t, &x509.Certificate{
		SerialNumber: big.NewInt(2), Subject: pkix.Name{CommonName: name}, DNSNames: []string{name},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		KeyUsage:    x509.KeyUsageDigitalSignature,
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth, x509.ExtKeyUsageServerAuth},
	}, key)
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}
}

// device is what a device with a certificate has.
func (a authority) device(t testing.TB, id string) dtls.DialConfig {
	pool := x509.NewCertPool()
	pool.AddCert(a.cert)
	own := a.sign(t, id)
	return dtls.DialConfig{Certificate: &own, RootCAs: pool, ServerName: "gateway"}
}

// gateway writes what a gateway needs, and returns that part of its configuration.
func (a authority) gateway(t testing.TB, host string) string {
	return fmt.Sprintf("certificate: %[1]s/cert.pem, private_key: %[1]s/key.pem, client_ca: %[1]s/ca.pem", a.files(t, host))
}

// options writes what a device needs, and returns it as the options of the command line tool.
func (a authority) options(t testing.TB, id string) string {
	return fmt.Sprintf("--cafile %[1]s/ca.pem --cert %[1]s/cert.pem --key %[1]s/key.pem", a.files(t, id))
}

// files writes the authority's certificate, and one for name with its key, into a new directory.
func (a authority) files(t testing.TB, name string) (dir string) {
	t.Helper()
	dir = t.TempDir()
	own := a.sign(t, name)
	key, err := x509.MarshalPKCS8PrivateKey(own.PrivateKey)
	require.NoError(t, err)
	for file, block := range map[string]*pem.Block{
		"ca.pem":   {Type: "CERTIFICATE", Bytes: a.cert.Raw},
		"cert.pem": {Type: "CERTIFICATE", Bytes: own.Certificate[0]},
		"key.pem":  {Type: "PRIVATE KEY", Bytes: key},
	} {
		require.NoError(t, os.WriteFile(filepath.Join(dir, file), pem.EncodeToMemory(block), 0o600))
	}
	return dir
}
