package gateway

import (
	"maps"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"mqttsn-gateway/gateway/config"
)

// Every kind that can be configured can be opened, and the other way round.
func TestLinkKinds(t *testing.T) {
	require.ElementsMatch(t, config.LinkTypes, slices.Collect(maps.Keys(linkKinds)))
	for kind, k := range linkKinds {
		require.NotNil(t, k.open, kind)
	}
}

// A DTLS device that sleeps must not be woken by ADVERTISE: it has found the gateway.
func TestNobodyAdvertisesToTheConnected(t *testing.T) {
	c := config.Default().Links[0]
	require.NotZero(t, linkSettings(&c, 1).Advertise)
	c.Type = config.DTLS
	require.Zero(t, linkSettings(&c, 1).Advertise)
}
