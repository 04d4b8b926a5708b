package storetest

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"mqttsn-gateway/gateway/store"
)

// Run tests what every store promises. Each call of fresh returns the opener of
// another, empty store; a durable one can be opened again after Close.
func Run(t *testing.T, durable bool, fresh func(t *testing.T) func() store.Store) {
	tests := []struct {
		name string
		run  func(t *testing.T, open func() store.Store)
	}{
		{"records", testRecords},
		{"order in a batch", testOrder},
		{"batch is reusable", testReuse},
		{"limits", testLimits},
		{"large values", testLarge},
		{"visit", testVisit},
		{"commits from many goroutines", testConcurrent},
		{"stats", testStats},
		{"backup", testBackup},
		{"backup during commits", testBackupDuringCommits},
		{"export", testExport},
		{"close", testClose},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) { test.run(t, fresh(t)) })
	}
	if durable {
		t.Run("long life", func(t *testing.T) { testLife(t, fresh(t)) })
	}
}

func testRecords(t *testing.T, open func() store.Store) {
	s := open()
	defer s.Close()
	require.Empty(t, Records(t, s))
	Put(t, s, "a", "1")
	Put(t, s, "b", "")
	Put(t, s, "\x00\xff", "\xff\x00")
	Put(t, s, "a", "2")
	require.Equal(t, map[string]string{"a": "2", "b": "", "\x00\xff": "\xff\x00"}, Records(t, s))
	Delete(t, s, "a")
	Delete(t, s, "never there")
	require.Equal(t, map[string]string{"b": "", "\x00\xff": "\xff\x00"}, Records(t, s))
}

func testOrder(t *testing.T, open func() store.Store) {
	s := open()
	defer s.Close()
	var b store.Batch
	b.Put([]byte("a"), []byte("1"))
	b.Delete([]byte("a"))
	b.Delete([]byte("b"))
	b.Put([]byte("b"), []byte("1"))
	b.Put([]byte("b"), []byte("2"))
	require.NoError(t, s.Commit(&b))
	require.Equal(t, map[string]string{"b": "2"}, Records(t, s))
}

func testReuse(t *testing.T, open func() store.Store) {
	s := open()
	defer s.Close()
	var b store.Batch
	require.NoError(t, s.Commit(&b), "an empty batch")
	key, value := []byte("key"), []byte("value")
	b.Put(key, value)
	b.Delete([]byte("other"))
	require.Equal(t, 2, b.Len())
	require.GreaterOrEqual(t, b.Bytes(), len("keyvalueother"))
	copy(key, "xxx")
	copy(value, "xxxxx")
	require.NoError(t, s.Commit(&b))
	b.Reset()
	require.Zero(t, b.Len())
	require.Zero(t, b.Bytes())
	b.Put([]byte("kex"), []byte("VALUE"))
	require.Equal(t, map[string]string{"key": "value"}, Records(t, s), "a batch that is not committed changes nothing")

	var other store.Batch
	other.Delete([]byte("key"))
	b.Append(&other)
	other.Reset()
	require.Equal(t, 2, b.Len())
	require.NoError(t, s.Commit(&b))
	require.Equal(t, map[string]string{"kex": "VALUE"}, Records(t, s))
}

func testLimits(t *testing.T, open func() store.Store) {
	s := open()
	defer s.Close()
	for name, fill := range map[string]func(*store.Batch){
		"empty key":    func(b *store.Batch) { b.Put(nil, []byte("x")) },
		"no key":       func(b *store.Batch) { b.Delete(nil) },
		"long key":     func(b *store.Batch) { b.Put(make([]byte, store.MaxKey+1), nil) },
		"deleted long": func(b *store.Batch) { b.Delete(make([]byte, store.MaxKey+1)) },
		"long value":   func(b *store.Batch) { b.Put([]byte("k"), make([]byte, store.MaxValue+1)) },
		"bad other": func(b *store.Batch) {
			var other store.Batch
			other.Delete(nil)
			b.Append(&other)
		},
		"long together": func(b *store.Batch) {
			var other store.Batch
			for range store.MaxBatch/store.MaxValue/2 + 1 {
				other.Put([]byte("k"), make([]byte, store.MaxValue))
			}
			b.Append(&other)
			b.Append(&other)
		},
		"long batch": func(b *store.Batch) {
			for range store.MaxBatch/store.MaxValue + 1 {
				b.Put([]byte("k"), make([]byte, store.MaxValue))
			}
		},
	} {
		var b store.Batch
		b.Put([]byte("with it"), nil)
		fill(&b)
		require.ErrorIs(t, s.Commit(&b), store.ErrTooLarge, name)
		b.Reset()
		require.NoError(t, s.Commit(&b), "the batch is good again after Reset")
	}
	require.Empty(t, Records(t, s))
	longest := strings.Repeat("k", store.MaxKey)
	Put(t, s, longest, "v")
	require.Equal(t, map[string]string{longest: "v"}, Records(t, s))
}

