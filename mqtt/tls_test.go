package mqtt

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// authority issues certificates for tests.
type authority struct {
	t    testing.TB
	cert *x509.Certificate
	key  *ecdsa.PrivateKey
}

func newAuthority(t testing.TB) *authority {
	a := &authority{t: t}
	a.cert, a.key = a.issue(&x509.Certificate{
		Subject: pkix.Name{CommonName: "test authority"}, NotAfter: time.Now().Add(time.Hour),
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign,
	})
	return a
}

// issue signs a certificate; the first by itself.
func (a *authority) issue(template *x509.Certificate) (*x509.Certificate, *ecdsa.PrivateKey) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(a.t, err)
	template.SerialNumber = big.NewInt(time.Now().UnixNano())
	parent, signer := a.cert, a.key
	if parent == nil {
		parent, signer = template, key
	}
	der, err := x509.CreateCertificate(rand.Reader, template, parent, &key.PublicKey, signer)
	require.NoError(a.t, err)
	cert, err := x509.ParseCertificate(der)
	require.NoError(a.t, err)
	return cert, key
}

// files writes a certificate for name, valid for 127.0.0.1, and its key.
func (a *authority) files(dir, name string, notAfter time.Time) (certFile, keyFile string) {
	cert, key := a.issue(&x509.Certificate{
		Subject: pkix.Name{CommonName: name}, NotAfter: notAfter,
		DNSNames: []string{name}, IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)},
	})
	der, err := x509.MarshalPKCS8PrivateKey(key)
	require.NoError(a.t, err)
	certFile, keyFile = filepath.Join(dir, name+".crt"), filepath.Join(dir, name+".key")
	a.write(certFile, "CERTIFICATE", cert.Raw)
	a.write(keyFile, "PRIVATE KEY", der)
	return certFile, keyFile
}

func (a *authority) write(file, kind string, der []byte) {
	b := pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der})
	require.NoError(a.t, os.WriteFile(file, b, 0o600))
}

func (a *authority) pool() *x509.CertPool {
	pool := x509.NewCertPool()
	pool.AddCert(a.cert)
	return pool
}

// keyPair is a KeyPair for name.
func (a *authority) keyPair(name string) *KeyPair {
	k, err := LoadKeyPair(a.files(a.t.TempDir(), name, time.Now().Add(time.Hour)))
	require.NoError(a.t, err)
	return k
}

// server is a configuration that presents a certificate for the name "broker".
func (a *authority) server() *tls.Config {
	return &tls.Config{GetCertificate: a.keyPair("broker").GetCertificate}
}

func TestKeyPairReload(t *testing.T) {
	a, dir := newAuthority(t), t.TempDir()
	certFile, keyFile := a.files(dir, "broker", time.Now().Add(time.Hour))
	k, err := LoadKeyPair(certFile, keyFile)
	require.NoError(t, err)
	first, err := k.GetCertificate(nil)
	require.NoError(t, err)

	same, err := k.GetClientCertificate(nil)
	require.NoError(t, err)
	require.Same(t, first, same)

	require.NoError(t, os.WriteFile(certFile, []byte("half a certif"), 0o600))
	require.Error(t, k.Reload())
	require.Error(t, k.Reload(), "and still")
	same, err = k.GetCertificate(nil)
	require.NoError(t, err)
	require.Same(t, first, same, "the old pair goes on serving")

	a.files(dir, "broker", time.Now().Add(time.Hour))
	renewed, err := k.GetCertificate(nil)
	require.NoError(t, err)
	require.NotEqual(t, first.Certificate, renewed.Certificate)
	require.NoError(t, k.Reload())

	_, err = LoadKeyPair(filepath.Join(dir, "none"), keyFile)
	require.ErrorIs(t, err, os.ErrNotExist)
}
