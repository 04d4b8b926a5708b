package e2e

import (
	"context"
	"encoding/hex"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"mqttsn-gateway/gateway/e2e/programs"
	"mqttsn-gateway/mqttsn"
	"mqttsn-gateway/mqttsn/client"
	"mqttsn-gateway/radio/dtls"
)

// TestAccess: the rules of the configuration reach the devices.
func TestAccess(t *testing.T) {
	t.Parallel()
	g := startBuiltin(t, gatewayOptions{env: []string{
		`MQTTSN_GATEWAY_ACCESS=[{clients: ["pump*"], allow: false}, {links: [udp], publish: [xy], subscribe: [cmd/+]}]`,
	}})
	play(g, newDevice(t, g.udp), `
		C 0B 04 04 01 01 2C "pump7"
		G 03 05 03
	`+stranger)
	play(g, newDevice(t, g.udp), connect+`
		C 08 0C 22 "ab" 00 01 "1"
		G 07 0D "ab" 00 01 03
		C 08 0C 22 "xy" 00 02 "1"
		G 07 0D "xy" 00 02 00
		C 06 12 20 00 03 "#"
		G 08 13 00 00 00 00 03 03
		C 0A 12 20 00 04 "cmd/+"
		G 08 13 20 00 00 00 04 00
	`+alive)
}

// TestAccessUnderTheOwnIdentity: a key is good for the client id that is its identity, and for no other.
func TestAccessUnderTheOwnIdentity(t *testing.T) {
	t.Parallel()
	key, secured := []byte("0123456789abcdef"), programs.FreeAddr(t)
	file := filepath.Join(t.TempDir(), "keys")
	require.NoError(t, os.WriteFile(file, fmt.Appendf(nil, "th7:%s\n", hex.EncodeToString(key)), 0o600))
	startBuiltin(t, gatewayOptions{env: []string{
		"MQTTSN_GATEWAY_LINKS_1_NAME=secured", "MQTTSN_GATEWAY_LINKS_1_TYPE=dtls",
		"MQTTSN_GATEWAY_LINKS_1_LISTEN=" + secured, "MQTTSN_GATEWAY_LINKS_1_KEYS_FILE=" + file,
		`MQTTSN_GATEWAY_ACCESS=[{addresses: ["%c"]}, {links: [secured], allow: false}]`,
	}})
	ctx, cancel := context.WithTimeout(t.Context(), programs.Patience)
	defer cancel()
	connect := func(id string) error {
		conn, err := dtls.Dial(ctx, secured, dtls.DialConfig{Identity: "th7", Key: key})
		require.NoError(t, err)
		c := client.New(conn, client.Config{ClientID: id})
		defer c.Close()
		return c.Connect(ctx)
	}
	var rejected *client.RejectedError
	require.ErrorAs(t, connect("th8"), &rejected)
	require.Equal(t, mqttsn.NotSupported, rejected.Code)
	require.NoError(t, connect("th7"))
}
