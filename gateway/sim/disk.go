package sim

import (
	"bytes"
	"slices"
	"time"

	"mqttsn-gateway/gateway/engine"
	"mqttsn-gateway/gateway/store"
)

// A disk commits batches, one after the other and each as a whole, as the store promises. What waits while one is being
// written is written together, as the driver does. A crash forgets what waits; the batch that is being written is on
// disk or is not.
type disk struct {
	w *world
	g *gateway

	records store.Store
	platter *platter // what they are on; nil: only in memory
	waiting store.Batch
	last    uint64 // the number of the last batch that waits
	urgent  bool
	writing *store.Batch
	lazy    *timer
}

func newDisk(w *world, g *gateway) *disk {
	k := &disk{w: w, g: g, records: store.Memory()}
	k.lazy = newTimer(&w.clock, k.begin)
	if k.platter = w.plan.platter; k.platter != nil {
		k.open()
	}
	return k
}

func (k *disk) open() {
	records, err := k.platter.open()
	if err != nil {
		k.w.fail("", nil, "the store cannot be opened: %v", err)
		return
	}
	k.records = records
}

// take takes a batch. Removals may wait for company.
func (k *disk) take(b *store.Batch, number uint64, urgent bool) {
	if b.Len() == 0 && !urgent {
		return
	}
	k.w.stats.MaxRecords = max(k.w.stats.MaxRecords, b.Len())
	k.waiting.Append(b)
	b.Reset()
	k.last = max(k.last, number)
	k.urgent = k.urgent || urgent
	k.proceed()
}

func (k *disk) proceed() {
	switch {
	case k.writing != nil || k.waiting.Len() == 0:
	case k.urgent:
		k.begin()
	case !k.lazy.set:
		k.lazy.after(time.Second)
	}
}

// begin writes what waits.
func (k *disk) begin() {
	k.lazy.stop()
	if k.writing != nil || k.waiting.Len() == 0 {
		return
	}
	k.writing = new(store.Batch)
	k.writing.Append(&k.waiting)
	k.waiting.Reset()
	k.urgent = false
	number, life := k.last, k.g.life
	k.w.after(k.duration(), func() {
		if k.g.life != life || !k.g.up {
			return // it was decided in the crash whether it is on disk
		}
		k.put(k.writing)
		k.writing = nil
		k.w.after(k.w.dice.between(0, time.Millisecond), func() { k.report(number, life) })
		k.proceed()
	})
}

func (k *disk) report(number uint64, life int) {
	if k.g.life == life {
		k.g.call(func(now time.Duration, out *engine.Out) { k.g.engine.Committed(now, number, out) })
	}
}

// maxStall is the longest that a commit takes.
const maxStall = 20 * time.Second

func (k *disk) duration() time.Duration {
	p := &k.w.plan.disk
	if k.w.calm {
		return k.w.dice.between(0, 5*time.Millisecond)
	}
	if k.w.dice.chance(p.stalls) {
		return k.w.dice.between(0, max(time.Second, min(maxStall, 1000*p.commit)))
	}
	return k.w.dice.between(p.commit/10, p.commit)
}

func (k *disk) put(b *store.Batch) {
	if err := k.records.Commit(b); err != nil {
		k.w.fail("", nil, "the disk refuses a batch: %v", err)
	}
}

// crash forgets what was not written.
func (k *disk) crash() {
	written := k.writing != nil && k.w.dice.chance(0.5)
	switch {
	case k.platter != nil:
		k.platter.crash(func() {
			if k.writing != nil {
				k.put(k.writing)
			}
		})
		k.open()
	case written:
		k.put(k.writing)
	}
	k.forget()
}

// finish writes everything, as an orderly end does.
func (k *disk) finish() {
	if k.writing != nil {
		k.put(k.writing)
	}
	k.put(&k.waiting)
	k.forget()
	if k.platter != nil {
		if err := k.records.Close(); err != nil {
			k.w.fail("", nil, "the store does not close: %v", err)
		}
		k.open()
	}
}

func (k *disk) forget() {
	k.lazy.stop()
	k.writing, k.urgent, k.last = nil, false, 0
	k.waiting.Reset()
}

type diskRecord struct{ key, value []byte }

// all lists what is on disk, in an order that means nothing.
func (k *disk) all() (records []diskRecord) {
	if err := k.records.Load(func(key, value []byte) error {
		records = append(records, diskRecord{bytes.Clone(key), bytes.Clone(value)})
		return nil
	}); err != nil {
		k.w.fail("", nil, "the disk cannot be read: %v", err)
	}
	slices.SortFunc(records, func(a, b diskRecord) int { return bytes.Compare(a.key, b.key) })
	return records
}

// restore gives everything to a new engine, in any order.
func (k *disk) restore(r *engine.Restorer, now time.Duration, out *engine.Out) error {
	records := k.all()
	k.w.dice.Shuffle(len(records), func(i, j int) { records[i], records[j] = records[j], records[i] })
	for _, rec := range records {
		if err := r.Add(rec.key, rec.value); err != nil {
			return err
		}
	}
	return r.Finish(now, out)
}
