package tty

import (
	"os"
	"path/filepath"
	"sync"
	"syscall"

	"github.com/creack/pty"
	"go.bug.st/serial"
	"golang.org/x/sys/unix"
)

// A Port is the far end of a serial port, from plugging it in to pulling it out. Its File has deadlines.
type Port struct {
	*os.File
	near *os.File // keeps the terminal alive while no host has it open
	path string
	once sync.Once
}

// Open makes a serial port. If path is not empty, a symbolic link there leads to it, as udev makes them.
func Open(path string) (*Port, error) {
	blocking, near, err := pty.Open()
	if err != nil {
		return nil, err
	}
	defer blocking.Close()
	p := &Port{near: near, path: path}
	if p.File, err = nonBlocking(blocking); err != nil {
		near.Close()
		return nil, err
	}
	if err := p.prepare(); err != nil {
		p.Close()
		return nil, err
	}
	return p, nil
}

// nonBlocking opens the far end anew: a file in blocking mode could not be closed while it is read. Programs that we
// start must not inherit it, or the port would live on in them.
func nonBlocking(f *os.File) (*os.File, error) {
	fd, err := unix.FcntlInt(f.Fd(), unix.F_DUPFD_CLOEXEC, 0)
	if err == nil {
		err = syscall.SetNonblock(fd, true)
	}
	if err != nil {
		return nil, err
	}
	return os.NewFile(uintptr(fd), f.Name()), nil
}

func (p *Port) prepare() error {
	raw, err := serial.Open(p.near.Name(), &serial.Mode{BaudRate: 9600}) // opening sets raw mode, which stays
	if err == nil {
		err = raw.Close()
	}
	if err == nil && p.path != "" {
		err = link(p.near.Name(), p.path)
	}
	return err
}

// link makes path lead to target, in one step.
func link(target, path string) error {
	temporary := filepath.Join(filepath.Dir(path), "."+filepath.Base(path)+".new")
	os.Remove(temporary)
	if err := os.Symlink(target, temporary); err != nil {
		return err
	}
	return os.Rename(temporary, path)
}

// Path is what a host opens: the link, or the terminal itself.
func (p *Port) Path() string {
	if p.path != "" {
		return p.path
	}
	return p.near.Name()
}

// Close pulls the port: its path disappears, and whoever has it open finds it dead. It may be called more than once.
func (p *Port) Close() error {
	p.once.Do(func() {
		if target, err := os.Readlink(p.path); err == nil && target == p.near.Name() {
			os.Remove(p.path)
		}
		p.File.Close()
		p.near.Close()
	})
	return nil
}
