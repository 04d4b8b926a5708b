package storetest

import (
	"maps"
	"slices"
	"sync"
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
