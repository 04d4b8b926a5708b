package storetest

import (
	"bytes"
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"mqttsn-gateway/gateway/store"
)

func testBackup(t *testing.T, open func() store.Store) {
	s := open()
	defer s.Close()
	for i := range 500 {
		Put(t, s, fmt.Sprint("key", i), strings.Repeat("v", i))
	}
	want := Records(t, s)
	dir := filepath.Join(t.TempDir(), "not", "there")
	require.NoError(t, s.Backup(dir))
	Put(t, s, "later", "v")

	report, err := store.Check(dir)
	require.NoError(t, err)
	require.Empty(t, report.Problems)
	require.Equal(t, len(want), report.Records)
	b, err := store.Open(dir, store.Options{})
	require.NoError(t, err)
	require.True(t, equal(want, Records(t, b)))
	require.ErrorIs(t, s.Backup(dir), store.ErrLocked)
	require.NoError(t, b.Close())
	var foreign *store.ForeignError
	require.ErrorAs(t, s.Backup(dir), &foreign)
}

func testBackupDuringCommits(t *testing.T, open func() store.Store) {
	s := open()
	defer s.Close()
	stop, done := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(done)
		var b store.Batch
		for i := 0; ; i++ {
			select {
			case <-stop:
				return
			default:
			}
			b.Reset()
			b.Put([]byte("left"), fmt.Append(nil, i))
			b.Put(fmt.Append(nil, "filler", i%10), make([]byte, 300))
			b.Put([]byte("right"), fmt.Append(nil, i))
			if err := s.Commit(&b); err != nil {
				t.Error(err)
				return
			}
		}
	}()
	for range 5 {
		dir := t.TempDir()
		require.NoError(t, s.Backup(dir))
		b, err := store.Open(dir, store.Options{})
		require.NoError(t, err)
		records := Records(t, b)
		require.Equal(t, records["left"], records["right"], "a backup has whole batches")
		require.NoError(t, b.Close())
	}
	close(stop)
	<-done
}

func testExport(t *testing.T, open func() store.Store) {
	s := open()
	defer s.Close()
	Put(t, s, "text", "\x00<ö>\u2028\"")
	Put(t, s, "\xffbinary", "\xff\xfe")
	Put(t, s, "empty", "")
	var out bytes.Buffer
	n, err := store.Export(s, &out)
	require.NoError(t, err)
	require.Equal(t, 3, n)
	dir := t.TempDir()
	n, err = store.Import(dir, &out)
	require.NoError(t, err)
	require.Equal(t, 3, n)
	i, err := store.Open(dir, store.Options{})
	require.NoError(t, err)
	defer i.Close()
	require.Equal(t, Records(t, s), Records(t, i))
}
