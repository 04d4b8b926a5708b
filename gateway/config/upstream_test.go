package config

import (
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
		got, err := c.Upstream.Secret()
		require.NoError(t, err)
		require.Equal(t, row.want, got)
	}
	got, err := (&Upstream{Password: "hush"}).Secret()
	require.NoError(t, err)
	require.Equal(t, "hush", got)
}

func TestAddress(t *testing.T) {
	for url, want := range map[string]string{
		"mqtt://broker":              "broker:1883",
		"mqtt://broker:1884":         "broker:1884",
		"mqtt://192.0.2.1:1":         "192.0.2.1:1",
		"mqtt://[2001:db8::1]":       "[2001:db8::1]:1883",
		"mqtt://[2001:db8::1]:65535": "[2001:db8::1]:65535",

		"":                    "",
		"broker":              "",
		"broker:1883":         "",
		"mqtt://":             "",
		"mqtt://:1883":        "",
		"mqtt://broker:":      "",
		"mqtt://broker:0":     "",
		"mqtt://broker:65536": "",
		"mqtt://broker:x":     "",
		"mqtt://broker/":      "",
		"mqtt://broker?a":     "",
		"mqtt://broker#a":     "",
		"mqtt://name@broker":  "",
		"mqtts://broker":      "",
		"tcp://broker":        "",
		"mqtt://bro ker":      "",
	} {
		require.Equal(t, want, (&Upstream{URL: url}).Address(), url)
	}
}
