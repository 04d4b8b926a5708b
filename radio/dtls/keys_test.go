package dtls

import (
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestParseKeys(t *testing.T) {
	got, err := ParseKeys(strings.NewReader(`
# the greenhouse
th7:30313233343536373839616263646566
  urn:dev:mac:0024befffe804ff1:30313233343536373839616263646566
`), "keys")
	require.NoError(t, err)
	require.Equal(t, Keys{"th7": key1, "urn:dev:mac:0024befffe804ff1": key1}, got)
}

func TestParseKeysTellsEveryMistake(t *testing.T) {
	const secret = "30313233343536373839616263646566"
	_, err := ParseKeys(strings.NewReader(strings.Join([]string{
		"th7:" + secret,
		"no colon",
		"th8:xyz" + secret,
		"th9:3031",
		":" + secret,
		"th7:" + secret,
		strings.Repeat("i", 129) + ":" + secret,
		"long:" + strings.Repeat(secret, 5),
	}, "\n")), "keys")
	for n, want := range map[string]string{
		"keys:2:": "not of the form", "keys:3:": "hexadecimal", "keys:4:": "has 2 octets", "keys:5:": "identity of 0 octets",
		"keys:6:": "second key", "keys:7:": "identity of 129 octets", "keys:8:": "has 80 octets",
	} {
		require.ErrorContains(t, err, n)
		require.ErrorContains(t, err, want)
	}
	require.NotContains(t, err.Error(), secret)
	require.NotContains(t, err.Error(), "keys:1:")
}

func TestLoadKeys(t *testing.T) {
	name := filepath.Join(t.TempDir(), "keys")
	require.NoError(t, os.WriteFile(name, []byte("th7:30313233343536373839616263646566\n"), 0o600))
	got, err := LoadKeys(name)
	require.NoError(t, err)
	require.Equal(t, Keys{"th7": key1}, got)
	_, err = LoadKeys(name + ".none")
	require.ErrorIs(t, err, fs.ErrNotExist)
	_, err = ParseKeys(strings.NewReader(strings.Repeat("x", 1<<17)), "keys")
	require.ErrorContains(t, err, "too long")
}
