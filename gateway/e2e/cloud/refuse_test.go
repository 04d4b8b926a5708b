package cloud

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"mqttsn-gateway/gateway/e2e/programs"
	"mqttsn-gateway/mqttsn"
)

// TestRefused: each way that is not open is told in the log, in words that say what to do. %s stands for the broker's
// address; the files of its authority lie in OURS, those of another in OTHER.
func TestRefused(t *testing.T) {
	t.Parallel()
	ours, other := newAuthority(t), newAuthority(t)
	ours.certify("broker", time.Now().Add(time.Hour))
	ours.certify("late", time.Now().Add(-time.Hour))
	other.certify("cellar", time.Now().Add(time.Hour))
	mutual := append(ours.tlsLines("broker"), "cafile "+ours.file("ca.crt"), "require_certificate true")

	for name, row := range map[string]struct {
		broker   []string
		upstream string
		code     mqttsn.ReturnCode
		want     string // in the log
	}{
		"unknown authority": {
			ours.tlsLines("broker"), "url: 'mqtts://%s', ca_file: OTHER/ca.crt", mqttsn.Congestion,
			"): name the certificate of the broker's authority in upstream.ca_file",
		},
		"authority that the system does not know": {
			ours.tlsLines("broker"), "url: 'mqtts://%s'", mqttsn.Congestion, "upstream.ca_file",
		},
		"wrong host name": {
			ours.tlsLines("broker"), "url: 'mqtts://%s', ca_file: OURS/ca.crt, server_name: other.example", mqttsn.Congestion,
			"certificate is valid for broker, not other.example: use a name that the certificate has",
		},
		"expired certificate": {
			ours.tlsLines("late"), "url: 'mqtts://%s', ca_file: OURS/ca.crt", mqttsn.Congestion,
			"certificate has expired or is not yet valid",
		},
		"no TLS there": {
			nil, "url: 'mqtts://%s', connect_timeout: 2s", mqttsn.Congestion, "upstream broker cannot be reached",
		},
		"no certificate of ours": {
			mutual, "url: 'mqtts://%s', ca_file: OURS/ca.crt", mqttsn.Congestion, "tls: certificate required",
		},
		"certificate of another authority": {
			mutual, "url: 'mqtts://%s', ca_file: OURS/ca.crt, cert_file: OTHER/cellar.crt, key_file: OTHER/cellar.key",
			mqttsn.Congestion, "tls: unknown certificate authority",
		},
		"no password": {
			passwordLines(t, "cellar", "hush"), "url: 'mqtt://%s'", mqttsn.NotSupported, "Not authorized",
		},
		"wrong password": {
			passwordLines(t, "cellar", "hush"), "url: 'mqtt://%s', username: cellar, password: loud",
			mqttsn.NotSupported, "Not authorized",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			upstream := fmt.Sprintf(row.upstream, startBroker(t, row.broker...))
			upstream = strings.NewReplacer("OURS", ours.dir, "OTHER", other.dir).Replace(upstream)
			g := startGateway(t, upstream)
			newDevice(t, g, "th7").refused(row.code)
			g.log.Until(row.want)
		})
	}
}

func TestWebSocketOfAnUnknownAuthority(t *testing.T) {
	t.Parallel()
	a := newAuthority(t)
	a.certify("broker", time.Now().Add(time.Hour))
	g := startGateway(t, fmt.Sprintf("url: 'wss://%s/mqtt'", startWebSocketBroker(t, a.tlsLines("broker")...)))
	newDevice(t, g, "th7").refused(mqttsn.Congestion)
	g.log.Until("upstream.ca_file")
}

func TestNobodyListens(t *testing.T) {
	t.Parallel()
	g := startGateway(t, fmt.Sprintf("url: 'mqtts://%s'", programs.FreeAddr(t)))
	newDevice(t, g, "th7").refused(mqttsn.Congestion)
	g.log.Until("connection refused: nobody listens there")
}
