package main

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

// A backup of a running gateway makes a data directory that is sound and has its sessions.
func TestStoreBackup(t *testing.T) {
	data, file := filepath.Join(t.TempDir(), "data"), filepath.Join(t.TempDir(), "backup")
	flags := serving(t, "--data "+data)
	require.NoError(t, os.WriteFile(file, []byte("an older one"), 0o600))
	code, stdout, stderr := command("store backup " + file + flags)
	require.Zero(t, code, stderr)
	require.Equal(t, "3 records\n", stdout, "the device, its topic and its subscription")

	restored := filepath.Join(t.TempDir(), "restored")
	code, _, stderr = command("store import " + restored + " " + file)
	require.Zero(t, code, stderr)
	code, stdout, stderr = command("store check " + restored)
	require.Zero(t, code, stderr)
	require.Contains(t, stdout, "3 records")
	text, err := os.ReadFile(file)
	require.NoError(t, err)
	code, stdout, stderr = command("store export " + restored)
	require.Zero(t, code, stderr)
	require.Equal(t, string(text), stdout)
}

// What is there stays if no whole backup can be made.
func TestStoreBackupFails(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "backup")
	require.NoError(t, os.WriteFile(file, []byte("an older one"), 0o600))
	code, _, stderr := command("store backup " + file + serving(t))
	require.Equal(t, exitFailed, code)
	require.Equal(t, "mqttsn-gateway: the gateway keeps nothing on disk: gateway.data is not set\n", stderr)
	text, err := os.ReadFile(file)
	require.NoError(t, err)
	require.Equal(t, "an older one", string(text))
	files, err := os.ReadDir(dir)
	require.NoError(t, err)
	require.Len(t, files, 1)
}
