package store

import "io"

// FS is all that a store asks of a file system: one flat directory. The tests
// have one that loses, tears and reorders what was not synced.
type FS interface {
	// Path names a file, or with "" the directory, in messages.
	Path(name string) string

	// Lock takes the lock of the directory, which one writer or several
	// readers can hold, or fails with ErrLocked. A reader creates nothing.
	Lock(write bool) (io.Closer, error)

	List() ([]string, error)
	Open(name string) (File, error)   // for reading
	Edit(name string) (File, error)   // for reading and writing
	Create(name string) (File, error) // likewise; empties the file if it exists
	Rename(from, to string) error
	Remove(name string) error

	// Sync returns when creations, renames and removals are on disk.
	Sync() error
}

// File is an open file of an FS.
type File interface {
	io.ReaderAt
	io.WriterAt
	io.Closer
	Size() (int64, error)

	// Sync returns when what was written is on disk. The time of the last
	// change need not be.
	Sync() error

	// Uncache drops the file's pages from memory, if the system can. A page of
	// a big unit that was read at once would else be written as that unit.
	Uncache()
}
