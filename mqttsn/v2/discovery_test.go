package v2_test

import (
	"net/netip"
	"testing"

	"github.com/stretchr/testify/require"

	. "mqttsn-gateway/mqttsn/v2"
)

func TestGwInfoAddress(t *testing.T) {
	for wire, want := range map[string]string{
		"c0 a8 00 01 07 5b": "192.168.0.1:1883", // example 54 of our reference
		"20 01 0d b8 00 00 00 00 00 00 00 00 00 00 00 01 22 b3": "[2001:db8::1]:8883",
	} {
		a, ok := GwInfo{Address: octets(wire)}.AddrPort()
		require.True(t, ok)
		require.Equal(t, netip.MustParseAddrPort(want), a)
		require.Equal(t, octets(wire), AppendAddrPort(nil, a))
	}
	for _, wire := range []string{"", "01", "07 5b", "c0 a8 00 01", "00 13 a2 00 40 0a 0b 0c"} {
		_, ok := GwInfo{Address: octets(wire)}.AddrPort()
		require.False(t, ok, wire)
	}
}
