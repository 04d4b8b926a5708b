package store_test

import (
	"fmt"
	"runtime"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"mqttsn-gateway/gateway/store"
	"mqttsn-gateway/gateway/store/storetest"
)

// TestCleaningBounds has some records that stay for ever and a queue that keeps
// going, and holds the store to its bounds: twice the octets in use and a few
// segments of space, and three octets written for each that was committed.
func TestCleaningBounds(t *testing.T) {
	for _, cold := range []int{0, 50, 1000} {
		t.Run(fmt.Sprint("cold=", cold), func(t *testing.T) {
			disk, o := storetest.NewDisk(), newOracle()
			s, err := store.OpenFS(disk, store.Options{SegmentSize: 16 << 10})
			require.NoError(t, err)
			for i := range cold {
				require.NoError(t, o.commit(s, put(fmt.Sprint("cold", i), i)))
			}
			before, committed, largest := s.Stats().Written, 0, 0
			disk.Before(func(op storetest.Op) error {
				if strings.HasSuffix(op.Name, ".seg") {
					largest = max(largest, op.Size)
				}
				return nil
			})
			for i := range 6000 {
				b := change{
					[]string{fmt.Sprint("queue", i), fmt.Sprint("queue", i-10)},
					[]string{fmt.Sprintf("%0100d", i), ""},
				}.batch()
				require.NoError(t, s.Commit(b))
				committed += b.Bytes() + 16
				stats := s.Stats()
				require.LessOrEqual(t, stats.DiskBytes, stats.LiveBytes*5/2+10*16<<10, "after %d", i)
			}
			require.LessOrEqual(t, largest, 600, "cleaning goes in small steps")
			stats := s.Stats()
			require.LessOrEqual(t, stats.Written-before, uint64(3*committed)+20*16<<10)
			require.Equal(t, stats.DiskBytes, disk.Used(), "there are no other files")
			require.Len(t, storetest.Records(t, s), cold+10)
		})
	}
}

// TestCleaningDamage finds an old segment damaged when it is to be cleaned:
// that is reported, commits go on, and nothing is forgotten.
func TestCleaningDamage(t *testing.T) {
	disk, o := storetest.NewDisk(), newOracle()
	s := openDisk(t, disk)
	for i := range 10 {
		require.NoError(t, o.commit(s, put(fmt.Sprint("cold", i), i)))
	}
	name := segments(t, disk)[0]
	whole := disk.Read(name)
	b := disk.Read(name)
	b[200]++
	disk.Write(name, b)
	for i := range 200 {
		require.NoError(t, o.commit(s, put("hot", i)))
	}
	var damage *store.DamageError
	require.ErrorAs(t, s.Stats().Err, &damage)
	require.Contains(t, damage.Path, name)

	disk.Write(name, whole)
	for i := range 200 {
		require.NoError(t, o.commit(s, put("hot", i)))
	}
	require.NoError(t, s.Stats().Err, "cleaning is tried again")
	require.Nil(t, disk.Read(name), "the segment is cleaned")
	require.Equal(t, o.now, storetest.Records(t, s))
}

// TestSnapshotHoldsSegments commits during Load until every segment that Load
// has yet to read would have been used again.
func TestSnapshotHoldsSegments(t *testing.T) {
	disk, o := storetest.NewDisk(), newOracle()
	s := openDisk(t, disk)
	for i := range 100 {
		require.NoError(t, o.commit(s, put(fmt.Sprint("key", i), i)))
	}
	want, got, held := o.now, map[string]string{}, int64(0)
	require.NoError(t, s.Load(func(key, value []byte) error {
		if len(got) == 0 {
			for i := range 1000 {
				require.NoError(t, o.commit(s, put(fmt.Sprint("key", i%100), i)))
			}
			held = disk.Used()
		}
		got[string(key)] = string(value)
		return nil
	}))
	require.Equal(t, want, got)
	require.Less(t, disk.Used(), held, "what was held is released")
	require.Equal(t, o.now, storetest.Records(t, s))
	require.NoError(t, o.commit(s, put("key1", 1)))
	require.Equal(t, s.Stats().DiskBytes, disk.Used(), "there are no other files")
}

// TestCloseDuringLoad has Close wait for the segment that is being read, and
// Load end with it.
func TestCloseDuringLoad(t *testing.T) {
	s, o := openDisk(t, storetest.NewDisk()), newOracle()
	for i := range 100 {
		require.NoError(t, o.commit(s, put(fmt.Sprint("key", i), i)))
	}
	visits, closed := 0, make(chan error)
	require.ErrorIs(t, s.Load(func(_, _ []byte) error {
		visits++
		if visits == 1 {
			go func() { closed <- s.Close() }()
			for s.Commit(put("more", 1).batch()) == nil {
				runtime.Gosched()
			}
			select {
			case <-closed:
				t.Error("Close did not wait")
			default:
			}
		}
		return nil
	}), store.ErrClosed)
	require.Less(t, visits, 20, "one segment")
	require.NoError(t, <-closed)
}
