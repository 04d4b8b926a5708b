package store

// A Batch is a list of puts and deletes that are committed together, in their
// order. The zero value is an empty batch. It copies what it is given and can
// be used again after Reset or Commit.
type Batch struct {
	ops  []byte // encoded as in a frame
	n    int
	puts int
	err  error // the first limit that was broken; Commit reports it
}

// Put adds a record, or a new value for its key. A key has 1 to [MaxKey]
// octets, a value 0 to [MaxValue].
func (b *Batch) Put(key, value []byte) {
	if !b.fits(key, value) {
		return
	}
	b.ops = appendPut(b.ops, key, value)
	b.n++
	b.puts++
}

// Append adds the puts and deletes of other, which is not changed, behind those of b.
func (b *Batch) Append(other *Batch) {
	if len(b.ops)+len(other.ops) > MaxBatch || other.err != nil {
		b.err = ErrTooLarge
		return
	}
	b.ops = append(b.ops, other.ops...)
	b.n += other.n
	b.puts += other.puts
}

// Compact drops what later puts and deletes of the same keys make needless. It is for a
// batch that has been waiting for long.
func (b *Batch) Compact() {
	last := make(map[string]int) // the offset of a key's last op
	for pos := 0; pos < len(b.ops); {
		o, n, err := nextOp(b.ops[pos:])
		if err != nil {
			return // cannot be: these are our own
		}
		last[string(o.key)] = pos
		pos += n
	}
	all := b.ops
	*b = Batch{err: b.err}
	for pos := 0; pos < len(all); {
		o, n, _ := nextOp(all[pos:])
		if last[string(o.key)] == pos {
			b.ops = append(b.ops, all[pos:pos+n]...)
			b.n++
			if o.kind == opPut {
				b.puts++
			}
		}
		pos += n
	}
}

// Delete removes a record. It is no error if there is none with this key.
func (b *Batch) Delete(key []byte) {
	if !b.fits(key, nil) {
		return
	}
	b.ops = appendDelete(b.ops, key)
	b.n++
}

func (b *Batch) fits(key, value []byte) bool {
	if len(key) == 0 || len(key) > MaxKey || len(value) > MaxValue ||
		len(b.ops)+len(key)+len(value)+maxOpHead > MaxBatch {
		b.err = ErrTooLarge
		return false
	}
	return true
}

// Reset empties the batch and keeps its memory.
func (b *Batch) Reset() { *b = Batch{ops: b.ops[:0]} }

// Len is the number of puts and deletes.
func (b *Batch) Len() int { return b.n }

// Bytes is the number of octets that the batch takes on disk.
func (b *Batch) Bytes() int { return len(b.ops) }
