package config

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestHTTPLocal(t *testing.T) {
	for listen, want := range map[string]bool{
		"127.0.0.1:8080": true, "localhost:1": true, "[::1]:8080": true, "127.9.9.9:1": true,
		":8080": false, "0.0.0.0:8080": false, "[::]:8080": false, "192.0.2.1:8080": false, "gateway.example:8080": false,
	} {
		require.Equal(t, want, (&HTTP{Listen: listen}).Local(), listen)
	}
}

func TestHTTPNeedsATokenWhenOthersReachIt(t *testing.T) {
	_, err := Load("", nil, []Setting{{"--http", "http.listen", ":8080"}})
	require.EqualError(t, err, "--http: http.listen: :8080 can be reached from other machines, and there is no token; "+
		"set http.token_file, or listen on 127.0.0.1")

	file := filepath.Join(t.TempDir(), "token")
	withFile := []Setting{{"--http", "http.listen", ":8080"}, {"--token", "http.token_file", file}}
	_, err = Load("", nil, withFile)
	require.ErrorContains(t, err, "there is no such file")
	require.NoError(t, os.WriteFile(file, []byte("secret\n"), 0o600))
	_, err = Load("", nil, withFile)
	require.ErrorContains(t, err, "too short")
	require.NoError(t, os.WriteFile(file, []byte("0123456789abcdef\r\nnotes\n"), 0o600))
	c, err := Load("", nil, withFile)
	require.NoError(t, err)
	token, err := c.HTTP.Token()
	require.NoError(t, err)
	require.Equal(t, "0123456789abcdef", token)
}
