package xbee

import (
	"os"

	"golang.org/x/sys/unix"
)

// hostBaud is the baud rate that the host has set at its end of a pseudo-terminal, 0 if that cannot be told.
func hostBaud(master *os.File) (rate int) {
	raw, err := master.SyscallConn()
	if err != nil {
		return 0
	}
	raw.Control(func(fd uintptr) {
		if t, err := unix.IoctlGetTermios(int(fd), unix.TCGETS2); err == nil {
			rate = int(t.Ospeed)
		}
	})
	return rate
}
