package port

import (
	"errors"
	"os"

	"golang.org/x/sys/unix"
)

// lock takes the terminal for this program. Package serial's exclusive mode does not stop root; programs that care
// (and systemd's documents) use this lock on the device itself, which no crash leaves behind.
func lock(f *os.File) error {
	err := control(f, func(fd int) error { return unix.Flock(fd, unix.LOCK_EX|unix.LOCK_NB) })
	if errors.Is(err, unix.EWOULDBLOCK) {
		return ErrInUse
	}
	return os.NewSyscallError("flock", err)
}

// setFlowControl lets RTS and CTS hold up either side. Package serial has no way to ask for it.
func setFlowControl(f *os.File) error {
	return os.NewSyscallError("ioctl", control(f, func(fd int) error {
		t, err := unix.IoctlGetTermios(fd, unix.TCGETS2)
		if err != nil {
			return err
		}
		t.Cflag |= unix.CRTSCTS
		return unix.IoctlSetTermios(fd, unix.TCSETS2, t)
	}))
}

// control calls f with a file's descriptor, and leaves the file with Go's poller, which os.File.Fd would not.
func control(file *os.File, f func(fd int) error) error {
	raw, err := file.SyscallConn()
	if err != nil {
		return err
	}
	if e := raw.Control(func(fd uintptr) { err = f(int(fd)) }); e != nil {
		return e
	}
	return err
}
