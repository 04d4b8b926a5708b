package cloud

import (
	"fmt"
	"syscall"
	"testing"
	"time"

	"mqttsn-gateway/mqttsn"
)

// TestRenewedCertificate: the certificate that we present has expired; it is renewed, and nobody restarts the gateway.
func TestRenewedCertificate(t *testing.T) {
	t.Parallel()
	a := newAuthority(t)
	a.certify("broker", time.Now().Add(time.Hour))
	a.certify("cellar", time.Now().Add(-time.Hour))
	broker := startBroker(t, append(a.tlsLines("broker"), "cafile "+a.file("ca.crt"), "require_certificate true")...)
	g := startGateway(t, fmt.Sprintf("url: 'mqtts://%s', ca_file: %s, cert_file: %s, key_file: %s",
		broker, a.file("ca.crt"), a.file("cellar.crt"), a.file("cellar.key")))
	newDevice(t, g, "th7").refused(mqttsn.Congestion)
	g.log.Until("tls: expired certificate")

	a.certify("cellar", time.Now().Add(time.Hour))
	newDevice(t, g, "th8").served()
}

// TestRenewedAuthority: the broker gets a certificate of a new authority, whose certificate is put in place; SIGHUP has it
// read.
func TestRenewedAuthority(t *testing.T) {
	t.Parallel()
	old, ours := newAuthority(t), newAuthority(t)
	ours.certify("broker", time.Now().Add(time.Hour))
	broker := startBroker(t, ours.tlsLines("broker")...)
	g := startGateway(t, fmt.Sprintf("url: 'mqtts://%s', ca_file: %s", broker, old.file("ca.crt")))
	newDevice(t, g, "th7").refused(mqttsn.Congestion)

	old.write("ca.crt", "CERTIFICATE", ours.cert.Raw)
	g.Signal(syscall.SIGHUP)
	g.log.Until("configuration was read again")
	newDevice(t, g, "th8").served()
}
