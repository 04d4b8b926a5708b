package config

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestLoginOf: what a device has of its own comes first, and all of a user name and its password.
func TestLoginOf(t *testing.T) {
	dir := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(dir, "th7"), []byte("seven\n"), 0o600))
	t.Setenv("PASSWORD_OF_th8", "eight")
	c := &Config{
		Upstream: Upstream{Username: "gw-%c", Password: "hush", CertFile: "gw.crt", KeyFile: "gw.key"},
		Devices: map[string]Device{
			"file": {Upstream: Login{Username: "u-%c", PasswordFile: dir + "/%c"}},
			"env":  {Upstream: Login{PasswordEnv: "PASSWORD_OF_%c"}},
			"cert": {Upstream: Login{CertFile: dir + "/%c.crt", KeyFile: dir + "/%c.key"}},
		},
	}
	for _, row := range []struct {
		device, entry                string
		username, secret, cert, fail string
	}{
		{"th7", "", "gw-th7", "hush", "gw.crt", ""},
		{"", "", "gw-", "hush", "gw.crt", ""},
		{"th7", "file", "u-th7", "seven", "gw.crt", ""},
		{"th8", "file", "u-th8", "", "gw.crt", "no such file"},
		{"../th7", "file", "", "", "", "part of the file's name"},
		{"", "file", "", "", "", "part of the file's name"},
		{"th8", "env", "", "eight", "gw.crt", ""},
		{"th9", "env", "", "", "gw.crt", "no PASSWORD_OF_th9 in the environment"},
		{"th7", "cert", "gw-th7", "hush", dir + "/th7.crt", ""},
		{"a/b", "cert", "", "", "", "part of the file's name"},
	} {
		l, err := c.LoginOf(row.device, row.entry)
		if err == nil {
			require.Equal(t, row.cert, l.CertFile, row.device)
			require.Equal(t, row.username, l.Username, row.device)
			var secret string
			secret, err = l.Secret()
			require.Equal(t, row.secret, secret, row.device)
		}
		if row.fail == "" {
			require.NoError(t, err, row.device)
		} else {
			require.ErrorContains(t, err, row.fail, row.device)
		}
	}
}
