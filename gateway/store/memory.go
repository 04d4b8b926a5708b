package store

import (
	"maps"
	"sync"
)

// Memory returns an empty store that is gone when the process ends.
func Memory() Store {
	return &memory{records: make(map[string][]byte)}
}

type memory struct {
	mu      sync.Mutex
	records map[string][]byte
	live    int64
	commits uint64
	closed  bool
}

func (m *memory) Load(visit func(key, value []byte) error) error {
	m.mu.Lock()
	if m.closed {
		m.mu.Unlock()
		return ErrClosed
	}
	records := maps.Clone(m.records) // values are never changed
	m.mu.Unlock()
	for key, value := range records {
		if err := visit([]byte(key), value); err != nil {
			return err
		}
	}
	return nil
}

func (m *memory) Commit(b *Batch) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	switch {
	case m.closed:
		return ErrClosed
	case b.err != nil:
		return b.err
	case b.n == 0:
		return nil
	}
	for ops := append([]byte(nil), b.ops...); len(ops) > 0; {
		o, size, err := nextOp(ops)
		if err != nil {
			return err
		}
		m.live -= m.size(o.key)
		if o.kind == opPut {
			m.records[string(o.key)] = o.value
		} else {
			delete(m.records, string(o.key))
		}
		m.live += m.size(o.key)
		ops = ops[size:]
	}
	m.commits++
	return nil
}

// size is what the record with this key counts for, 0 if there is none.
func (m *memory) size(key []byte) int64 {
	value, ok := m.records[string(key)]
	if !ok {
		return 0
	}
	return int64(len(key) + len(value))
}

func (m *memory) Backup(dir string) error { return backup(m, dir) }

func (m *memory) Stats() Stats {
	m.mu.Lock()
	defer m.mu.Unlock()
	return Stats{Records: len(m.records), LiveBytes: m.live, Commits: m.commits}
}

func (m *memory) Close() error {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.closed = true
	return nil
}
