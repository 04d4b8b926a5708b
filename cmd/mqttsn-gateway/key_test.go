package main

import (
	"fmt"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"mqttsn-gateway/mqttsn/v2"
	"mqttsn-gateway/mqttsn/v2/keyfile"
)

func TestKey(t *testing.T) {
	file := filepath.Join(t.TempDir(), "keys")
	code, said, _ := command("key " + file + " 00124B0001020304")
	require.Zero(t, code)
	devices, err := keyfile.Load(file)
	require.NoError(t, err)
	d := devices[v2.SenderID{0x00, 0x12, 0x4b, 0x00, 0x01, 0x02, 0x03, 0x04}]
	require.Equal(t, v2.AESCCM64128, d.Scheme)
	require.Equal(t, fmt.Sprintf("sender   00124b0001020304\ngateway  02124b0001020304\nscheme   AES-CCM-64-128\nkey      %x\n", d.Secret), said)

	code, said, _ = command("key --scheme cmac-256 " + file)
	require.Zero(t, code)
	require.Contains(t, said, "scheme   CMAC-256\n")
	devices, err = keyfile.Load(file)
	require.NoError(t, err)
	require.Len(t, devices, 2)

	for _, row := range []struct {
		args, want string
		code       int
	}{
		{"key", "accepts between 1 and 2 arg(s)", exitMistake},
		{"key " + file + " th7", "th7 is not a sender identifier", exitMistake},
		{"key --scheme AES " + file, "AES is not a scheme: write one of HMAC-SHA256", exitMistake},
		{"key " + file + " 00124b0001020304", "has a key for 00124b0001020304 already", exitFailed},
		{"key " + file + "/none", "not a directory", exitFailed},
	} {
		code, _, stderr := command(row.args)
		require.Equal(t, row.code, code, row.args)
		require.Contains(t, stderr, row.want)
	}
}
