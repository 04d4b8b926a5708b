package store

// BuildFS lets the tests build a store on a disk that fails.
var BuildFS = buildFS
