package protection

import (
	"math"
	"testing"

	"github.com/stretchr/testify/require"
)

// drain takes all that can be given.
func drain(c *Counter) (values []uint32) {
	for {
		v, ok := c.Next()
		if !ok {
			return values
		}
		values = append(values, v)
	}
}

func TestCounter(t *testing.T) {
	c := NewCounter(0)
	require.Empty(t, drain(c), "nothing is stored yet")

	limit := c.Reserve(3)
	require.Empty(t, drain(c), "nor is it on disk")
	c.Stored(limit)
	require.Equal(t, uint32(3), c.Left())
	require.Equal(t, []uint32{1, 2, 3}, drain(c))
	require.Zero(t, c.Left())

	c.Stored(c.Reserve(2))
	c.Stored(limit) // an older one is late
	require.Equal(t, []uint32{4, 5}, drain(c))
}

// However a process ends, the next one does not give a value again.
func TestCounterSurvivesCrashes(t *testing.T) {
	seen := map[uint32]bool{}
	disk := uint64(0)
	for used := range 20 {
		c := NewCounter(disk)
		disk = c.Reserve(16)
		c.Stored(disk)
		lost := c.Reserve(16) // on its way to the disk at the time of the crash
		require.Greater(t, lost, disk)
		for range min(used, 16) {
			v, ok := c.Next()
			require.True(t, ok)
			require.False(t, seen[v], v)
			seen[v] = true
		}
	}
}

func TestCounterEnds(t *testing.T) {
	c := NewCounter(math.MaxUint32 - 1)
	c.Stored(c.Reserve(100))
	require.Equal(t, []uint32{math.MaxUint32 - 1, math.MaxUint32}, drain(c))
	c.Stored(c.Reserve(100))
	require.Empty(t, drain(c))
	require.Empty(t, drain(NewCounter(c.Reserve(0))), "after a restart too")
	require.Empty(t, drain(NewCounter(math.MaxUint64)))

	c = NewCounter(0)
	c.Stored(math.MaxUint64)
	require.Equal(t, uint32(math.MaxUint32), c.Left())
}
