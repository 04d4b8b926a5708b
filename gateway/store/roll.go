package store

import (
	"cmp"
	"slices"
)

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
