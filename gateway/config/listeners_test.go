package config

import (
	"crypto/tls"
	"fmt"
	"os"
	"testing"

	"github.com/stretchr/testify/require"

	"mqttsn-gateway/gateway/passwd"
)

// TestListenerFiles: what is wrong with a file is said before the gateway starts.
func TestListenerFiles(t *testing.T) {
	t.Chdir(t.TempDir())
	writeCertificate(t, "")
	for _, row := range []struct{ tls, want string }{
		{"cert: cert.pem, key: key.pem", ""},
		{"cert: cert.pem, key: key.pem, client_ca: cert.pem", ""},
		{"cert: cert.pem", "mqtt.listeners[0].tls: a certificate and its key go together; name both"},
		{"key: key.pem", "mqtt.listeners[0].tls: a certificate and its key go together; name both"},
		{"client_ca: cert.pem", "mqtt.listeners[0].tls: the clients' authorities count for nothing without TLS"},
		{"cert: none.pem, key: key.pem", "mqtt.listeners[0].tls: none.pem: there is no such file"},
		{"cert: key.pem, key: cert.pem", "mqtt.listeners[0].tls: key.pem with cert.pem: "},
		{"cert: cert.pem, key: key.pem, client_ca: key.pem", "mqtt.listeners[0].tls: key.pem holds no certificate"},
	} {
		c, err := loadText(t, fmt.Appendf(nil, "mqtt: {listeners: [{name: a, listen: ':1', tls: {%s}}]}", row.tls))
		if row.want != "" {
			require.ErrorContains(t, err, row.want)
			continue
		}
		require.NoError(t, err, row.tls)
		got, err := c.MQTT.Listeners[0].TLS.Config()
		require.NoError(t, err)
		require.Equal(t, got.ClientCAs != nil, got.ClientAuth == tls.RequireAndVerifyClientCert)
	}
}

func TestUsersFile(t *testing.T) {
	t.Chdir(t.TempDir())
	require.NoError(t, passwd.Set("users", "alice", []byte("secret")))
	require.NoError(t, os.WriteFile("plain", []byte("alice:secret\n"), 0o600))
	for file, want := range map[string]string{
		"users": "",
		"none":  "mqtt.users_file: there is no such file; make it with",
		"plain": "mqtt.users_file: plain:1: user alice: the password is not hashed",
	} {
		_, err := loadText(t, []byte("mqtt: {users_file: "+file+"}"))
		if want == "" {
			require.NoError(t, err)
		} else {
			require.ErrorContains(t, err, want)
		}
	}
}

func TestClientRules(t *testing.T) {
	for text, want := range map[string]string{
		"mqtt: {access: [{users: [alice], publish: [home/%u/#]}]}":   "",
		"mqtt: {access: [{listeners: [mqtt]}, {listeners: ['m*']}]}": "",
		"mqtt: {access: [{listeners: [tls]}]}":                       "mqtt.access[0].listeners[0]: there is no listener tls",
		"mqtt: {access: [{publish: ['home#']}]}":                     "mqtt.access[0].publish: home# is not a topic filter",
		"mqtt: {access: [{subscribe: [$share/g/a]}]}":                "mqtt.access[0].subscribe: $share/g/a is not a topic filter",
		"mqtt: {max_packet_size: 100MiB}":                            "",
		"{gateway: {data: /tmp/x}, mqtt: {max_packet_size: 100MiB}}": "mqtt.max_packet_size: 100MiB is more than the store takes; write 3MiB at most",
		"mqtt: {listeners: [{name: w, websocket: {path: mqtt}}]}":    "mqtt.listeners[0].websocket.path: mqtt does not begin with /",
		"mqtt: {listeners: [{name: w, websocket: {path: /mqtt}}]}":   "",
	} {
		_, err := loadText(t, []byte(text))
		if want == "" {
			require.NoError(t, err, text)
		} else {
			require.ErrorContains(t, err, want)
		}
	}
}
