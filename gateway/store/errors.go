package store

import (
	"errors"
	"fmt"
	"syscall"
)

var (
	// ErrClosed is returned by all methods of a store after Close.
	ErrClosed = errors.New("store: closed")

	// ErrLocked means that another process, or this one, has the store open.
	ErrLocked = errors.New("store: in use by another process")

	// ErrFull means that the disk has no room for more records. Deletions may
	// still be committed.
	ErrFull = errors.New("store: no room for more records")

	// ErrTooLarge means that a key, a value or a batch is beyond its limit.
	ErrTooLarge = errors.New("store: key, value or batch is too large")

	// ErrIncomplete means that a backup or an import into the directory did
	// not come to its end.
	ErrIncomplete = errors.New("store: a backup or an import into this directory was not finished; empty the directory and repeat it")
)

// fullError makes an error of a full disk an ErrFull.
type fullError struct{ error }

func (e fullError) Is(target error) bool { return target == ErrFull }
func (e fullError) Unwrap() error        { return e.error }

// A DamageError says where a store does not hold what was once written. Nothing
// has been changed: the files are as they were found.
type DamageError struct {
	Path   string // of the file, or of the directory if a file is missing
	Offset int64  // in octets from the start of the file
	What   string
}

func (e *DamageError) Error() string {
	return fmt.Sprintf("store: %s is damaged at offset %d: %s. Nothing was changed. "+
		"Restore a backup, or save what can be read with `mqttsn-gateway store export --salvage` "+
		"and import it into an empty directory", e.Path, e.Offset, e.What)
}

// A VersionError means that a newer release of the gateway wrote the store.
type VersionError struct {
	Path    string
	Version uint32 // the format that was found
}

func (e *VersionError) Error() string {
	return fmt.Sprintf("store: %s has format %d, and this release knows formats up to %d. Nothing was changed. "+
		"Use the newer release, or export the store with it and import that into an empty directory with this one",
		e.Path, e.Version, formatVersion)
}

// A ForeignError means that the directory holds something that is not a store.
type ForeignError struct {
	Path string
	What string
}

func (e *ForeignError) Error() string {
	return fmt.Sprintf("store: %s: %s. Nothing was changed. "+
		"Configure another, empty directory, or restore a backup if this was the gateway's", e.Path, e.What)
}

// advice tells an operator what to do about an error of the file system.
var advice = []struct {
	errno  syscall.Errno
	advice string
}{
	{syscall.ENOSPC, "the disk is full: free some space"},
	{syscall.EDQUOT, "the disk quota is used up: free some space or raise the quota"},
	{syscall.EFBIG, "the limit for the size of a file is reached: raise it (ulimit -f, LimitFSIZE=)"},
	{syscall.EROFS, "the file system is read-only: find out why, then remount it writable"},
	{syscall.EACCES, "permission denied: give the directory to the user that runs the gateway"},
	{syscall.EPERM, "permission denied: give the directory to the user that runs the gateway"},
	{syscall.EIO, "the disk reports an error: check it, and replace it in time"},
}

// explain adds to an error of the file system what the store was doing and
// what can be done about it.
func explain(doing string, err error) error {
	if err == nil {
		return nil
	}
	for _, a := range advice {
		if errors.Is(err, a.errno) {
			return fmt.Errorf("store: %s: %w (%s)", doing, err, a.advice)
		}
	}
	return fmt.Errorf("store: %s: %w", doing, err)
}
