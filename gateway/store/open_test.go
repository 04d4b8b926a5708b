package store_test

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"

	"mqttsn-gateway/gateway/store"
	"mqttsn-gateway/gateway/store/storetest"
)

func open(t testing.TB, dir string) store.Store {
	t.Helper()
	s, err := store.Open(dir, store.Options{})
	require.NoError(t, err)
	return s
}

func TestOpenCreatesDirectory(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "a", "b")
	s := open(t, dir)
	storetest.Put(t, s, "key", "value")
	require.NoError(t, s.Close())
	info, err := os.Stat(dir)
	require.NoError(t, err)
	require.Equal(t, os.FileMode(0o700), info.Mode().Perm(), "what devices say is nobody's business")
}

func TestOpenOnce(t *testing.T) {
	dir := t.TempDir()
	s := open(t, dir)
	_, err := store.Open(dir, store.Options{})
	require.ErrorIs(t, err, store.ErrLocked)
	require.ErrorContains(t, err, dir)
	_, err = store.Check(dir)
	require.ErrorIs(t, err, store.ErrLocked)
	require.NoError(t, s.Close())
	require.NoError(t, open(t, dir).Close())
}

func TestOpenWhatIsNoDirectory(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	require.NoError(t, os.WriteFile(file, []byte("precious"), 0o600))
	_, err := store.Open(file, store.Options{})
	require.ErrorIs(t, err, syscall.ENOTDIR)
	_, err = store.Open(filepath.Join(file, "below"), store.Options{})
	require.ErrorIs(t, err, syscall.ENOTDIR)
}

// TestOpenForeignDirectory leaves no trace in it.
func TestOpenForeignDirectory(t *testing.T) {
	dir := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(dir, "thesis.tex"), nil, 0o600))
	var foreign *store.ForeignError
	_, err := store.Open(dir, store.Options{})
	require.ErrorAs(t, err, &foreign)
	require.ErrorAs(t, store.Memory().Backup(dir), &foreign)
	entries, err := os.ReadDir(dir)
	require.NoError(t, err)
	require.Len(t, entries, 1)
}

// TestFileSizeLimit sets the limit that a service manager would, for a while.
func TestFileSizeLimit(t *testing.T) {
	s, o := open(t, t.TempDir()), newOracle()
	defer s.Close()
	var old syscall.Rlimit
	require.NoError(t, syscall.Getrlimit(syscall.RLIMIT_FSIZE, &old))
	limit := old
	limit.Cur = 100 << 10
	require.NoError(t, syscall.Setrlimit(syscall.RLIMIT_FSIZE, &limit))
	defer syscall.Setrlimit(syscall.RLIMIT_FSIZE, &old)
	var err error
	for i := 0; err == nil; i++ {
		err = o.commit(s, change{[]string{fmt.Sprint("key", i)}, []string{strings.Repeat("v", 1000)}})
	}
	require.ErrorIs(t, err, syscall.EFBIG)
	require.ErrorContains(t, err, "ulimit")
	require.Equal(t, o.now, storetest.Records(t, s))
	require.NoError(t, syscall.Setrlimit(syscall.RLIMIT_FSIZE, &old))
	require.NoError(t, o.commit(s, put("key", 1)))
	require.NoError(t, s.Stats().Err)
	require.Equal(t, o.now, storetest.Records(t, s))
}

// TestSegmentSizeChanges opens a store with one size after another.
func TestSegmentSizeChanges(t *testing.T) {
	disk, o := storetest.NewDisk(), newOracle()
	n := int64(0)
	for some := range slices.Chunk(life(120, 6), 20) {
		s, err := store.OpenFS(disk, store.Options{SegmentSize: 1024 + n%3*500})
		require.NoError(t, err)
		require.Equal(t, o.now, storetest.Records(t, s))
		for _, c := range some {
			require.NoError(t, o.commit(s, c))
		}
		require.Equal(t, disk.Used(), s.Stats().DiskBytes)
		require.NoError(t, s.Close())
		n++
	}
}
