package keyfile_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"mqttsn-gateway/mqttsn/v2"
	"mqttsn-gateway/mqttsn/v2/keyfile"
)

const secret = "000102030405060708090a0b0c0d0e0f"

var (
	secretOctets = []byte{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15}
	th7          = v2.SenderID{0x00, 0x12, 0x4b, 0x00, 0x01, 0x02, 0x03, 0x04}
	th8          = v2.SenderID{0x00, 0x12, 0x4b, 0x00, 0x01, 0x02, 0x03, 0x05}
)

func parse(text string) (keyfile.Devices, error) {
	return keyfile.Parse(strings.NewReader(text), "keys")
}

func TestParse(t *testing.T) {
	got, err := parse(`
# the greenhouse
00124b0001020304:AES-CCM-64-128:` + secret + `
  00124B0001020305:hmac-sha256:` + secret + `:tag=8:gateway=02000000000000a1:uncounted
`)
	require.NoError(t, err)
	require.Equal(t, keyfile.Devices{
		th7: {Scheme: v2.AESCCM64128, Secret: secretOctets},
		th8: {Scheme: v2.HMACSHA256, Secret: secretOctets, TagLen: 8, Gateway: v2.SenderID{2, 7: 0xa1}, Uncounted: true},
	}, got)

	d := got[th7]
	require.Equal(t, v2.SenderID{0x02, 0x12, 0x4b, 0x00, 0x01, 0x02, 0x03, 0x04}, d.GatewayOf(th7))
	d = got[th8]
	require.Equal(t, v2.SenderID{2, 7: 0xa1}, d.GatewayOf(th8))
}

func TestParseTellsEveryMistake(t *testing.T) {
	rows := []struct{ line, want string }{
		{"00124b0001020304:CMAC-128:" + secret, ""},
		{"00124b0001020305:" + secret, "not of the form sender:scheme:key"},
		{"00124b000102:CMAC-128:" + secret, "is not a sender identifier"},
		{"0000000000000000:CMAC-128:" + secret, "not all of them 0"},
		{"00124b0001020306:AES-CBC:" + secret, `"AES-CBC" is not a scheme: write one of HMAC-SHA256, `},
		{"00124b0001020307:CMAC-128:xyz" + secret, "key of 00124b0001020307 is not hexadecimal"},
		{"00124b0001020308:CMAC-256:" + secret, "has 16 octets: CMAC-256 wants 32"},
		{"00124b0001020309:HMAC-SHA256:0001", "has 2 octets: HMAC-SHA256 wants 16 to 64"},
		{"00124b0001020304:CMAC-128:" + secret, "a second key for 00124b0001020304"},
		{"00124b000102030a:CMAC-128:" + secret + ":tag=7", "a tag of 7 octets"},
		{"00124b000102030b:AES-GCM-128-128:" + secret + ":tag=8", "a tag of 8 octets"},
		{"00124b000102030c:CMAC-128:" + secret + ":tag=short", `"short" is not a number`},
		{"00124b000102030d:CMAC-128:" + secret + ":gateway=1", `"1" is not a sender identifier`},
		{"00124b000102030e:CMAC-128:" + secret + ":gateway=00124b000102030e", "gateway and device cannot both be"},
		{"00124b000102030f:CMAC-128:" + secret + ":fast", `"fast" is not known`},
		{"02124b0001020310:CMAC-128:" + secret, ""},
		{"00124b0001020310:CMAC-128:" + secret, "gateway and another device would both be 02124b0001020310"},
	}
	var text []string
	for _, row := range rows {
		text = append(text, row.line)
	}
	_, err := parse(strings.Join(text, "\n"))
	require.Error(t, err)
	said := strings.Split(err.Error(), "\n")
	for i, row := range rows {
		if row.want != "" {
			place := "keys:" + strconv.Itoa(i+1) + ": "
			require.Condition(t, func() bool {
				for _, s := range said {
					if strings.HasPrefix(s, place) && strings.Contains(s, row.want) {
						return true
					}
				}
				return false
			}, "%s%s\n%s", place, row.want, err)
		}
	}
	require.NotContains(t, err.Error(), secret)
	require.NotContains(t, err.Error(), "keys:1:")
	_, err = parse(strings.Repeat("x", 1<<17))
	require.ErrorContains(t, err, "too long")
}

func TestAdd(t *testing.T) {
	name := filepath.Join(t.TempDir(), "keys")
	_, err := keyfile.Load(name)
	require.ErrorIs(t, err, fs.ErrNotExist)

	first := keyfile.Device{Scheme: v2.AESCCM64128, Secret: secretOctets}
	second := keyfile.Device{Scheme: v2.CMAC128, Secret: secretOctets, TagLen: 8, Gateway: v2.SenderID{1}, Uncounted: true}
	require.NoError(t, keyfile.Add(name, th7, first))
	info, err := os.Stat(name)
	require.NoError(t, err)
	require.Equal(t, fs.FileMode(0o600), info.Mode().Perm())
	require.NoError(t, os.WriteFile(name, []byte("# kept\n00124b0001020304:AES-CCM-64-128:"+secret), 0o600))
	require.NoError(t, keyfile.Add(name, th8, second), "behind a line that does not end")
	got, err := keyfile.Load(name)
	require.NoError(t, err)
	require.Equal(t, keyfile.Devices{th7: first, th8: second}, got)

	before, err := os.ReadFile(name)
	require.NoError(t, err)
	require.Contains(t, string(before), "# kept\n")
	require.ErrorContains(t, keyfile.Add(name, th7, second), "has a key for 00124b0001020304 already")
	require.ErrorContains(t, keyfile.Add(name, v2.SenderID{}, first), "is not a sender identifier")
	after, err := os.ReadFile(name)
	require.NoError(t, err)
	require.Equal(t, before, after)
}

// For every scheme a key can be made, stands in a file, and is another each time.
func TestNew(t *testing.T) {
	name := filepath.Join(t.TempDir(), "keys")
	want := keyfile.Devices{}
	for _, scheme := range keyfile.Schemes() {
		s, ok := v2.ParseScheme(scheme)
		require.True(t, ok)
		id, d := keyfile.NewSender(), keyfile.New(s)
		require.NotEqual(t, d, keyfile.New(s))
		require.NoError(t, keyfile.Add(name, id, d), scheme)
		want[id] = d
	}
	require.Len(t, want, 15)
	got, err := keyfile.Load(name)
	require.NoError(t, err)
	require.Equal(t, want, got)
}
