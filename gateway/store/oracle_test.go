package store_test

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"mqttsn-gateway/gateway/store"
	"mqttsn-gateway/gateway/store/storetest"
)

// An oracle knows what a store must hold, whatever happens to it.
type oracle struct {
	now   map[string]string
	maybe []map[string]string // after commits that failed or have not returned
}

func newOracle() *oracle { return &oracle{now: map[string]string{}} }

// A change is one batch. Keys without a value are deleted.
type change struct {
	keys   []string
	values []string
}

func (c change) batch() *store.Batch {
	var b store.Batch
	for i, key := range c.keys {
		if c.values[i] == "" {
			b.Delete([]byte(key))
		} else {
			b.Put([]byte(key), []byte(c.values[i]))
		}
	}
	return &b
}

func (c change) apply(records map[string]string) map[string]string {
	after := maps.Clone(records)
	for i, key := range c.keys {
		if c.values[i] == "" {
			delete(after, key)
		} else {
			after[key] = c.values[i]
		}
	}
	return after
}

// commit commits a change and takes note of what may be on disk from then on.
func (o *oracle) commit(s store.Store, c change) error {
	after := c.apply(o.now)
	o.maybe = append(o.maybe, after)
	err := s.Commit(c.batch())
	if err == nil {
		o.now, o.maybe = after, nil
	}
	return err
}

// settle finds out what a store holds after a crash, which must be one of the
// things that it may hold, and returns an oracle for its further life.
func (o *oracle) settle(t testing.TB, s store.Store, why string) *oracle {
	t.Helper()
	got := storetest.Records(t, s)
	for _, want := range append(o.maybe, o.now) {
		if maps.Equal(got, want) {
			return &oracle{now: got}
		}
	}
	require.Equal(t, o.now, got, "%s: neither this nor a commit that was under way", why)
	return nil
}

// life is a sequence of changes: records that stay, records that change often,
// and a queue, with a batch larger than a segment now and then.
func life(n int, seed uint64) []change {
	rng := rand.New(rand.NewPCG(seed, 0))
	all := make([]change, n)
	for i := range all {
		c := &all[i]
		add := func(key string, size int) {
			c.keys = append(c.keys, key)
			c.values = append(c.values, strings.Repeat(fmt.Sprintf("%d.", i), size))
		}
		if i%9 == 0 {
			add(fmt.Sprint("session", i), 10+rng.IntN(20))
		}
		add(fmt.Sprint("state", rng.IntN(3)), 10+rng.IntN(40))
		add(fmt.Sprint("queue", i), 10+rng.IntN(40))
		for range rng.IntN(3) {
			add(fmt.Sprint("queue", i-rng.IntN(8)), 0)
		}
		if i%25 == 24 {
			add("large", 600)
		}
	}
	return all
}
