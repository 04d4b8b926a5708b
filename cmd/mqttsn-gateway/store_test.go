package main

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"mqttsn-gateway/gateway/store"
)

// storeOf makes a data directory with one record.
func storeOf(t *testing.T) string {
	dir := filepath.Join(t.TempDir(), "data")
	s, err := store.Open(dir, store.Options{})
	require.NoError(t, err)
	var b store.Batch
	b.Put([]byte("key"), []byte("value"))
	require.NoError(t, s.Commit(&b))
	require.NoError(t, s.Close())
	return dir
}

func TestStoreMoves(t *testing.T) {
	dir := storeOf(t)
	code, stdout, stderr := command("store check " + dir)
	require.Zero(t, code, stderr)
	require.Contains(t, stdout, "1 records")

	code, stdout, stderr = command("store export " + dir)
	require.Zero(t, code, stderr)
	export := filepath.Join(t.TempDir(), "export")
	require.NoError(t, os.WriteFile(export, []byte(stdout), 0o600))

	other := filepath.Join(t.TempDir(), "other")
	code, _, stderr = command("store import " + other + " " + export)
	require.Zero(t, code, stderr)
	code, again, stderr := command("store export " + other)
	require.Zero(t, code, stderr)
	require.Equal(t, stdout, again)

	code, _, stderr = command("store import " + other + " " + export)
	require.Equal(t, exitFailed, code)
	require.Contains(t, stderr, other)
}

func TestStoreDamage(t *testing.T) {
	dir := storeOf(t)
	segments, err := filepath.Glob(filepath.Join(dir, "*.seg"))
	require.NoError(t, err)
	f, err := os.OpenFile(segments[0], os.O_RDWR, 0)
	require.NoError(t, err)
	_, err = f.WriteAt([]byte("damage"), 3)
	require.NoError(t, err)
	require.NoError(t, f.Close())

	code, _, stderr := command("store check " + dir)
	require.Equal(t, exitFailed, code)
	require.Contains(t, stderr, segments[0])
	code, _, _ = command("store export " + dir)
	require.Equal(t, exitFailed, code)
}

func TestStoreMissing(t *testing.T) {
	code, _, stderr := command("store check " + filepath.Join(t.TempDir(), "none"))
	require.Equal(t, exitFailed, code)
	require.NotEmpty(t, stderr)
	code, _, stderr = command("store chek x")
	require.Equal(t, exitMistake, code)
	require.NotEmpty(t, stderr)
}
