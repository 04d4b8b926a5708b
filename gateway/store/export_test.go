package store

// What the tests use beside the interface: a store on a disk that fails, and
// the reader of exports.
var (
	BuildFS    = buildFS
	ReadExport = readExport
)
