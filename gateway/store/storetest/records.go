package storetest

import (
	"testing"

	"github.com/stretchr/testify/require"

	"mqttsn-gateway/gateway/store"
)

// Records returns all records of a store as strings.
func Records(t testing.TB, s store.Store) map[string]string {
	t.Helper()
	all := map[string]string{}
	require.NoError(t, s.Load(func(key, value []byte) error {
		if _, twice := all[string(key)]; twice {
			t.Errorf("%q was visited twice", key)
		}
		all[string(key)] = string(value)
		return nil
	}))
	return all
}

// Put commits one record.
func Put(t testing.TB, s store.Store, key, value string) {
	t.Helper()
	var b store.Batch
	b.Put([]byte(key), []byte(value))
	require.NoError(t, s.Commit(&b))
}

// Delete commits one deletion.
func Delete(t testing.TB, s store.Store, key string) {
	t.Helper()
	var b store.Batch
	b.Delete([]byte(key))
	require.NoError(t, s.Commit(&b))
}
