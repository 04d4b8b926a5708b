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
