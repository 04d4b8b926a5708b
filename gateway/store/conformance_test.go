package store_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"mqttsn-gateway/gateway/store"
	"mqttsn-gateway/gateway/store/storetest"
)

func TestStores(t *testing.T) {
	t.Run("memory", func(t *testing.T) {
		storetest.Run(t, false, func(*testing.T) func() store.Store { return store.Memory })
	})
	t.Run("directory", func(t *testing.T) {
		storetest.Run(t, true, func(t *testing.T) func() store.Store {
			dir := t.TempDir()
			return func() store.Store {
				s, err := store.Open(dir, store.Options{})
				require.NoError(t, err)
				return s
			}
		})
	})
	t.Run("small segments", func(t *testing.T) {
		storetest.Run(t, true, func(t *testing.T) func() store.Store {
			disk := storetest.NewDisk()
			return func() store.Store { return openDisk(t, disk) }
		})
	})
}

// smallest makes a log of many segments out of little data.
var smallest = store.Options{SegmentSize: 1 << 10}

func openDisk(t testing.TB, disk *storetest.Disk) store.Store {
	t.Helper()
	s, err := store.OpenFS(disk, smallest)
	require.NoError(t, err)
	return s
}
