package v2_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	. "mqttsn-gateway/mqttsn/v2"
)

// The lists of section 2 and of 3.2 of our reference: which codes each packet may have, "-" for a range. The table in
// the code has the same by code.
var codesByPacket = map[Type]struct{ both, server, client string }{
	TypeConnack:   {server: "00 80-8A 8C 90 95 9A-9D 9F F1 E6"},
	TypeAuth:      {both: "18", server: "00", client: "19"},
	TypeRegack:    {both: "00 1A 83 87 91 97 F0 F1"},
	TypePuback:    {both: "00 10 80 83 87 90 91 99 F0 F1"},
	TypePubrec:    {both: "00 10 80 83 87 90 91 99 F0 F1"},
	TypePubrel:    {both: "00 92"},
	TypePubcomp:   {both: "00 92"},
	TypeSuback:    {server: "00 01 02 80 83 87 8F 91 97 9E A1 A2 F0 F1"},
	TypeUnsuback:  {server: "00 11 80 83 87 8F 91 F0"},
	TypeSleepresp: {server: "00 91 80"}, // 80 is our reading: a refusal needs a code
	TypeDisconnect: {
		both:   "00 80-83 8C 93 95-98 E7 E8 F2-F4 E6",
		server: "87 89 8B 8D-90 94 99-A2",
		client: "04",
	},
}

// v2.0 3.2.4-1, 3.3.3-1, 3.5.5-1, 3.6.3.3-1, 3.6.4.3-1, 3.6.5.3-1, 3.6.6.3-1, 3.8.5-1, 3.10.3-1, 3.13.4-1, 3.16.5-1
func TestReasonCodesByPacket(t *testing.T) {
	for i := range 256 {
		typ, want := Type(i), codesByPacket[Type(i)]
		server, client := codes(want.both+" "+want.server), codes(want.both+" "+want.client)
		for j := range 256 {
			c := ReasonCode(j)
			require.Equal(t, slices.Contains(server, c), c.Allowed(typ, Server), "%v in %v of a server", c, typ)
			require.Equal(t, slices.Contains(client, c), c.Allowed(typ, Client), "%v in %v of a client", c, typ)
		}
	}
}

// codes reads a list of codes in hex.
func codes(list string) (all []ReasonCode) {
	for _, item := range strings.Fields(list) {
		first, last, isRange := strings.Cut(item, "-")
		if !isRange {
			last = first
		}
		for c := int(octets(first)[0]); c <= int(octets(last)[0]); c++ {
			all = append(all, ReasonCode(c))
		}
	}
	return all
}

// A code has a name exactly if some packet may have it.
func TestReasonCodeNames(t *testing.T) {
	names := map[string]ReasonCode{}
	for i := range 256 {
		c, used := ReasonCode(i), false
		for typ := TypeConnect; typ <= TypeGwInfo; typ++ {
			used = used || c.Allowed(typ, Server) || c.Allowed(typ, Client)
		}
		require.Equal(t, used, !strings.HasPrefix(c.String(), "0x"), "%v", c)
		require.NotContains(t, names, c.String())
		names[c.String()] = c
		require.Equal(t, i >= 0x80, c.Failed())
	}
	require.Equal(t, "0xEA", ReasonCode(0xEA).String())
	require.Equal(t, NoVirtualConnection, names["no-virtual-connection"])
}
