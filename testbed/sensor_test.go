package testbed

import (
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func readings(s *Sensor, n int, step time.Duration) (list []string) {
	for range n {
		list = append(list, s.Read(step))
	}
	return list
}

// A seed gives the same readings, today and in the next version.
func TestReadingsFromSeed(t *testing.T) {
	for kind, want := range map[Kind][]string{
		Temperature: {"23.5", "23.4", "23.6", "23.4"},
		Door:        {"open", "open", "open", "closed"},
		Meter:       {"69.2565", "69.2593", "69.2623", "69.2654"},
	} {
		require.Equal(t, want, readings(NewSensor(kind, 1, 42), 4, 10*time.Second), kind)
		require.Equal(t, want, readings(NewSensor(kind, 1, 42), 4, 10*time.Second), kind)
		require.NotEqual(t, readings(NewSensor(kind, 1, 42), 100, time.Minute), readings(NewSensor(kind, 2, 42), 100, time.Minute), kind)
		require.NotEqual(t, readings(NewSensor(kind, 1, 42), 100, time.Minute), readings(NewSensor(kind, 1, 43), 100, time.Minute), kind)
	}
}

// Two days of readings look like what they pretend to be.
func TestReadingsAreLifelike(t *testing.T) {
	const n, step = 2 * 24 * 60, time.Minute
	low, high := 100.0, -100.0
	for _, r := range readings(NewSensor(Temperature, 1, 1), n, step) {
		v, err := strconv.ParseFloat(r, 64)
		require.NoError(t, err)
		low, high = min(low, v), max(high, v)
	}
	require.InDelta(t, 16, low, 2)
	require.InDelta(t, 24, high, 2)

	open := 0
	for _, r := range readings(NewSensor(Door, 1, 1), n, step) {
		if r == "open" {
			open++
		} else {
			require.Equal(t, "closed", r)
		}
	}
	require.InDelta(t, n/2, open, n/10)

	meter := NewSensor(Meter, 1, 1)
	first, err := strconv.ParseFloat(meter.Read(step), 64)
	require.NoError(t, err)
	before := first
	for _, r := range readings(meter, n, step) {
		v, err := strconv.ParseFloat(r, 64)
		require.NoError(t, err)
		require.GreaterOrEqual(t, v, before)
		require.LessOrEqual(t, v-before, 3*step.Hours()+0.0001)
		before = v
	}
	require.Greater(t, before-first, 0.3*24)
}

func TestParseKinds(t *testing.T) {
	for s, want := range map[string][]Kind{"mix": Kinds(), "door": {Door}, "meter,door,meter": {Meter, Door, Meter}} {
		got, err := ParseKinds(s)
		require.NoError(t, err)
		require.Equal(t, want, got)
	}
	for _, s := range []string{"", "mix,door", "Door", "door,"} {
		_, err := ParseKinds(s)
		require.Error(t, err, s)
	}
}
