package store_test

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"

	"mqttsn-gateway/gateway/store"
	"mqttsn-gateway/gateway/store/storetest"
)

// put is a change of one record of about 100 octets.
func put(key string, i int) change {
	return change{[]string{key}, []string{strings.Repeat(fmt.Sprintf("%05d", i), 20)}}
}

func drop(keys ...string) change { return change{keys, make([]string, len(keys))} }

// fill puts records until the store refuses, and returns their keys.
func fill(t *testing.T, s store.Store, o *oracle, prefix string) []string {
	t.Helper()
	var keys []string
	for i := 0; ; i++ {
		key := fmt.Sprint(prefix, i)
		err := o.commit(s, put(key, i))
		if err != nil {
			require.ErrorIs(t, err, store.ErrFull)
			require.ErrorIs(t, err, syscall.ENOSPC)
			require.ErrorIs(t, s.Stats().Err, store.ErrFull)
			o.maybe = nil // refused before anything was written
			return keys
		}
		keys = append(keys, key)
	}
}

// TestFull fills a disk and gets out of it by deletions, again and again,
// without a single octet more of space.
func TestFull(t *testing.T) {
	for _, kilobytes := range []int64{7, 20, 60} {
		t.Run(fmt.Sprint(kilobytes, " kB"), func(t *testing.T) {
			disk, o := storetest.NewDisk(), newOracle()
			disk.SetQuota(kilobytes << 10)
			s := openDisk(t, disk)
			cold := kilobytes << 10 / 400
			for i := range int(cold) {
				require.NoError(t, o.commit(s, put(fmt.Sprint("cold", i), i)))
			}
			fewest := int(1 << 30)
			for round := range 20 {
				keys := fill(t, s, o, fmt.Sprint("round", round, "-"))
				require.Equal(t, o.now, storetest.Records(t, s))
				fewest = min(fewest, len(keys))
				if round%3 == 2 { // a restart changes nothing
					require.NoError(t, s.Close())
					s = openDisk(t, disk)
					require.Equal(t, o.now, storetest.Records(t, s))
				}
				if round%2 == 0 {
					for _, key := range keys {
						require.NoError(t, o.commit(s, drop(key)), "a deletion on a full disk")
					}
					continue
				}
				for some := range slices.Chunk(keys, 20) {
					require.NoError(t, o.commit(s, drop(some...)), "deletions on a full disk")
				}
			}
			require.Greater(t, fewest, 4, "records that fit beside the others after each round")
			require.LessOrEqual(t, disk.Used(), kilobytes<<10)
			require.Equal(t, o.now, storetest.Records(t, openDisk(t, disk.Crash(func() bool { return false }))))
		})
	}
}

// TestFullReplace goes on changing records on a full disk, and takes a batch as
// soon as enough deletions have joined it.
func TestFullReplace(t *testing.T) {
	disk, o := storetest.NewDisk(), newOracle()
	disk.SetQuota(20 << 10)
	s := openDisk(t, disk)
	keys := fill(t, s, o, "key")
	for i := range 500 {
		require.NoError(t, o.commit(s, put(keys[i%len(keys)], i)))
	}
	batch := put("new", 1).batch()
	require.ErrorIs(t, s.Commit(batch), store.ErrFull)
	batch.Append(put(keys[0], 1).batch())
	batch.Append(put("newer", 1).batch())
	batch.Append(drop("newer").batch())
	require.ErrorIs(t, s.Commit(batch), store.ErrFull)
	batch.Append(drop(keys[1], keys[2]).batch())
	require.NoError(t, s.Commit(batch))
	got := storetest.Records(t, s)
	require.Contains(t, got, "new")
	require.Len(t, got, len(keys)-1)
}

// TestFullCrash cuts the power before every operation on a full disk, where
// files are used again at once.
func TestFullCrash(t *testing.T) {
	disk, o, cuts := storetest.NewDisk(), newOracle(), uint64(0)
	disk.SetQuota(8 << 10)
	s := openDisk(t, disk)
	keys := fill(t, s, o, "key")
	disk.Before(func(op storetest.Op) error {
		for _, loss := range losses(cuts) {
			left := disk.Crash(loss())
			left.SetQuota(0)
			revive(t, left, o, 0, fmt.Sprintf("cut %d before %v", cuts, op))
		}
		cuts++
		return nil
	})
	for range 3 {
		for _, key := range keys[:len(keys)/2] {
			require.NoError(t, o.commit(s, drop(key)))
		}
		keys = append(keys[len(keys)/2:], fill(t, s, o, fmt.Sprint("after", cuts, "-"))...)
	}
}

// TestFullDoesNotWear tries a commit on a full disk a thousand times.
func TestFullDoesNotWear(t *testing.T) {
	disk, o := storetest.NewDisk(), newOracle()
	disk.SetQuota(50 << 10)
	s := openDisk(t, disk)
	fill(t, s, o, "key")
	var writes int
	disk.Before(func(op storetest.Op) error {
		if op.Kind == "write" && strings.HasSuffix(op.Name, ".seg") {
			writes++
		}
		return nil
	})
	for i := range 1000 {
		require.ErrorIs(t, s.Commit(put("more", i).batch()), store.ErrFull)
	}
	require.Zero(t, writes, "writes into segments")
}

// TestFullForOthers has somebody else fill the disk, and then make room.
func TestFullForOthers(t *testing.T) {
	disk, o := storetest.NewDisk(), newOracle()
	s := openDisk(t, disk)
	for i := range 100 {
		require.NoError(t, o.commit(s, put(fmt.Sprint("key", i%30), i)))
	}
	disk.SetQuota(1) // less than the store has already
	fill(t, s, o, "more")
	for key := range maps.Clone(o.now) {
		require.NoError(t, o.commit(s, drop(key)))
	}
	require.NoError(t, s.Close())
	s = openDisk(t, disk)
	require.Empty(t, storetest.Records(t, s))
	fill(t, s, o, "again")
	disk.SetQuota(0)
	for i := range 200 {
		require.NoError(t, o.commit(s, put(fmt.Sprint("free", i), i)))
	}
	require.NoError(t, s.Stats().Err)
	require.Equal(t, o.now, storetest.Records(t, s))
}

// TestFullAtBirth finds no room for a new store, and leaves nothing behind.
func TestFullAtBirth(t *testing.T) {
	disk := storetest.NewDisk()
	disk.SetQuota(500)
	_, err := store.OpenFS(disk, smallest)
	require.ErrorIs(t, err, syscall.ENOSPC)
	require.ErrorContains(t, err, "free some space")
	disk.SetQuota(0)
	require.Empty(t, storetest.Records(t, openDisk(t, disk)))
}
