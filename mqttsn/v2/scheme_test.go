package v2_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	. "mqttsn-gateway/mqttsn/v2"
)

// The table of 8.2 of our reference, in bits as the draft has it (3.17.3).
// v2.0 3.17.3-1, 3.17.2.3-2
func TestSchemes(t *testing.T) {
	type row struct {
		name                 string
		encrypts             bool
		keyBits, tagBits, iv int
	}
	rows := map[Scheme]row{
		0x00: {"HMAC-SHA256", false, 0, 256, 0},
		0x01: {"HMAC-SHA3_256", false, 0, 256, 0},
		0x02: {"CMAC-128", false, 128, 128, 0},
		0x03: {"CMAC-192", false, 192, 128, 0},
		0x04: {"CMAC-256", false, 256, 128, 0},
		0x40: {"AES-CCM-64-128", true, 128, 64, 13},
		0x41: {"AES-CCM-64-192", true, 192, 64, 13},
		0x42: {"AES-CCM-64-256", true, 256, 64, 13},
		0x43: {"AES-CCM-128-128", true, 128, 128, 13},
		0x44: {"AES-CCM-128-192", true, 192, 128, 13},
		0x45: {"AES-CCM-128-256", true, 256, 128, 13},
		0x46: {"AES-GCM-128-128", true, 128, 128, 12},
		0x47: {"AES-GCM-128-192", true, 192, 128, 12},
		0x48: {"AES-GCM-128-256", true, 256, 128, 12},
		0x49: {"ChaCha20/Poly1305", true, 256, 128, 12},
	}
	for i := range 256 {
		s := Scheme(i)
		want, supported := rows[s]
		require.Equal(t, supported, s.Supported(), s)
		if supported {
			require.Equal(t, want, row{s.String(), s.Encrypts(), s.KeyLen() * 8, s.TagLen() * 8, s.NonceLen()})
		}
	}
	require.Equal(t, "0x3C", Scheme(0x3C).String())
	for s := range rows {
		got, ok := ParseScheme(strings.ToLower(s.String()))
		require.True(t, ok)
		require.Equal(t, s, got)
	}
	_, ok := ParseScheme("0x3C")
	require.False(t, ok)
}

// v2.0 3.17.4-1
func TestParseSenderID(t *testing.T) {
	id, ok := ParseSenderID("00124b00010203AF")
	require.True(t, ok)
	require.Equal(t, "00124b00010203af", id.String())
	for _, s := range []string{"", "00124b00010203", "00124b00010203af00", "00124b00010203ag"} {
		_, ok := ParseSenderID(s)
		require.False(t, ok, s)
	}
}

// The lengths for which Append finds a code are those that are allowed.
func TestAllowsTag(t *testing.T) {
	for i := range 256 {
		s := Scheme(i)
		for n := 1; n < 300; n++ {
			p := Protection{Scheme: s, Protected: []byte{2, 0x15}, Tag: make([]byte, n)}
			require.Equal(t, len(p.Append(nil)) > 0, s.AllowsTag(n), "%v, %d octets", s, n)
		}
		require.Equal(t, s.Supported(), s.AllowsTag(0), s)
	}
}
