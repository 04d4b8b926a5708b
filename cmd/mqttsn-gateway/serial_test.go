package main

import (
	"fmt"
	"io/fs"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"mqttsn-gateway/radio/port"
)

func TestPorts(t *testing.T) {
	var none, some strings.Builder
	require.NoError(t, printPorts(&none, nil))
	require.Equal(t, "there are no serial ports\n", none.String())

	require.NoError(t, printPorts(&some, []port.Info{
		{Path: "/dev/ttyAMA0"},
		{Path: "/dev/ttyUSB0", VID: "0403", PID: "6015", SerialNumber: "DN01", Manufacturer: "FTDI", Product: "FT230X", ByID: "/dev/serial/by-id/usb-FTDI"},
		{Path: "/dev/ttyUSB1", VID: "10c4", PID: "ea60"},
	}))
	require.Equal(t, `PATH          USB             WHAT         BY ID
/dev/ttyAMA0  -               -            -
/dev/ttyUSB0  0403:6015/DN01  FTDI FT230X  /dev/serial/by-id/usb-FTDI
/dev/ttyUSB1  10c4:ea60       -            -
`, some.String())

	code, stdout, stderr := command("serial list")
	require.Zero(t, code, stderr)
	require.NotEmpty(t, stdout)
}

func TestExplainPort(t *testing.T) {
	require.NoError(t, explainPort(nil))
	for cause, want := range map[error]string{
		port.ErrInUse:    "ModemManager",
		fs.ErrPermission: "dialout",
		fs.ErrNotExist:   "serial list",
	} {
		err := explainPort(fmt.Errorf("cannot open: %w", cause))
		require.ErrorIs(t, err, cause)
		require.ErrorContains(t, err, want)
	}
	code, _, stderr := command("xbee doctor /dev/none")
	require.Equal(t, exitFailed, code)
	require.Contains(t, stderr, "serial list")
}
