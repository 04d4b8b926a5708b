package storetest

import (
	"fmt"
	"io"
	"io/fs"
	"maps"
	"slices"
	"sync"
	"syscall"

	"mqttsn-gateway/gateway/store"
)

// Sector is the unit that a disk writes as a whole, in octets.
const Sector = 512

// A Disk is a [store.FS] in memory. It knows what has reached the disk and what
// only the memory of the system, so that it can be asked for what a power cut
// or a killed process would leave. It may be used by several goroutines.
type Disk struct {
	mu      sync.Mutex
	files   map[string]*inode // as programs see them
	durable map[string]*inode // as they were at the latest Sync
	names   []nameOp          // since then
	locks   int               // -1 for a writer
	quota   int64             // 0 for none
	before  func(Op) error
}

// An Op is an operation that changes something.
type Op struct {
	Kind string // create, write, sync, rename, remove, sync names
	Name string
	Size int // octets of a write
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

// A nameOp gives a file a name, or takes the name away if to is "".
type nameOp struct {
	from, to string
	file     *inode
}

func (op nameOp) apply(names map[string]*inode) {
	delete(names, op.from)
	if op.to != "" {
		names[op.to] = op.file
	}
}

// NewDisk returns an empty disk.
func NewDisk() *Disk {
	return &Disk{files: map[string]*inode{}, durable: map[string]*inode{}}
}

// Before has f called before each operation that changes something, with the
// disk unlocked. The operation fails with the error that f returns. Of a write
// that fails with a [Torn], a part is done.
func (d *Disk) Before(f func(Op) error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.before = f
}

// Torn is an error that comes after a part of a write.
type Torn struct {
	Octets int
	Err    error
}

func (t Torn) Error() string { return t.Err.Error() }
func (t Torn) Unwrap() error { return t.Err }

// SetQuota limits the sum of all files, in octets; 0 means no limit.
func (d *Disk) SetQuota(octets int64) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.quota = octets
}

// Used is the sum of all files, in octets.
func (d *Disk) Used() int64 {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.used()
}

func (d *Disk) used() int64 {
	var n int64
	for _, f := range d.files {
		n += int64(len(f.data))
	}
	return n
}

// Read returns the content of a file, and Write replaces it on disk, as a
// person with an editor would. Write with nil removes the file.
func (d *Disk) Read(name string) []byte {
	d.mu.Lock()
	defer d.mu.Unlock()
	if f := d.files[name]; f != nil {
		return slices.Clone(f.data)
	}
	return nil
}

func (d *Disk) Write(name string, data []byte) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if data == nil {
		delete(d.files, name)
		delete(d.durable, name)
		return
	}
	f := &inode{data: slices.Clone(data), synced: slices.Clone(data)}
	d.files[name], d.durable[name] = f, f
}

// Kill returns what is left when the process is killed: everything, synced or
// not, and no lock.
func (d *Disk) Kill() *Disk {
	d.mu.Lock()
	defer d.mu.Unlock()
	copies := map[*inode]*inode{}
	clone := func(f *inode) *inode {
		if f != nil && copies[f] == nil {
			copies[f] = &inode{slices.Clone(f.data), slices.Clone(f.synced), slices.Clone(f.pending)}
		}
		return copies[f]
	}
	k := NewDisk()
	k.quota = d.quota
	for name, f := range d.files {
		k.files[name] = clone(f)
	}
	for name, f := range d.durable {
		k.durable[name] = clone(f)
	}
	for _, op := range d.names {
		k.names = append(k.names, nameOp{op.from, op.to, clone(op.file)})
	}
	return k
}

// Crash returns what is left after a power cut. Of what was not synced, keep is
// asked about each sector of each file and about each change of names, in
// their order; what it refuses is lost. Names change in order, as file systems
// with a journal have it: after the first refusal there are no more questions.
func (d *Disk) Crash(keep func() bool) *Disk {
	k := d.Kill()
	for _, op := range k.names {
		if !keep() {
			break
		}
		op.apply(k.durable)
	}
	k.names, k.files = nil, maps.Clone(k.durable)
	for _, name := range slices.Sorted(maps.Keys(k.files)) {
		f := k.files[name]
		for _, w := range f.pending {
			for _, s := range w.sectors() {
				if s.state == sure || keep() {
					f.synced = s.apply(f.synced)
				}
			}
		}
		f.data, f.pending = slices.Clone(f.synced), nil
	}
	return k
}

// sectors cuts a write at the borders of sectors.
func (w write) sectors() []write {
	var all []write
	for len(w.data) > 0 {
		n := min(Sector-w.off%Sector, len(w.data))
		all = append(all, write{w.off, w.data[:n], w.state})
		w.off, w.data = w.off+n, w.data[n:]
	}
	return all
}

func (w write) apply(b []byte) []byte {
	if end := w.off + len(w.data); end > len(b) {
		b = append(b, make([]byte, end-len(b))...)
	}
	copy(b[w.off:], w.data)
	return b
}

// ask calls the function set by Before.
func (d *Disk) ask(op Op) error {
	d.mu.Lock()
	f := d.before
	d.mu.Unlock()
	if f == nil {
		return nil
	}
	return f(op)
}

// Path implements [store.FS].
func (d *Disk) Path(name string) string { return "disk/" + name }

// Lock implements [store.FS].
func (d *Disk) Lock(write bool) (io.Closer, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.locks < 0 || write && d.locks > 0 {
		return nil, store.ErrLocked
	}
	change := 1
	if write {
		change = -1
	}
	d.locks += change
	return closer(sync.OnceFunc(func() {
		d.mu.Lock()
		defer d.mu.Unlock()
		d.locks -= change
	})), nil
}

type closer func()

func (c closer) Close() error { c(); return nil }

// List implements [store.FS].
func (d *Disk) List() ([]string, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	return slices.Sorted(maps.Keys(d.files)), nil
}

func notExist(name string) error {
	return fmt.Errorf("open %s: %w", name, fs.ErrNotExist)
}

// Open implements [store.FS].
func (d *Disk) Open(name string) (store.File, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if f := d.files[name]; f != nil {
		return &file{d, name, f}, nil
	}
	return nil, notExist(name)
}

// Edit implements [store.FS].
func (d *Disk) Edit(name string) (store.File, error) { return d.Open(name) }

// Create implements [store.FS].
func (d *Disk) Create(name string) (store.File, error) {
	if err := d.ask(Op{Kind: "create", Name: name}); err != nil {
		return nil, err
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	f := &inode{}
	d.change(nameOp{name, name, f})
	return &file{d, name, f}, nil
}

func (d *Disk) change(op nameOp) {
	op.apply(d.files)
	d.names = append(d.names, op)
}

// Rename implements [store.FS].
func (d *Disk) Rename(from, to string) error {
	return d.rename(Op{Kind: "rename", Name: from + " " + to}, from, to)
}

// Remove implements [store.FS].
func (d *Disk) Remove(name string) error {
	return d.rename(Op{Kind: "remove", Name: name}, name, "")
}

func (d *Disk) rename(op Op, from, to string) error {
	if err := d.ask(op); err != nil {
		return err
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	f := d.files[from]
	if f == nil {
		return notExist(from)
	}
	d.change(nameOp{from, to, f})
	return nil
}

// Sync implements [store.FS].
func (d *Disk) Sync() error {
	if err := d.ask(Op{Kind: "sync names"}); err != nil {
		return err
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	d.durable, d.names = maps.Clone(d.files), nil
	return nil
}

// file is an open file.
type file struct {
	disk *Disk
	name string
	*inode
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
