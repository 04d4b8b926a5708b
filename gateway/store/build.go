package store

import (
	"errors"
	"fmt"
)

// buildBatch is how many octets of records are committed together when a whole
// store is written.
const buildBatch = 256 << 10

// build makes a new store in dir, which must be empty or missing, with all
// records that fill puts. Until it is complete, Open refuses the directory; if
// fill fails, the directory is left empty.
func build(dir string, fill func(put func(key, value []byte) error) error) error {
	fs, err := makeDir(dir)
	if err != nil {
		return explain("create "+dir, err)
	}
	return buildFS(fs, Options{}, fill)
}

func buildFS(fs FS, opts Options, fill func(put func(key, value []byte) error) error) error {
	lock, err := lockNew(fs)
	if err != nil {
		return err
	}
	defer lock.Close()
	found, err := list(fs)
	if err != nil {
		return err
	}
	if len(found.numbers)+len(found.spares)+len(found.foreign) > 0 || found.incomplete || found.unused {
		return &ForeignError{fs.Path(""), "the directory is not empty"}
	}
	if err := mark(fs); err != nil {
		return explain("write "+fs.Path(incompleteName), err)
	}
	if err := fillLog(fs, opts, fill); err != nil {
		return errors.Join(err, explain("clear "+fs.Path(""), clear(fs)))
	}
	if err := unmark(fs); err != nil {
		return explain("finish "+fs.Path(""), err)
	}
	return nil
}

func mark(fs FS) error {
	f, err := fs.Create(incompleteName)
	if err != nil {
		return err
	}
	return errors.Join(f.Close(), fs.Sync())
}

// unmark declares the store complete. Its spares can be made when it is used.
func unmark(fs FS) error {
	for _, name := range spareNames {
		_ = fs.Remove(name)
	}
	if err := fs.Remove(incompleteName); err != nil {
		return err
	}
	return fs.Sync()
}

// fillLog writes the records in batches and closes the log, which seals it.
func fillLog(fs FS, opts Options, fill func(put func(key, value []byte) error) error) error {
	l, err := openLog(fs, opts, true)
	if err != nil {
		return err
	}
	var b Batch
	err = fill(func(key, value []byte) error {
		if b.Put(key, value); b.err == nil && b.Bytes() < buildBatch {
			return nil
		}
		err := l.Commit(&b)
		b.Reset()
		return err
	})
	if err == nil {
		err = l.Commit(&b)
	}
	return errors.Join(err, l.Close())
}

// clear removes what fillLog has written; the directory was empty before.
func clear(fs FS) error {
	found, err := list(fs)
	if err != nil {
		return err
	}
	for _, number := range found.numbers {
		err = errors.Join(err, fs.Remove(segmentName(number)))
	}
	for _, name := range found.spares {
		err = errors.Join(err, fs.Remove(name))
	}
	if found.unused {
		err = errors.Join(err, fs.Remove(newName))
	}
	if err != nil {
		return fmt.Errorf("an unfinished store is left: %w", err)
	}
	return errors.Join(fs.Remove(incompleteName), fs.Sync())
}

// backup writes the records of s into dir.
func backup(s Store, dir string) error {
	return build(dir, func(put func(key, value []byte) error) error { return s.Load(put) })
}

// Backup implements [Store].
func (l *log) Backup(dir string) error { return backup(l, dir) }
