package tty_test

import (
	"io"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.bug.st/serial"

	"mqttsn-gateway/testbed/tty"
)

func TestPort(t *testing.T) {
	path := filepath.Join(t.TempDir(), "ttyUSB0")
	far, err := tty.Open(path)
	require.NoError(t, err)
	defer far.Close()
	require.Equal(t, path, far.Path())

	host, err := serial.Open(path, &serial.Mode{BaudRate: 115200})
	require.NoError(t, err)
	defer host.Close()
	octets := []byte{0x00, 0x03, 0x04, 0x0A, 0x0D, 0x11, 0x13, 0x7E, 0xFF} // a terminal would not leave them alone
	for _, way := range []struct{ from, to io.ReadWriter }{{host, far}, {far, host}} {
		_, err := way.from.Write(octets)
		require.NoError(t, err)
		got := make([]byte, len(octets))
		_, err = io.ReadFull(way.to, got)
		require.NoError(t, err)
		require.Equal(t, octets, got)
	}

	require.NoError(t, far.SetReadDeadline(time.Now()))
	_, err = far.Read(make([]byte, 1))
	require.ErrorIs(t, err, os.ErrDeadlineExceeded)

	require.NoError(t, far.Close())
	require.NoError(t, far.Close(), "a second time")
	_, err = os.Lstat(path)
	require.ErrorIs(t, err, os.ErrNotExist)
	n, err := host.Read(octets)
	require.True(t, n == 0 || err != nil, "the port is dead")
}

// A port that is plugged in again takes over the path, whatever becomes of the old one.
func TestPathLeadsToTheNewPort(t *testing.T) {
	path := filepath.Join(t.TempDir(), "ttyUSB0")
	old, err := tty.Open(path)
	require.NoError(t, err)
	now, err := tty.Open(path)
	require.NoError(t, err)
	defer now.Close()
	require.NoError(t, old.Close())
	_, err = os.Stat(path)
	require.NoError(t, err)
}

func TestNoPath(t *testing.T) {
	p, err := tty.Open("")
	require.NoError(t, err)
	defer p.Close()
	_, err = os.Stat(p.Path())
	require.NoError(t, err)

	_, err = tty.Open("/nowhere/at/all")
	require.Error(t, err)
}
