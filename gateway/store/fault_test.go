package store_test

import (
	"fmt"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"

	"mqttsn-gateway/gateway/store"
	"mqttsn-gateway/gateway/store/storetest"
)

// faults are the errors that a disk returns, at once or after a part of a write.
var faults = []error{
	syscall.EIO,
	syscall.ENOSPC,
	syscall.EROFS,
	storetest.Torn{Octets: 20, Err: syscall.ENOSPC},
	storetest.Torn{Octets: 600, Err: syscall.EFBIG},
}

// TestFault fails each operation of a store's life, once or four times on end.
// A commit that fails has changed nothing, the next ones work as soon as the
// disk does, and a power cut at any such moment loses nothing. Half of the runs
// try the failed batch again, the others go on with the next one.
func TestFault(t *testing.T) {
	for _, fault := range faults {
		for _, times := range []int{1, 4} {
			t.Run(fmt.Sprintf("%v %T %d times", fault, fault, times), func(t *testing.T) {
				at := 0
				for lifeWithFault(t, fault, at, times) {
					at++
				}
				require.Greater(t, at, 70, "operations that were failed")
			})
		}
	}
}

// lifeWithFault fails operations from number at on, and tells whether there
// were so many.
func lifeWithFault(t *testing.T, fault error, at, times int) bool {
	why := fmt.Sprintf("operation %d", at)
	disk, o := storetest.NewDisk(), newOracle()
	op := 0
	disk.Before(func(storetest.Op) error {
		op++
		if op > at && op <= at+times {
			return fault
		}
		return nil
	})
	s := retryOpen(t, disk, fault, times)
	for _, c := range life(20, 4) {
		for tries := 0; ; tries++ {
			require.LessOrEqual(t, tries, times, why)
			err := o.commit(s, c)
			if err == nil {
				break
			}
			require.ErrorIs(t, err, fault, why)
			require.Equal(t, err, s.Stats().Err, why)
			require.Equal(t, o.now, storetest.Records(t, s), why)
			for _, keep := range []bool{true, false} {
				revive(t, disk.Crash(func() bool { return keep }), o, 0, why)
			}
			if at%2 == 1 {
				break
			}
		}
	}
	for range times + 1 {
		if o.commit(s, put("last", 0)) == nil {
			break
		}
	}
	require.NoError(t, s.Stats().Err, why)
	if err := s.Close(); err != nil {
		require.ErrorIs(t, err, fault, why)
	}
	require.Equal(t, o.now, storetest.Records(t, retryOpen(t, disk, fault, times)), why)
	return op > at
}

// retryOpen opens a store on a disk that fails a number of times at most.
func retryOpen(t *testing.T, disk *storetest.Disk, fault error, times int) store.Store {
	t.Helper()
	for range times {
		s, err := store.OpenFS(disk, smallest)
		if err == nil {
			return s
		}
		require.ErrorIs(t, err, fault)
	}
	return openDisk(t, disk)
}
