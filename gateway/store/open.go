package store

import (
	"crypto/rand"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"sync"
)

// Open opens the store in dir, and creates it if dir is missing or empty. It
// changes nothing in a directory that holds anything else, a damaged store or
// one of a newer release, and fails with a [*ForeignError], a [*DamageError] or
// a [*VersionError]. Only one process can have a store open ([ErrLocked]).
func Open(dir string, opts Options) (Store, error) {
	fs, err := makeDir(dir)
	if err != nil {
		return nil, explain("create "+dir, err)
	}
	return OpenFS(fs, opts)
}

// OpenFS is Open for a store in any kind of file system.
func OpenFS(fs FS, opts Options) (Store, error) {
	lock, err := lockNew(fs)
	if err != nil {
		return nil, err
	}
	l, err := openLog(fs, opts, false)
	if err != nil {
		lock.Close()
		return nil, err
	}
	l.lock = lock
	return l, nil
}

// lockNew takes the lock for writing, but creates nothing where other things
// live.
func lockNew(fs FS) (io.Closer, error) {
	dir, err := list(fs)
	if err != nil {
		return nil, err
	}
	if len(dir.numbers) == 0 {
		if err := emptyDir(fs, dir); err != nil {
			return nil, err
		}
	}
	return lock(fs, true)
}

func lock(fs FS, write bool) (io.Closer, error) {
	l, err := fs.Lock(write)
	if errors.Is(err, ErrLocked) {
		return nil, fmt.Errorf("%w: %s", ErrLocked, fs.Path(""))
	}
	return l, explain("lock "+fs.Path(""), err)
}

// openLog opens the log in fs, whose lock is held. An incomplete one is taken
// only from those who are about to complete it.
func openLog(fs FS, opts Options, incomplete bool) (*log, error) {
	dir, err := list(fs)
	if err != nil {
		return nil, err
	}
	if dir.incomplete && !incomplete {
		return nil, ErrIncomplete
	}
	s, err := scan(fs, dir, nil)
	if err != nil {
		return nil, err
	}
	l := &log{state: s, size: opts.segmentSize()}
	l.idle = sync.NewCond(&l.mu)
	if len(l.segs) == 0 {
		err = l.createFirst()
	} else {
		err = l.takeOver()
	}
	if err != nil {
		return nil, err
	}
	l.file.Uncache()
	l.tidy(dir)
	l.topUp()
	l.stats.set(l, nil)
	return l, nil
}

// takeOver opens the active segment. A process that was killed may have left
// what we can read but is not on disk: a frame at the end, the seal before the
// active segment, or the names of files.
func (l *log) takeOver() error {
	for _, seg := range l.segs[max(0, len(l.segs)-2):] {
		f, err := l.fs.Edit(segmentName(seg.number))
		if err != nil {
			return explain("open "+seg.path(l.fs), err)
		}
		if err := f.Sync(); err != nil {
			f.Close()
			return explain("sync "+seg.path(l.fs), err)
		}
		if seg == l.active() {
			l.file = f
		} else {
			f.Close()
		}
	}
	l.renamed = true
	return l.syncNames()
}

// createFirst creates the first segment of a new store.
func (l *log) createFirst() error {
	l.oldest = 1
	rand.Read(l.id[:])
	if err := l.prefill(newName, l.size); err != nil {
		return explain("create "+l.fs.Path(segmentName(1)), err)
	}
	seg, f, err := l.initSegment(newName, 1)
	if err != nil {
		return err
	}
	if err := l.fs.Sync(); err != nil {
		f.Close()
		return explain("create "+seg.path(l.fs), err)
	}
	l.segs, l.file = []*segment{seg}, f
	return nil
}

// initSegment makes the file called name, which has been prefilled, an empty
// segment with this number. The directory is not synced.
func (l *log) initSegment(name string, number uint32) (*segment, File, error) {
	path := l.fs.Path(segmentName(number))
	f, err := l.fs.Edit(name)
	if err != nil {
		return nil, nil, explain("create "+path, err)
	}
	f.Uncache()
	seg := &segment{end: headerSize, header: header{
		version: formatVersion, number: number, oldest: l.oldest, salt: randomSalt(), id: l.id, seq: l.next,
	}}
	if seg.capacity, err = f.Size(); err == nil {
		_, err = f.WriteAt(seg.encode(), 0)
	}
	if err == nil {
		err = f.Sync()
	}
	if err == nil {
		err = l.fs.Rename(name, segmentName(number))
	}
	if err != nil {
		f.Close()
		return nil, nil, explain("create "+path, err)
	}
	l.stats.wrote(headerSize)
	return seg, f, nil
}

func randomSalt() uint32 {
	var b [4]byte
	rand.Read(b[:])
	return binary.BigEndian.Uint32(b[:])
}
