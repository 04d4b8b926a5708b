package storetest

import (
	"io"
	"slices"
	"syscall"
)

// file is an open file.
type file struct {
	disk *Disk
	name string
	*inode
}

// inode is the content of a file.
type inode struct {
	data    []byte // as programs see it
	synced  []byte // what is on disk for certain
	pending []write
}

type write struct {
	off   int
	data  []byte
	state writeState
}

type writeState int

const (
	cached   writeState = iota // to be written by the next sync
	doubtful                   // a sync has failed: it may be on disk, and no sync will try again
	sure                       // on disk, if nothing doubtful came before it
)

func (w write) apply(b []byte) []byte {
	if end := w.off + len(w.data); end > len(b) {
		b = append(b, make([]byte, end-len(b))...)
	}
	copy(b[w.off:], w.data)
	return b
}

// sectors cuts a write at the borders of sectors.
func (w write) sectors() []write {
	var all []write
	for off, data := w.off, w.data; len(data) > 0; {
		n := min(Sector-off%Sector, len(data))
		all = append(all, write{off, data[:n], w.state})
		off, data = off+n, data[n:]
	}
	return all
}

func (f *file) Close() error { return nil }
func (f *file) Uncache()     {}

func (f *file) Size() (int64, error) {
	f.disk.mu.Lock()
	defer f.disk.mu.Unlock()
	return int64(len(f.data)), nil
}

func (f *file) ReadAt(b []byte, off int64) (int, error) {
	f.disk.mu.Lock()
	defer f.disk.mu.Unlock()
	if off >= int64(len(f.data)) {
		return 0, io.EOF
	}
	n := copy(b, f.data[off:])
	if n < len(b) {
		return n, io.EOF
	}
	return n, nil
}

func (f *file) WriteAt(b []byte, off int64) (int, error) {
	err := f.disk.ask(Op{Kind: "write", Name: f.name, Size: len(b)})
	n := len(b)
	if err != nil {
		n = 0
		if t, ok := err.(Torn); ok {
			n = min(t.Octets, len(b))
		}
	}
	f.disk.mu.Lock()
	defer f.disk.mu.Unlock()
	if q := f.disk.quota; q > 0 && err == nil {
		free := int64(len(f.data)) - off + max(0, q-f.disk.used())
		if int64(n) > free {
			n, err = int(free), syscall.ENOSPC
		}
	}
	w := write{off: int(off), data: slices.Clone(b[:n])}
	f.data = w.apply(f.data)
	f.pending = append(f.pending, w)
	return n, err
}

// Sync implements [store.File]. One that fails does as Linux does: what was
// written stays visible and is taken for written, be it on disk or not.
func (f *file) Sync() error {
	err := f.disk.ask(Op{Kind: "sync", Name: f.name})
	f.disk.mu.Lock()
	defer f.disk.mu.Unlock()
	f.settle(err == nil)
	return err
}

// settle ends a sync.
func (f *inode) settle(ok bool) {
	state := doubtful
	if ok {
		state = sure
	}
	for i := range f.pending {
		if f.pending[i].state == cached {
			f.pending[i].state = state
		}
	}
	for len(f.pending) > 0 && f.pending[0].state == sure {
		f.synced = f.pending[0].apply(f.synced)
		f.pending = f.pending[1:]
	}
}
