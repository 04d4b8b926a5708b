package config

import (
	"os"
	"testing"

	"github.com/stretchr/testify/require"

	"mqttsn-gateway/mqttsn/v2"
)

func TestProtection(t *testing.T) {
	t.Chdir(t.TempDir())
	const line = "00124b0001020304:CMAC-128:000102030405060708090a0b0c0d0e0f\n"
	require.NoError(t, os.WriteFile("keys", []byte(line), 0o600))
	require.NoError(t, os.WriteFile("bad", []byte("# two mistakes\n1:CMAC-128:00\n"+line+"00124b0001020305:AES:00\n"), 0o600))
	for text, wants := range map[string][]string{
		"{gateway: {data: d}, protection: {keys_file: keys}}":                                   nil,
		"{gateway: {data: d}, protection: {keys_file: keys}, links: [{protection: exclusive}]}": nil,
		"{gateway: {data: d}, protection: {keys_file: keys, sender_id: 0200000000000001}}":      nil,
		"{gateway: {data: d}, protection: {keys_file: none}}":                                   {"gateway.yaml:1:46: protection.keys_file: there is no such file; make it with `mqttsn-gateway key`"},
		"{gateway: {data: d}, protection: {keys_file: bad}}":                                    {"protection.keys_file: bad:2: \"1\" is not a sender identifier", "protection.keys_file: bad:4: \"AES\" is not a scheme: write one of HMAC-SHA256"},
		"protection: {keys_file: keys}":                                                         {"protection.keys_file: the counters of protected packets must outlive a restart; set gateway.data"},
		"links: [{protection: required}]":                                                       {"links[0].protection: no device has a key; set protection.keys_file"},
		"links: [{protection: yes}]":                                                            {"links[0].protection: yes is not known; write optional, required or exclusive"},
		"protection: {sender_id: 1}":                                                            {"protection.sender_id: 1 is not a sender identifier"},
		"{gateway: {data: d}, protection: {keys_file: keys, sender_id: 00124b0001020304}}":      {"protection.sender_id: a device has this sender identifier"},
		"protection: {sender_id: '0000000000000000'}":                                           {"protection.sender_id: 0000000000000000 is not a sender identifier"},
	} {
		c, err := loadText(t, []byte(text))
		if wants == nil {
			require.NoError(t, err, text)
			devices, err := c.Protection.Devices()
			require.NoError(t, err)
			require.Len(t, devices, 1)
			continue
		}
		require.Error(t, err, text)
		for _, want := range wants {
			require.Contains(t, err.Error(), want)
		}
	}
	require.Equal(t, v2.SenderID{2, 7: 0xa1}, (&Protection{SenderID: "02000000000000a1"}).Sender())
	require.Zero(t, (&Protection{}).Sender())
}
