package store

// Limits of a record and of a batch, in octets.
const (
	MaxKey   = 1 << 10
	MaxValue = 4 << 20
	MaxBatch = 64 << 20
)

// A Store is a durable set of records. Its methods may be called from several
// goroutines; commits happen one after the other.
type Store interface {
	// Load calls visit for every record as of the time of the call, in no
	// particular order. The slices are valid during the call of visit, which
	// may commit but must not close the store. Load ends with the first error
	// that visit returns.
	Load(visit func(key, value []byte) error) error

	// Commit writes the whole batch, and returns nil when it is on disk. After
	// an error the store holds what it held before, and the same or another
	// batch may be committed as soon as the cause is gone. If the process dies
	// after such an error and before the next successful commit, the next Open
	// may find the failed batch, whole, as after a crash during Commit.
	//
	// On a full disk a batch that adds more octets than it takes away fails
	// with [ErrFull]. Others are taken still, up to about half a segment
	// each: the store keeps room of its own for them, and they make room for
	// more. So whoever waits for a batch that was refused should add to it
	// what comes up meanwhile, and try them together.
	Commit(b *Batch) error

	// Backup writes a store with all records as of the time of the call into
	// dir, which must be empty or missing. Commits go on meanwhile.
	Backup(dir string) error

	// Stats may be called at any time; it never waits for the disk.
	Stats() Stats

	// Close ends the store: methods called later return [ErrClosed]. It may be
	// called twice.
	Close() error
}

// Stats describes a store as of its latest commit.
type Stats struct {
	Records   int
	LiveBytes int64  // octets of the records in use
	DiskBytes int64  // octets of all files, spares included
	Commits   uint64 // since Open
	Written   uint64 // octets given to the file system since Open
	Err       error  // why the latest commit failed, or why cleaning has stopped; nil when all is well
}

// Options change how a store works. The zero value is meant for use.
type Options struct {
	// SegmentSize is the size of a segment in octets, from 1 KiB to 1 GiB; 0
	// means 1 MiB. A store may be opened with another size than before.
	SegmentSize int64
}

const (
	defaultSegmentSize = 1 << 20
	minSegmentSize     = 1 << 10
)

func (o Options) segmentSize() int64 {
	if o.SegmentSize == 0 {
		return defaultSegmentSize
	}
	return min(max(o.SegmentSize, minSegmentSize), maxCapacity)
}
