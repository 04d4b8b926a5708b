package store

import (
	"io"
	"sync"
)

// log is the Store on disk. mu guards everything but the statistics.
type log struct {
	mu sync.Mutex
	*state
	lock   io.Closer
	size   int64 // of an ordinary segment
	file   File  // of the active segment
	buf    []byte
	closed bool

	spares    []string // files for the next segments
	spareErr  error    // why there are not enough of them
	renamed   bool     // a file got a new name that is not yet on disk
	hopeless  int64    // garbage below which squeezing was of no use
	cleaner   cleaner
	snapshots int        // that are being read
	kept      []*segment // released when no snapshot needs them
	idle      *sync.Cond // snapshots became 0

	stats statistics
}

// Commit implements [Store].
func (l *log) Commit(b *Batch) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	switch {
	case l.closed:
		return ErrClosed
	case b.err != nil:
		return b.err
	case b.n == 0:
		return nil
	}
	err := l.commit(b)
	if isFull(err) {
		err = fullError{err}
	}
	l.stats.set(l, err)
	return err
}

// commit writes the batch, and with it some records of the oldest segment if
// that is to be cleaned.
func (l *log) commit(b *Batch) error {
	n := int64(len(b.ops))
	move, leave := l.dueMove(n), l.leave(b)
	err := l.makeRoom(n+move, leave)
	if less := l.leave(b); err != nil && (move > 0 || less != leave) {
		err = l.makeRoom(n, less)
	}
	if err != nil {
		return err
	}
	moved, err := l.appendMoving(l.cleaner.credit, b.ops)
	l.cleaner.credit -= moved
	if err == nil {
		l.stats.committed()
	}
	return err
}

// append writes one frame at the end of the active segment and applies it.
// After an error the next frame is written at the same place: what the file
// holds there is of no account until a sync has succeeded, and a failed sync is
// not repeated without writing the octets again, as the system may have
// dropped them.
func (l *log) append(parts ...[]byte) error {
	seg := l.active()
	l.buf = appendFrame(l.buf[:0], seg.salt, l.next, parts...)
	if _, err := l.file.WriteAt(l.buf, seg.end); err != nil {
		return explain("write "+seg.path(l.fs), err)
	}
	if err := l.file.Sync(); err != nil {
		return explain("sync "+seg.path(l.fs), err)
	}
	start := seg.end + frameHead
	seg.end += int64(len(l.buf))
	l.next++
	l.stats.wrote(len(l.buf))
	_, err := l.apply(seg, start, l.buf[frameHead:])
	if cap(l.buf) > defaultSegmentSize {
		l.buf = nil
	}
	return err
}

// Close implements [Store]. It seals the active segment, so that the next Open
// finds out if anything has happened to the files.
func (l *log) Close() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.closed {
		return nil
	}
	l.closed = true
	for l.snapshots > 0 {
		l.idle.Wait()
	}
	var err error
	if l.active().end > headerSize && (l.prepared != nil || len(l.spares) > 0) {
		err = l.roll(0)
	}
	if e := l.file.Close(); err == nil {
		err = explain("close "+l.active().path(l.fs), e)
	}
	if l.lock != nil {
		l.lock.Close()
	}
	return err
}

// Stats implements [Store].
func (l *log) Stats() Stats { return l.stats.get() }
