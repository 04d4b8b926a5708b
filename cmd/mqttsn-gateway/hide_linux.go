package main

import (
	"os"

	"golang.org/x/sys/unix"
)

// hide keeps a terminal from showing what is typed, until show is called. It fails for what is no terminal.
func hide(f *os.File) (show func(), err error) {
	fd := int(f.Fd())
	before, err := unix.IoctlGetTermios(fd, unix.TCGETS)
	if err != nil {
		return nil, err
	}
	hidden := *before
	hidden.Lflag &^= unix.ECHO
	if err := unix.IoctlSetTermios(fd, unix.TCSETS, &hidden); err != nil {
		return nil, err
	}
	return func() { unix.IoctlSetTermios(fd, unix.TCSETS, before) }, nil // there is nobody to tell if that fails
}
