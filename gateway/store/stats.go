package store

import "sync"

// statistics has a lock of its own, so that whoever asks does not wait for a
// disk that hangs.
type statistics struct {
	mu sync.Mutex
	Stats
}

func (s *statistics) get() Stats {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.Stats
}

func (s *statistics) wrote(n int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.Written += uint64(n)
}

// set takes stock after a commit that ended with err, or after Open.
func (s *statistics) set(l *log, err error) {
	if err == nil {
		err = l.cleaner.err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.Records, s.LiveBytes = len(l.records), l.live
	s.DiskBytes = l.capacity() + int64(len(l.spares))*l.size
	if l.prepared != nil {
		s.DiskBytes += l.prepared.capacity
	}
	s.Err = err
}

func (s *statistics) committed() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.Commits++
}
