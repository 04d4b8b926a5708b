package store

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
)

const lockName = "lock"

// dirFS is a directory of the system.
type dirFS string

// makeDir creates the directory, and those above it, if it is missing.
func makeDir(dir string) (dirFS, error) {
	dir = filepath.Clean(dir)
	if _, err := os.Stat(dir); err == nil {
		return dirFS(dir), nil
	}
	above, err := makeDir(filepath.Dir(dir))
	if err != nil {
		return "", err
	}
	if err := os.Mkdir(dir, 0o700); err != nil {
		return "", err
	}
	return dirFS(dir), above.Sync()
}

func (d dirFS) Path(name string) string { return filepath.Join(string(d), name) }

func (d dirFS) Lock(write bool) (io.Closer, error) {
	flags := os.O_RDONLY
	if write {
		flags = os.O_RDWR | os.O_CREATE
	}
	f, err := os.OpenFile(d.Path(lockName), flags, 0o600)
	if errors.Is(err, fs.ErrNotExist) && !write {
		return io.NopCloser(nil), nil // no store, or a copy of one
	}
	if err != nil {
		return nil, err
	}
	if err := lockFile(f, write); err != nil {
		f.Close()
		return nil, err
	}
	return f, nil
}

func lockFile(f *os.File, write bool) error {
	how := syscall.LOCK_SH
	if write {
		how = syscall.LOCK_EX
	}
	err := syscall.Flock(int(f.Fd()), how|syscall.LOCK_NB)
	if errors.Is(err, syscall.EWOULDBLOCK) {
		return ErrLocked
	}
	return os.NewSyscallError("flock", err)
}

func (d dirFS) List() ([]string, error) {
	entries, err := os.ReadDir(string(d))
	if err != nil {
		return nil, err
	}
	names := make([]string, len(entries))
	for i, e := range entries {
		names[i] = e.Name()
	}
	return names, nil
}

func (d dirFS) open(name string, flags int) (File, error) {
	f, err := os.OpenFile(d.Path(name), flags, 0o600)
	if err != nil {
		return nil, err
	}
	return dirFile{f}, nil
}

func (d dirFS) Open(name string) (File, error) { return d.open(name, os.O_RDONLY) }
func (d dirFS) Edit(name string) (File, error) { return d.open(name, os.O_RDWR) }
func (d dirFS) Create(name string) (File, error) {
	return d.open(name, os.O_RDWR|os.O_CREATE|os.O_TRUNC)
}
func (d dirFS) Rename(from, to string) error { return os.Rename(d.Path(from), d.Path(to)) }
func (d dirFS) Remove(name string) error     { return os.Remove(d.Path(name)) }

func (d dirFS) Sync() error {
	f, err := os.Open(string(d))
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}

type dirFile struct{ *os.File }

func (f dirFile) Size() (int64, error) {
	info, err := f.Stat()
	if err != nil {
		return 0, err
	}
	return info.Size(), nil
}

func (f dirFile) Sync() error { return syncData(f.File) }
func (f dirFile) Uncache()    { uncache(f.File) }
