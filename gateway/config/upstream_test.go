package config

import (
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"net/http/httptest"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestSecret(t *testing.T) {
	file := filepath.Join(t.TempDir(), "password")
	for _, row := range []struct{ text, want string }{
		{"", ""},
		{"hush", "hush"},
		{"hush\n", "hush"},
		{" hush \r\nmore\n", " hush "},
	} {
		require.NoError(t, os.WriteFile(file, []byte(row.text), 0o600))
		c, err := Load("", []string{"MQTTSN_GATEWAY_UPSTREAM_PASSWORD_FILE=" + file}, nil)
		require.NoError(t, err)
		got, err := secretOf(t, c)
		require.NoError(t, err)
		require.Equal(t, row.want, got)
	}
	got, err := secretOf(t, &Config{Upstream: Upstream{Password: "hush"}})
	require.NoError(t, err)
	require.Equal(t, "hush", got)
}

func secretOf(t *testing.T, c *Config) (string, error) {
	t.Helper()
	l, err := c.LoginOf("th7", "")
	require.NoError(t, err)
	return l.Secret()
}

func TestBrokerURL(t *testing.T) {
	for url, want := range map[string]bool{
		"":                                 true,
		"mqtt://broker":                    true,
		"mqtt://broker:1884":               true,
		"mqtt://[2001:db8::1]:65535":       true,
		"mqtts://broker":                   true,
		"ws://broker/mqtt":                 true,
		"wss://broker:8443/mqtt?region=eu": true,

		"broker":              false,
		"broker:1883":         false,
		"mqtt://":             false,
		"mqtt://:1883":        false,
		"mqtt://broker:":      false,
		"mqtt://broker:0":     false,
		"mqtt://broker:65536": false,
		"mqtt://broker:x":     false,
		"mqtt://broker/":      false,
		"mqtt://broker?":      false,
		"mqtt://broker?a":     false,
		"mqtts://broker#":     false,
		"mqtt://broker#a":     false,
		"mqtts://name@broker": false,
		"tcp://broker":        false,
		"mqtt://bro ker":      false,
	} {
		require.Equal(t, want, isBrokerURL(url), url)
	}
}

func TestProxyURL(t *testing.T) {
	for url, want := range map[string]bool{
		"":                                true,
		"http://proxy:3128":               true,
		"socks5://name:secret@[::1]:1080": true,
		"http://proxy":                    false,
		"https://proxy:443":               false,
		"socks5://proxy:1080/x":           false,
		"socks5://:1080":                  false,
		"proxy:3128":                      false,
	} {
		require.Equal(t, want, isProxyURL(url), url)
	}
}

// writeCertificate writes cert.pem, which is its own authority as ca.pem, and key.pem.
func writeCertificate(t *testing.T, dir string) {
	server := httptest.NewUnstartedServer(nil) // which brings a certificate and its key
	server.StartTLS()
	server.Close()
	pair := server.TLS.Certificates[0]
	key, err := x509.MarshalPKCS8PrivateKey(pair.PrivateKey)
	require.NoError(t, err)
	write := func(name, kind string, der []byte) {
		b := pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der})
		require.NoError(t, os.WriteFile(dir+name, b, 0o600))
	}
	write("cert.pem", "CERTIFICATE", pair.Certificate[0])
	write("ca.pem", "CERTIFICATE", pair.Certificate[0])
	write("key.pem", "PRIVATE KEY", key)
}

// TestUpstreamFiles: what is wrong with a file is said before the gateway starts, with the file and what to do.
func TestUpstreamFiles(t *testing.T) {
	t.Chdir(t.TempDir())
	writeCertificate(t, "")
	require.NoError(t, os.WriteFile("nonsense.pem", []byte("-----BEGIN"), 0o600))

	for _, row := range []struct{ url, files, want string }{
		{"mqtts://b", "ca_file: cert.pem", ""},
		{"wss://b/mqtt", "cert_file: cert.pem, key_file: key.pem, alpn: mqtt", ""},
		{"mqtt://b", "proxy: 'http://proxy:3128'", ""},

		{"mqtts://b", "ca_file: none.pem", "upstream.ca_file: none.pem: there is no such file; name a file of"},
		{"mqtts://b", "ca_file: nonsense.pem", "upstream.ca_file: nonsense.pem holds no certificate in PEM form; name"},
		{"mqtts://b", "ca_file: key.pem", "upstream.ca_file: key.pem holds no certificate in PEM form; name"},
		{"mqtts://b", "cert_file: cert.pem", "upstream.cert_file: a certificate and its key go together; set upstream.key_file"},
		{"mqtts://b", "key_file: key.pem", "upstream.key_file: a certificate and its key go together; set upstream.cert_file"},
		{"mqtts://b", "cert_file: cert.pem, key_file: none.pem", "upstream.cert_file: none.pem: there is no such file; name a certificate"},
		{"mqtts://b", "cert_file: key.pem, key_file: cert.pem", "upstream.cert_file: key.pem with cert.pem: "},
		{"mqtt://b", "ca_file: cert.pem", "upstream.ca_file: upstream.url asks for no encryption; write mqtts://"},
		{"ws://b", "alpn: mqtt", "upstream.alpn: upstream.url asks for no encryption; write mqtts://"},
		{"mqtt://b", "version: 3.1.1", ""},
		{"mqtt://b", "version: 3", "upstream.version: 3 is not known; write auto, 5 or 3.1.1"},
		{"mqtt://b", "proxy: 'ftp://proxy'", "upstream.proxy: ftp://proxy is not the URL of a proxy; write http://"},
	} {
		c, err := loadText(t, fmt.Appendf(nil, "upstream: {url: '%s', %s}", row.url, row.files))
		if row.want == "" {
			require.NoError(t, err, row.files)
			_, err = c.Upstream.TLS()
			require.NoError(t, err, row.files)
			continue
		}
		require.ErrorContains(t, err, row.want)
	}
}

func TestBridgeNeedsVersion5(t *testing.T) {
	for _, text := range []string{
		"{gateway: {mode: aggregating}, upstream: {url: mqtt://b, version: 3.1.1}}",
		"{devices: {th7: {mode: aggregating}}, upstream: {url: mqtt://b, version: 3.1.1}}",
	} {
		_, err := loadText(t, []byte(text))
		require.ErrorContains(t, err, "upstream.version: the mode aggregating needs MQTT 5: without it, messages would go round; write auto or 5")
	}
}
