package main

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/hex"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"os"
	"time"

	"github.com/spf13/pflag"

	"mqttsn-gateway/radio/dtls"
)

// secured is what the command line says of DTLS: a key, or a certificate. The options are those of mosquitto_pub.
type secured struct {
	identity, psk     string
	cafile, cert, key string
}

func (s *secured) flags(f *pflag.FlagSet) {
	f.StringVar(&s.identity, "psk-identity", "", "use DTLS with a pre-shared key: the device's `IDENTITY`")
	f.StringVar(&s.psk, "psk", "", "and its `KEY` in hexadecimal digits, 16 to 64 octets")
	f.StringVar(&s.cert, "cert", "", "use DTLS with a certificate: the device's own, a PEM `FILE`")
	f.StringVar(&s.key, "key", "", "and its private key, a PEM `FILE`")
	f.StringVar(&s.cafile, "cafile", "", "certificates of the authorities that sign the gateway's, a PEM `FILE`; by default the system's")
}

func (s *secured) given() bool { return *s != secured{} }

func (s *secured) check() error {
	switch {
	case (s.identity == "") != (s.psk == ""):
		return errors.New("--psk-identity and --psk go together")
	case (s.cert == "") != (s.key == ""):
		return errors.New("--cert and --key go together")
	case s.psk != "" && (s.cert != "" || s.cafile != ""):
		return errors.New("give either a pre-shared key or a certificate")
	case s.cafile != "" && s.cert == "":
		return errors.New("with --cafile, the gateway wants a certificate of the device too: give --cert and --key")
	}
	if _, err := hex.DecodeString(s.psk); err != nil {
		return errors.New("--psk is not in hexadecimal digits")
	}
	return nil
}

// handshakeTimeout is how long a gateway may take to answer a handshake.
const handshakeTimeout = 10 * time.Second

// dial connects with a gateway, which has to prove that it is the host.
func (s *secured) dial(ctx context.Context, to netip.AddrPort, host string) (net.Conn, error) {
	c, err := s.config(host)
	if err != nil {
		return nil, err
	}
	limited, cancel := context.WithTimeout(ctx, handshakeTimeout)
	defer cancel()
	conn, err := dtls.Dial(limited, to.String(), c)
	if err != nil && limited.Err() != nil && ctx.Err() == nil {
		return nil, failure{fmt.Errorf("no DTLS handshake with %v: is that a gateway's DTLS port, and is the key right?", to)}
	}
	return conn, err
}

func (s *secured) config(host string) (dtls.DialConfig, error) {
	if s.psk != "" {
		key, err := hex.DecodeString(s.psk)
		return dtls.DialConfig{Identity: s.identity, Key: key}, err
	}
	c := dtls.DialConfig{ServerName: host}
	pair, err := tls.LoadX509KeyPair(s.cert, s.key)
	if err != nil {
		return c, err
	}
	c.Certificate = &pair
	if s.cafile == "" {
		return c, nil
	}
	pem, err := os.ReadFile(s.cafile)
	if err != nil {
		return c, err
	}
	c.RootCAs = x509.NewCertPool()
	if !c.RootCAs.AppendCertsFromPEM(pem) {
		return c, fmt.Errorf("%s holds no certificate in PEM form", s.cafile)
	}
	return c, nil
}
