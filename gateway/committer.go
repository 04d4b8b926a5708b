package gateway

import (
	"context"
	"sync"
	"time"

	"github.com/sirupsen/logrus"

	"mqttsn-gateway/gateway/store"
)

// A committer writes the engine's records. A batch that something waits for is committed at once when the disk is idle,
// and together with others under load; removals wait for company.
type committer struct {
	store    store.Store
	interval time.Duration // the least time between the beginnings of two commits
	log      *logrus.Logger
	done     chan uint64 // batches up to this one are on disk
	failing  chan error  // the disk takes nothing; nil: it does again

	mu     sync.Mutex
	batch  *store.Batch // what waits
	size   int          // octets from which on it is worth making the batch smaller
	last   uint64       // its last number
	urgent bool
	ready  chan struct{} // something waits
}

const (
	// lazyCommit is how long removals wait for other records.
	lazyCommit = time.Second

	// commitRetry is the first pause after a commit that failed; it doubles up to maxCommitRetry.
	commitRetry    = 500 * time.Millisecond
	maxCommitRetry = 15 * time.Second
)

func newCommitter(s store.Store, interval time.Duration, log *logrus.Logger) *committer {
	return &committer{
		store: s, interval: interval, log: log, done: make(chan uint64), failing: make(chan error),
		batch: new(store.Batch), size: largeBatch, ready: make(chan struct{}, 1),
	}
}

// add takes the records of a batch. It never waits.
func (c *committer) add(records *store.Batch, batch uint64, urgent bool) {
	c.mu.Lock()
	c.batch.Append(records)
	if c.batch.Bytes() > c.size {
		// The disk has not kept up for long. What waits is bounded by the records that there are.
		c.batch.Compact()
		c.size = max(largeBatch, 2*c.batch.Bytes())
	}
	c.last = max(c.last, batch)
	c.urgent = c.urgent || urgent
	c.mu.Unlock()
	select {
	case c.ready <- struct{}{}:
	default:
	}
}

// largeBatch is when a waiting batch is first made smaller, in octets.
const largeBatch = 4 << 20

// take returns what waits, and puts spare in its place.
func (c *committer) take(spare *store.Batch) (batch *store.Batch, last uint64) {
	c.mu.Lock()
	defer c.mu.Unlock()
	batch, c.batch, c.urgent, c.size = c.batch, spare, false, largeBatch
	return batch, c.last
}

// takeMore adds what waits to a batch that could not be written. A full disk takes removals that make room for it.
func (c *committer) takeMore(batch *store.Batch) (last uint64) {
	c.mu.Lock()
	defer c.mu.Unlock()
	batch.Append(c.batch)
	batch.Compact()
	c.batch.Reset()
	return c.last
}

func (c *committer) isUrgent() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.urgent
}

// run commits until ctx is done, and then what is left.
func (c *committer) run(ctx context.Context) {
	spare := new(store.Batch)
	for ctx.Err() == nil {
		select {
		case <-c.ready:
		case <-ctx.Done():
		}
		c.waitForCompany(ctx)
		begun := time.Now()
		batch, last := c.take(spare)
		if batch.Len() > 0 && !c.commit(ctx, batch, last) {
			c.finish(batch)
			return
		}
		batch.Reset()
		spare = batch
		sleep(ctx, c.interval-time.Since(begun))
	}
	c.finish(spare)
}

// finish writes what is left, behind batch, which may have failed before.
func (c *committer) finish(batch *store.Batch) {
	c.takeMore(batch)
	if batch.Len() == 0 {
		return
	}
	if err := c.store.Commit(batch); err != nil {
		c.log.WithError(err).Error("the last records could not be written")
	}
}

// waitForCompany waits while nothing is urgent.
func (c *committer) waitForCompany(ctx context.Context) {
	patience := time.NewTimer(lazyCommit)
	defer patience.Stop()
	for !c.isUrgent() {
		select {
		case <-c.ready:
		case <-patience.C:
			return
		case <-ctx.Done():
			return
		}
	}
}

// commit writes a batch, and tries again until it succeeds. The engine is told when that begins and ends to fail.
// It reports false if ctx was done before.
func (c *committer) commit(ctx context.Context, batch *store.Batch, last uint64) bool {
	pause, failed := commitRetry, false
	for {
		err := c.store.Commit(batch)
		if err == nil {
			if failed {
				c.log.Info("the store takes records again")
				c.report(ctx, nil)
			}
			c.tell(ctx, last)
			return true
		}
		if !failed {
			failed = true
			c.log.WithError(err).Error("records cannot be written: messages that need the disk are refused until they can")
			c.report(ctx, err)
		}
		if !sleep(ctx, pause) {
			return false
		}
		pause = min(2*pause, maxCommitRetry)
		last = c.takeMore(batch)
	}
}

func (c *committer) report(ctx context.Context, err error) {
	select {
	case c.failing <- err:
	case <-ctx.Done():
	}
}

func (c *committer) tell(ctx context.Context, batch uint64) {
	select {
	case c.done <- batch:
	case <-ctx.Done():
	}
}

// sleep reports false if ctx was done before the time was over.
func sleep(ctx context.Context, d time.Duration) bool {
	if d <= 0 {
		return ctx.Err() == nil
	}
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return true
	case <-ctx.Done():
		return false
	}
}
