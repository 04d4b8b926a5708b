package port

import (
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// fakeTree builds a /sys and a /dev like those of a Raspberry Pi with two FTDI adapters and a board with its own USB.
func fakeTree(t *testing.T) tree {
	t.Helper()
	root, err := filepath.EvalSymlinks(t.TempDir())
	require.NoError(t, err)
	tr := tree{sys: filepath.Join(root, "sys"), dev: filepath.Join(root, "dev")}
	file := func(text string, path ...string) {
		name := filepath.Join(append([]string{root}, path...)...)
		require.NoError(t, os.MkdirAll(filepath.Dir(name), 0o755))
		require.NoError(t, os.WriteFile(name, []byte(text), 0o600))
	}
	link := func(to, from string) {
		from = filepath.Join(root, from)
		require.NoError(t, os.MkdirAll(filepath.Dir(from), 0o755))
		require.NoError(t, os.Symlink(to, from))
	}
	// A port of an adapter hangs below a USB interface, which is part of the USB device.
	adapter := func(usb, tty, serial string) {
		file("0403\n", "sys/devices", usb, "idVendor")
		file("6015\n", "sys/devices", usb, "idProduct")
		file("FTDI\n", "sys/devices", usb, "manufacturer")
		file("FT231X USB UART\n", "sys/devices", usb, "product")
		file(serial+"\n", "sys/devices", usb, "serial")
		file("", "sys/devices", usb, usb+":1.0", tty, "port_number")
		link("../../../devices/"+usb+"/"+usb+":1.0/"+tty, "sys/class/tty/"+tty+"/device")
		file("", "dev", tty)
	}
	adapter("1-1", "ttyUSB0", "DN01ABCD")
	adapter("1-2", "ttyUSB1", "DN02ABCD")
	link("../../ttyUSB1", "dev/serial/by-id/usb-FTDI_FT231X_DN02ABCD-if00-port0")
	// A board's own USB: the interface itself is the port's device. It has no serial number, and writes VID in capitals.
	file("2E8A\n", "sys/devices/1-3/idVendor")
	file("000A\n", "sys/devices/1-3/idProduct")
	file("", "sys/devices/1-3/1-3:1.0/bInterfaceNumber")
	link("../../../devices/1-3/1-3:1.0", "sys/class/tty/ttyACM0/device")
	// Ports of the machine itself: one real, one that only has a number, and a console.
	file("32\n", "sys/class/tty/ttyAMA0/type")
	link("../../../devices/platform", "sys/class/tty/ttyAMA0/device")
	file("0\n", "sys/class/tty/ttyS0/type")
	link("../../../devices/platform", "sys/class/tty/ttyS0/device")
	file("", "sys/devices/platform/uevent")
	file("", "sys/class/tty/console/uevent")
	return tr
}

func TestList(t *testing.T) {
	tr := fakeTree(t)
	dev := func(name string) string { return filepath.Join(tr.dev, name) }
	got, err := tr.list()
	require.NoError(t, err)
	require.Equal(t, []Info{
		{Path: dev("ttyACM0"), VID: "2e8a", PID: "000a"},
		{Path: dev("ttyAMA0")},
		{Path: dev("ttyUSB0"), VID: "0403", PID: "6015", SerialNumber: "DN01ABCD", Manufacturer: "FTDI", Product: "FT231X USB UART"},
		{Path: dev("ttyUSB1"), VID: "0403", PID: "6015", SerialNumber: "DN02ABCD", Manufacturer: "FTDI", Product: "FT231X USB UART",
			ByID: dev("serial/by-id/usb-FTDI_FT231X_DN02ABCD-if00-port0")},
	}, got)
	require.True(t, got[0].USB())
	require.False(t, got[1].USB())
}

func TestListOfThisMachine(t *testing.T) {
	infos, err := List()
	require.NoError(t, err)
	for _, i := range infos {
		require.FileExists(t, i.Path)
	}
}

func TestResolve(t *testing.T) {
	tr := fakeTree(t)
	for _, c := range []struct{ name, want string }{
		{"/dev/ttyUSB7", "/dev/ttyUSB7"},
		{"./pty", "./pty"},
		{"ttyUSB0", "DEV/ttyUSB0"},
		{"usb-FTDI_FT231X_DN02ABCD-if00-port0", "DEV/serial/by-id/usb-FTDI_FT231X_DN02ABCD-if00-port0"},
		{"2e8a:000a", "DEV/ttyACM0"},
		{"usb:2E8A:000A", "DEV/ttyACM0"},
		{"0403:6015/DN02ABCD", "DEV/ttyUSB1"},
		{"usb:0403:6015/DN01ABCD", "DEV/ttyUSB0"},
	} {
		got, err := tr.resolve(c.name)
		require.NoError(t, err, c.name)
		require.Equal(t, strings.Replace(c.want, "DEV", tr.dev, 1), got)
	}
	for _, c := range []struct {
		name string
		want error
	}{
		{"", fs.ErrNotExist},
		{"0403:6015", ErrAmbiguous},
		{"0403:6015/none", fs.ErrNotExist},
		{"1234:5678", fs.ErrNotExist},
	} {
		_, err := tr.resolve(c.name)
		require.ErrorIs(t, err, c.want, c.name)
	}
}
