package store

import (
	"cmp"
	"errors"
	"slices"
	"syscall"
)

// Three spare files are kept, so that there is a way out of a full disk which
// needs no more space than the store has already: batches with puts leave two
// of them, deletions alone leave one, and that is for cleaning.
const (
	leavePuts    = 2
	leaveDeletes = 1
)

// room is the size of the ops that the active segment can still take.
func (l *log) room() int64 {
	seg := l.active()
	return seg.capacity - seg.end - frameHead - tailSize
}

// capacityFor is the size of a segment that can take n octets of ops.
func (l *log) capacityFor(n int64) int64 {
	return max(l.size, headerSize+frameHead+n+tailSize)
}

// makeRoom gets the active segment ready for n octets of ops, such that so many
// spares are left.
func (l *log) makeRoom(n int64, leave int) error {
	ready := func() (bool, error) {
		if n > l.room() && l.mayRoll(n, leave) {
			if err := l.roll(n); err != nil {
				return false, err
			}
		}
		return n <= l.room() && len(l.spares) >= leave, nil
	}
	ok, err := ready()
	if !ok && err == nil {
		l.topUp()
		ok, err = ready()
	}
	if ok || err != nil && !isFull(err) {
		return err
	}
	full := cmp.Or(err, l.spareErr, ErrFull)
	if ok, err = l.squeeze(ready); ok {
		return nil
	}
	return cmp.Or(err, full)
}

// mayRoll tells whether the next segment may be begun for n octets.
func (l *log) mayRoll(n int64, leave int) bool {
	return l.prepared != nil || l.capacityFor(n) > l.size || len(l.spares) > leave
}

// roll seals the active segment and begins the next one, with room for n
// octets of ops. It can be repeated after an error, and does then what is left
// to do.
func (l *log) roll(n int64) error {
	f, err := l.prepare(n)
	if err != nil {
		return err
	}
	if err := l.append([]byte{byte(opSeal)}); err != nil {
		f.Close()
		return err
	}
	l.file.Close() // synced; nothing is lost if this fails
	l.file = f
	l.segs = append(l.segs, l.prepared)
	l.prepared = nil
	l.cleaner.err = nil
	return nil
}

// prepare sees to it that the next segment exists on disk, and opens it.
func (l *log) prepare(n int64) (File, error) {
	if l.prepared == nil {
		if err := l.syncNames(); err != nil {
			return nil, err
		}
		name := newName
		if capacity := l.capacityFor(n); capacity > l.size {
			if err := l.prefill(name, capacity); err != nil {
				return nil, err
			}
		} else if len(l.spares) > 0 {
			name = l.spares[0]
		} else {
			return nil, cmp.Or(l.spareErr, ErrFull)
		}
		seg, f, err := l.initSegment(name, l.active().number+1)
		if err != nil {
			return nil, err
		}
		l.prepared, l.renamed = seg, true
		l.spares = slices.DeleteFunc(l.spares, func(s string) bool { return s == name })
		f.Close()
	}
	if err := l.syncNames(); err != nil {
		return nil, err
	}
	f, err := l.fs.Edit(segmentName(l.prepared.number))
	return f, explain("open "+l.prepared.path(l.fs), err)
}

// syncNames returns when all files have their names on disk. Before a file is
// written under a new name, the old name must be gone for good.
func (l *log) syncNames() error {
	if !l.renamed {
		return nil
	}
	if err := l.fs.Sync(); err != nil {
		return explain("sync "+l.fs.Path(""), err)
	}
	l.renamed = false
	return nil
}

// topUp creates missing spare files, and notes why it could not.
func (l *log) topUp() {
	l.spareErr = nil
	for _, name := range spareNames {
		if slices.Contains(l.spares, name) {
			continue
		}
		if l.spareErr = l.prefill(name, l.size); l.spareErr != nil {
			return
		}
		l.spares = append(l.spares, name)
		l.hopeless = 0
	}
}

// prefill creates a file and writes all of its blocks.
func (l *log) prefill(name string, capacity int64) error {
	f, err := l.fs.Create(name)
	if err != nil {
		return explain("create "+l.fs.Path(name), err)
	}
	zeros := make([]byte, min(capacity, 64<<10))
	for pos := int64(0); pos < capacity && err == nil; pos += int64(len(zeros)) {
		zeros = zeros[:min(capacity-pos, int64(len(zeros)))]
		_, err = f.WriteAt(zeros, pos)
	}
	if err == nil {
		err = f.Sync()
	}
	if e := f.Close(); err == nil {
		err = e
	}
	if err != nil {
		_ = l.fs.Remove(name) // Open and the next try do without
		return explain("create "+l.fs.Path(name), err)
	}
	l.stats.wrote(int(capacity))
	return nil
}

// release makes the files of forgotten segments spares, or removes them. What
// fails here is tried again by the next Open.
func (l *log) release() {
	if l.snapshots > 0 {
		l.kept = append(l.kept, l.forgotten...)
		l.forgotten = nil
		return
	}
	for _, seg := range append(l.kept, l.forgotten...) {
		from := segmentName(seg.number)
		free := slices.IndexFunc(spareNames, func(s string) bool { return !slices.Contains(l.spares, s) })
		if free < 0 || seg.capacity != l.size || l.fs.Rename(from, spareNames[free]) != nil {
			_ = l.fs.Remove(from)
			continue
		}
		l.spares = append(l.spares, spareNames[free])
		l.renamed = true
		l.hopeless = 0
	}
	l.kept, l.forgotten = nil, nil
}

// tidy takes over the spare files that Open has found, and removes what a
// crash has left. What fails here is tried again by the next Open.
func (l *log) tidy(dir listing) {
	for _, name := range dir.spares {
		if fileSize(l.fs, name) == l.size {
			l.spares = append(l.spares, name)
		} else {
			_ = l.fs.Remove(name)
		}
	}
	for _, number := range dir.numbers {
		if number < l.segs[0].number {
			_ = l.fs.Remove(segmentName(number))
		}
	}
	if dir.unused {
		_ = l.fs.Remove(newName)
	}
	l.forgotten = nil
}

// fileSize is the size of a file, or -1.
func fileSize(fs FS, name string) int64 {
	f, err := fs.Open(name)
	if err != nil {
		return -1
	}
	defer f.Close()
	size, err := f.Size()
	if err != nil {
		return -1
	}
	return size
}

// isFull tells whether the disk has no space, or none for us.
func isFull(err error) bool {
	return errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT)
}
