package mqtt

import (
	"crypto/tls"
	"fmt"
	"os"
	"sync"
	"time"
)

// A KeyPair is a certificate and its key in two PEM files, which are read again when they have changed: certificates are
// renewed while we run. Its methods are what tls.Config asks for, on both sides.
type KeyPair struct {
	certFile, keyFile string

	mu     sync.Mutex
	stamps [2]stamp // of the files that were read last
	pair   *tls.Certificate
	err    error
}

// stamp tells versions of a file apart.
type stamp struct {
	size    int64
	changed time.Time
}

// LoadKeyPair reads the files.
func LoadKeyPair(certFile, keyFile string) (*KeyPair, error) {
	k := &KeyPair{certFile: certFile, keyFile: keyFile}
	if err := k.Reload(); err != nil {
		return nil, err
	}
	return k, nil
}

// Reload reads the files if they have changed since they were read last. If that fails the pair in hand stays in use, and
// Reload returns the same error until the files change again. Handshakes do this too, without telling.
func (k *KeyPair) Reload() error {
	k.mu.Lock()
	defer k.mu.Unlock()
	stamps := [2]stamp{stampOf(k.certFile), stampOf(k.keyFile)}
	if stamps == k.stamps {
		return k.err
	}
	k.stamps = stamps
	pair, err := tls.LoadX509KeyPair(k.certFile, k.keyFile)
	if k.err = err; err != nil {
		k.err = fmt.Errorf("mqtt: load certificate: %w", err)
		return k.err
	}
	k.pair = &pair
	return nil
}

// stampOf returns the zero stamp for a file that is not there; reading it says more.
func stampOf(file string) stamp {
	info, err := os.Stat(file)
	if err != nil {
		return stamp{}
	}
	return stamp{info.Size(), info.ModTime()}
}

func (k *KeyPair) current() *tls.Certificate {
	k.Reload() // what it fails with is told to those who ask for it
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.pair
}

// GetCertificate is for the tls.Config of a server.
func (k *KeyPair) GetCertificate(*tls.ClientHelloInfo) (*tls.Certificate, error) {
	return k.current(), nil
}

// GetClientCertificate is for the tls.Config of a client.
func (k *KeyPair) GetClientCertificate(*tls.CertificateRequestInfo) (*tls.Certificate, error) {
	return k.current(), nil
}
