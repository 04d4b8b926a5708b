package store

import (
	"errors"
	"fmt"
	"io"
	"os"
)

// A Report says what Check has found.
type Report struct {
	Version   int // of the format
	Segments  int
	Records   int
	LiveBytes int64   // octets of the records in use
	DiskBytes int64   // octets of the segments
	Problems  []error // mostly [*DamageError]; none in a sound store
}

// Check reads the whole store in dir and changes nothing. What is damaged is
// listed in the report; an error means that there was nothing to check: no
// store, one in use, a foreign one or one of a newer release.
func Check(dir string) (Report, error) {
	r, _, lock, err := inspect(dir)
	if err != nil {
		return r, err
	}
	lock.Close()
	return r, nil
}

// ExportDir writes the records of the store in dir, which nobody may have open,
// as JSON lines. It changes nothing. A damaged store is an error, unless
// salvage is true: then the export holds what can be read, and the report says
// what cannot. Records may be lacking then, and deleted ones may be back.
func ExportDir(dir string, w io.Writer, salvage bool) (Report, error) {
	r, s, lock, err := inspect(dir)
	if err != nil {
		return r, err
	}
	defer lock.Close()
	if len(r.Problems) > 0 && !salvage {
		return r, r.Problems[0]
	}
	var problems *[]error
	if salvage {
		problems = &[]error{} // those that are in the report already
	}
	_, err = export(w, func(visit func(key, value []byte) error) error {
		for _, p := range s.snapshot() {
			if err := p.each(s.fs, problems, visit); err != nil {
				return err
			}
		}
		return nil
	})
	return r, err
}

// inspect locks a store for reading and reads it as far as it can be read.
func inspect(dir string) (r Report, s *state, held io.Closer, err error) {
	if _, err := os.Stat(dir); err != nil {
		return r, nil, nil, explain("open "+dir, err)
	}
	fs := dirFS(dir)
	if held, err = lock(fs, false); err != nil {
		return r, nil, nil, err
	}
	if s, err = r.read(fs); err != nil {
		held.Close()
		return r, nil, nil, err
	}
	return r, s, held, nil
}

// read fills the report.
func (r *Report) read(fs FS) (*state, error) {
	dir, err := list(fs)
	if err != nil {
		return nil, err
	}
	if dir.incomplete {
		return nil, ErrIncomplete
	}
	s, err := scan(fs, dir, nil)
	var newer *VersionError
	if err != nil && len(dir.numbers) > 0 && !errors.As(err, &newer) {
		s, err = scan(fs, dir, &r.Problems)
	}
	if err != nil {
		return nil, err
	}
	if len(s.segs) == 0 && len(r.Problems) == 0 {
		return nil, fmt.Errorf("store: there is no store in %s", fs.Path(""))
	}
	for _, seg := range s.segs {
		r.Version = max(r.Version, int(seg.version))
	}
	r.Segments, r.Records = len(s.segs), len(s.records)
	r.LiveBytes, r.DiskBytes = s.live, s.capacity()
	return s, nil
}
