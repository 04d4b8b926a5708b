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
