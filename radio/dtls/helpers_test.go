package dtls

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"math/big"
	"net"
	"net/netip"
	"testing"
	"time"

	"github.com/pion/dtls/v3"
	"github.com/stretchr/testify/require"

	"mqttsn-gateway/radio"
	"mqttsn-gateway/radio/radiotest"
)

var (
	key1 = []byte("0123456789abcdef")
	key2 = []byte("fedcba9876543210")
)

// th7 is the device of most tests.
var th7 = DialConfig{Identity: "th7", Key: key1}

func keysOf(identities ...string) Credentials {
	k := make(Keys)
	for _, i := range identities {
		k[i] = key1
	}
	return Credentials{Keys: k}
}

// gone collects the peers that a link reports gone.
type gone chan radio.Peer

func (g gone) want(t testing.TB, p radio.Peer) {
	t.Helper()
	select {
	case got := <-g:
		require.Equal(t, p, got)
	case <-time.After(radiotest.Wait):
		t.Fatal("no peer is reported gone")
	}
}

func listen(t testing.TB, c Config) (*Link, gone) {
	t.Helper()
	g := make(gone, 1000)
	c.OnEvent = func(e radio.Event) {
		if e.Kind == radio.PeerGone {
			g <- e.Peer
		}
	}
	if c.Listen == "" {
		c.Listen = "127.0.0.1:0"
	}
	l, err := Listen(c)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, l.Close()) })
	return l, g
}

// A device is a connected client.
type device struct{ net.Conn }

func (d device) Send(b []byte) error {
	_, err := d.Write(b)
	return err
}

func (d device) Receive(deadline time.Time) ([]byte, error) {
	if err := d.SetReadDeadline(deadline); err != nil {
		return nil, err
	}
	b := make([]byte, MaxMTU)
	n, err := d.Read(b)
	return b[:n], err
}

// wantClosed waits until the gateway has ended the connection.
func (d device) wantClosed(t testing.TB) {
	t.Helper()
	_, err := d.Receive(time.Now().Add(radiotest.Wait))
	require.Error(t, err)
	require.NotErrorIs(t, err, context.DeadlineExceeded)
}

func dial(t testing.TB, l *Link, c DialConfig) device {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), radiotest.Wait)
	defer cancel()
	before := l.Sessions().Completed
	conn, err := Dial(ctx, l.LocalAddr().String(), c)
	require.NoError(t, err)
	t.Cleanup(func() { conn.Close() })
	l.wantCompleted(t, before+1)
	return device{conn}
}

// wantCompleted waits for the link's side of a handshake, which is done a moment after the device's. What a device sends
// in that moment may be lost, all but the first datagram.
func (l *Link) wantCompleted(t testing.TB, n uint64) {
	t.Helper()
	require.Eventually(t, func() bool { return l.Sessions().Completed >= n }, radiotest.Wait, time.Millisecond)
}

// dialPlain is dial without a connection id, from a socket of the test's choice.
func dialPlain(t testing.TB, l *Link, socket net.PacketConn) device {
	t.Helper()
	conn, err := dtls.ClientWithOptions(socket, net.UDPAddrFromAddrPort(l.LocalAddr()),
		dtls.WithCipherSuites(suites...), dtls.WithLoggerFactory(silence{}),
		dtls.WithPSK(func([]byte) ([]byte, error) { return th7.Key, nil }), dtls.WithPSKIdentityHint([]byte(th7.Identity)))
	require.NoError(t, err)
	ctx, cancel := context.WithTimeout(t.Context(), radiotest.Wait)
	defer cancel()
	before := l.Sessions().Completed
	require.NoError(t, conn.HandshakeContext(ctx))
	l.wantCompleted(t, before+1)
	t.Cleanup(func() { conn.Close() })
	return device{conn}
}

func socket(t testing.TB, addr string) *net.UDPConn {
	t.Helper()
	c, err := net.ListenUDP("udp", net.UDPAddrFromAddrPort(netip.MustParseAddrPort(addr)))
	require.NoError(t, err)
	t.Cleanup(func() { c.Close() })
	return c
}

// says lets a device send a word, and returns the peer from which the link heard it.
func says(t testing.TB, l *Link, d device, word string) radio.Peer {
	t.Helper()
	require.NoError(t, d.Send([]byte(word)))
	return hears(t, l, word)
}

func hears(t testing.TB, l *Link, word string) radio.Peer {
	t.Helper()
	late := time.AfterFunc(radiotest.Wait, func() { l.Close() })
	defer late.Stop()
	ps := []radio.Packet{{Data: make([]byte, 2000)}}
	_, err := l.ReadBatch(ps)
	require.NoError(t, err)
	require.Equal(t, word, string(ps[0].Data))
	return ps[0].Peer
}

// answers lets the link send a word to a peer, and the device receive it.
func answers(t testing.TB, l *Link, p radio.Peer, d device, word string) {
	t.Helper()
	_, err := l.WriteBatch([]radio.Packet{{Peer: p, Data: []byte(word)}})
	require.NoError(t, err)
	got, err := d.Receive(time.Now().Add(radiotest.Wait))
	require.NoError(t, err)
	require.Equal(t, word, string(got))
}

// An authority signs certificates.
type authority struct {
	cert *x509.Certificate
	key  *ecdsa.PrivateKey
}

func newAuthority(t testing.TB) authority {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "authority"},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	require.NoError(t, err)
	cert, err := x509.ParseCertificate(der)
	require.NoError(t, err)
	return authority{cert, key}
}

func (a authority) pool() *x509.CertPool {
	p := x509.NewCertPool()
	p.AddCert(a.cert)
	return p
}

// sign makes a certificate with a common name, and with alternative names if there are any.
func (a authority) sign(t testing.TB, commonName string, dnsNames ...string) tls.Certificate {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	template := &x509.Certificate{
		SerialNumber: big.NewInt(2), Subject: pkix.Name{CommonName: commonName}, DNSNames: dnsNames,
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		KeyUsage:    x509.KeyUsageDigitalSignature,
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth, x509.ExtKeyUsageServerAuth},
	}
	der, err := x509.CreateCertificate(rand.Reader, template, a.cert, key.Public(), a.key)
	require.NoError(t, err)
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}
}
