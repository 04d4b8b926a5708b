package store

import (
	"errors"
	"slices"
	"syscall"
)

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
