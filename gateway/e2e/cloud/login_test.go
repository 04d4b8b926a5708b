package cloud

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"mqttsn-gateway/gateway/e2e/programs"
	"mqttsn-gateway/mqttsn"
)

// TestPasswordOfEachDevice: each device logs in as itself, with a password that is renewed while the gateway runs.
func TestPasswordOfEachDevice(t *testing.T) {
	t.Parallel()
	lines := passwordsLines(t, map[string]string{"th7": "seven", "th8": "eight", "special": "hush"})
	broker := programs.FreeAddr(t)
	log := programs.StartMosquitto(t, broker, t.TempDir(), append(lines, "log_type all")...).StderrLines()
	dir := t.TempDir()
	write := func(id, password string) {
		require.NoError(t, os.WriteFile(filepath.Join(dir, id), []byte(password+"\n"), 0o600))
	}
	write("th7", "seven")
	write("th8", "wrong")
	g := startGateway(t, fmt.Sprintf("url: 'mqtt://%s'", broker), "devices:",
		"  '*': {upstream: {username: '%c', password_file: "+dir+"/%c}}",
		"  pump: {upstream: {username: special, password: hush}}")

	newDevice(t, g, "th7").served()
	require.Contains(t, log.Until(" as th7 "), "u'th7'")
	newDevice(t, g, "pump").served()
	require.Contains(t, log.Until(" as pump "), "u'special'")
	newDevice(t, g, "th8").refused(mqttsn.NotSupported)
	g.log.Until("Not authorized")
	newDevice(t, g, "th9").refused(mqttsn.Congestion)
	g.log.Until("there is no such file")

	write("th8", "eight")
	newDevice(t, g, "th8").served()
}

// TestCertificateOfEachDevice: the broker knows each device by the certificate of its own.
func TestCertificateOfEachDevice(t *testing.T) {
	t.Parallel()
	a := newAuthority(t)
	a.certify("broker", time.Now().Add(time.Hour))
	a.certify("th7", time.Now().Add(time.Hour))
	a.certify("th8", time.Now().Add(-time.Hour))
	broker := programs.FreeAddr(t)
	log := programs.StartMosquitto(t, broker, t.TempDir(), append(a.tlsLines("broker"), "cafile "+a.file("ca.crt"),
		"require_certificate true", "use_identity_as_username true", "log_type all")...).StderrLines()
	g := startGateway(t, fmt.Sprintf("url: 'mqtts://%s', ca_file: %s", broker, a.file("ca.crt")),
		fmt.Sprintf("devices: {'*': {upstream: {cert_file: %s, key_file: %s}}}", a.file("%c.crt"), a.file("%c.key")))

	newDevice(t, g, "th7").served()
	require.Contains(t, log.Until(" as th7 "), "u'th7'")
	newDevice(t, g, "th8").refused(mqttsn.Congestion)
	g.log.Until("tls: expired certificate")
	a.certify("th8", time.Now().Add(time.Hour))
	newDevice(t, g, "th8").served()
	require.Contains(t, log.Until(" as th8 "), "u'th8'")
}
