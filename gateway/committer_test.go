package gateway

import (
	"context"
	"errors"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/sirupsen/logrus/hooks/test"
	"github.com/stretchr/testify/require"

	"mqttsn-gateway/gateway/store"
)

// slowDisk is a store that takes a while to commit, and fails while it is told to.
type slowDisk struct {
	store.Store
	takes   time.Duration
	fails   atomic.Pointer[error]
	commits []time.Duration // when, since the start
	start   time.Time
}

func (d *slowDisk) Commit(b *store.Batch) error {
	time.Sleep(d.takes)
	if err := d.fails.Load(); err != nil {
		return *err
	}
	d.commits = append(d.commits, time.Since(d.start))
	return d.Store.Commit(b)
}

// committing runs f beside a committer, in virtual time.
func committing(t *testing.T, interval time.Duration, f func(c *committer, d *slowDisk, logged *test.Hook)) {
	synctest.Test(t, func(t *testing.T) {
		log, hook := test.NewNullLogger()
		d := &slowDisk{Store: store.Memory(), takes: time.Millisecond, start: time.Now()}
		c := newCommitter(d, interval, log)
		ctx, stop := context.WithCancel(t.Context())
		ended := make(chan struct{})
		go func() {
			c.run(ctx)
			close(ended)
		}()
		f(c, d, hook)
		stop()
		<-ended
	})
}

func record() *store.Batch {
	b := new(store.Batch)
	b.Put([]byte("k"), []byte("v"))
	return b
}

func TestCommitterWritesAtOnceWhenIdle(t *testing.T) {
	committing(t, 10*time.Millisecond, func(c *committer, d *slowDisk, _ *test.Hook) {
		c.add(record(), 1, true)
		require.EqualValues(t, 1, <-c.done)
		require.Equal(t, []time.Duration{time.Millisecond}, d.commits)
	})
}

func TestCommitterWritesInGroupsUnderLoad(t *testing.T) {
	committing(t, 10*time.Millisecond, func(c *committer, d *slowDisk, _ *test.Hook) {
		for n := range uint64(20) {
			c.add(record(), n+1, true)
			time.Sleep(time.Millisecond / 2)
			select {
			case <-c.done:
			default:
			}
		}
		for done := uint64(0); done < 20; {
			done = <-c.done
		}
		require.LessOrEqual(t, len(d.commits), 3)
	})
}

func TestCommitterLetsRemovalsWait(t *testing.T) {
	committing(t, 0, func(c *committer, d *slowDisk, _ *test.Hook) {
		c.add(record(), 1, false)
		require.EqualValues(t, 1, <-c.done)
		require.Equal(t, []time.Duration{lazyCommit + time.Millisecond}, d.commits)
	})
}

func TestCommitterTriesAgain(t *testing.T) {
	committing(t, 0, func(c *committer, d *slowDisk, logged *test.Hook) {
		full := errors.New("disk full")
		d.fails.Store(&full)
		c.add(record(), 1, true)
		require.Error(t, <-c.failing)
		time.Sleep(time.Minute)
		d.fails.Store(nil)
		require.NoError(t, <-c.failing)
		require.EqualValues(t, 1, <-c.done)
		require.Len(t, logged.AllEntries(), 2, "said once that it fails, and once that it works again")
	})
}

// While the disk is full, what comes later joins what waits: it may be the removals that make room.
func TestCommitterAddsToWhatFailed(t *testing.T) {
	committing(t, 0, func(c *committer, d *slowDisk, _ *test.Hook) {
		full := errors.New("disk full")
		d.fails.Store(&full)
		c.add(record(), 1, true)
		require.Error(t, <-c.failing)
		c.add(record(), 2, true)
		d.fails.Store(nil)
		require.NoError(t, <-c.failing)
		require.EqualValues(t, 2, <-c.done)
		require.Len(t, d.commits, 1)
	})
}

// What was listed before the end is on disk after it.
func TestCommitterWritesTheRest(t *testing.T) {
	var disk *slowDisk
	committing(t, 0, func(c *committer, d *slowDisk, _ *test.Hook) {
		c.add(record(), 1, false)
		disk = d
	})
	require.Len(t, disk.commits, 1)
}