func testLarge(t *testing.T, open func() store.Store) {
	s := open()
	want := map[string]string{}
	for i, size := range []int{256 << 10, store.MaxValue, 100, 300 << 10} {
		key, value := fmt.Sprint("large", i), strings.Repeat(fmt.Sprint(i), size)
		Put(t, s, key, value)
		want[key] = value
	}
	require.True(t, equal(want, Records(t, s)))
	require.NoError(t, s.Close())
}

// equal compares without printing megabytes.
func equal(a, b map[string]string) bool {
	for k, v := range a {
		if w, ok := b[k]; !ok || v != w {
			return false
		}
	}
	return len(a) == len(b)
}

func testVisit(t *testing.T, open func() store.Store) {
	s := open()
	defer s.Close()
	for i := range 10 {
		Put(t, s, fmt.Sprint(i), "v")
	}
	stop := errors.New("stop")
	visits := 0
	require.ErrorIs(t, s.Load(func(_, _ []byte) error {
		visits++
		return stop
	}), stop)
	require.Equal(t, 1, visits)

	visits = 0
	require.NoError(t, s.Load(func(key, _ []byte) error {
		visits++
		Delete(t, s, string(key))
		Put(t, s, "new "+string(key), "v")
		return nil
	}))
	require.Equal(t, 10, visits, "Load sees the records of its beginning")
	require.Len(t, Records(t, s), 10)
}

func testConcurrent(t *testing.T, open func() store.Store) {
	s := open()
	defer s.Close()
	var wg sync.WaitGroup
	for g := range 4 {
		wg.Go(func() {
			var b store.Batch
			for i := range 50 {
				b.Reset()
				b.Put(fmt.Appendf(nil, "%d/%d", g, i), []byte("v"))
				b.Put(fmt.Appendf(nil, "%d", g), fmt.Append(nil, i))
				if err := s.Commit(&b); err != nil {
					t.Error(err)
				}
			}
		})
	}
	for range 10 {
		n := map[byte]int{}
		last := map[byte]string{}
		for key, value := range Records(t, s) {
			if len(key) == 1 {
				last[key[0]] = value
			} else {
				n[key[0]]++
			}
		}
		for g, value := range last {
			require.Equal(t, value, fmt.Sprint(n[g]-1), "Load sees whole batches")
		}
		s.Stats()
	}
	wg.Wait()
	require.Len(t, Records(t, s), 4*51)
}

func testStats(t *testing.T, open func() store.Store) {
	s := open()
	defer s.Close()
	Put(t, s, "a", strings.Repeat("x", 100))
	Put(t, s, "b", strings.Repeat("x", 100))
	two := s.Stats()
	require.Equal(t, 2, two.Records)
	require.EqualValues(t, 2, two.Commits)
	require.GreaterOrEqual(t, two.LiveBytes, int64(202))
	require.NoError(t, two.Err)
	Put(t, s, "b", "")
	require.Equal(t, two.LiveBytes-s.Stats().LiveBytes >= 100, true)
	Delete(t, s, "a")
	Delete(t, s, "b")
	require.Zero(t, s.Stats().LiveBytes)
	require.Zero(t, s.Stats().Records)
}

func testClose(t *testing.T, open func() store.Store) {
	s := open()
	Put(t, s, "a", "1")
	require.NoError(t, s.Close())
	require.NoError(t, s.Close())
	var b store.Batch
	b.Put([]byte("b"), nil)
	require.ErrorIs(t, s.Commit(&b), store.ErrClosed)
	require.ErrorIs(t, s.Load(func(_, _ []byte) error { return nil }), store.ErrClosed)
	require.ErrorIs(t, s.Backup(t.TempDir()), store.ErrClosed)
}

// testLife compares a store with a map over many commits and restarts.
func testLife(t *testing.T, open func() store.Store) {
	rng := rand.New(rand.NewPCG(1, 2))
	want := map[string]string{}
	s := open()
	var b store.Batch
	for i := range 3000 {
		b.Reset()
		for range 1 + rng.IntN(4) {
			key := fmt.Sprint("key", rng.IntN(200))
			if rng.IntN(3) == 0 {
				b.Delete([]byte(key))
				delete(want, key)
				continue
			}
			value := strings.Repeat(fmt.Sprint(i), rng.IntN(30))
			b.Put([]byte(key), []byte(value))
			want[key] = value
		}
		require.NoError(t, s.Commit(&b))
		if rng.IntN(300) == 0 {
			require.NoError(t, s.Close())
			s = open()
		}
		if rng.IntN(100) == 0 {
			require.Equal(t, want, Records(t, s))
		}
	}
	require.NoError(t, s.Close())
}
