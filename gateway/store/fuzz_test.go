package store_test

import (
	"maps"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"mqttsn-gateway/gateway/store"
	"mqttsn-gateway/gateway/store/storetest"
)

// FuzzDamage edits the files of a store as the input says and opens it. That
// must not panic, and must not give anything but an error, or the records of
// some time: of the present, if the latest frame is untouched.
func FuzzDamage(f *testing.F) {
	killed, states := used(f, false)
	closed, _ := used(f, true)
	for _, edits := range [][]byte{
		{},
		{1, 0, 100, 1, 0xff},
		{2, 2, 0, 16, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0},
		{3, 3, 0, 0},
		{0, 0, 64, 4, 0, 0, 0, 0},
	} {
		f.Add(false, edits)
		f.Add(true, edits)
	}
	f.Fuzz(func(t *testing.T, wasClosed bool, edits []byte) {
		disk, names := killed.Kill(), segments(t, killed)
		if wasClosed {
			disk, names = closed.Kill(), segments(t, closed)
		}
		lastTouched := edit(disk, names, edits)
		s, err := store.OpenFS(disk, smallest)
		if err != nil {
			require.NotEmpty(t, err.Error())
			return
		}
		got := storetest.Records(t, s)
		if wasClosed || !lastTouched {
			require.Equal(t, states[len(states)-1], got)
			return
		}
		require.True(t, slices.ContainsFunc(states, func(s map[string]string) bool { return maps.Equal(s, got) }))
	})
}

// edit applies edits of the form segment, offset, count, octets: they replace
// what is there; a count of 0 cuts the file off. It tells whether the last
// segment has changed.
func edit(disk *storetest.Disk, names []string, edits []byte) (lastTouched bool) {
	for len(edits) >= 4 {
		segment, offset, count := int(edits[0])%len(names), int(edits[1])<<8|int(edits[2]), int(edits[3])
		edits = edits[4:]
		count = min(count, len(edits))
		b := disk.Read(names[segment])
		if offset >= len(b) {
			edits = edits[count:]
			continue
		}
		if count == 0 {
			b = b[:offset]
		} else {
			edits = edits[copy(b[offset:], edits[:count]):]
		}
		disk.Write(names[segment], b)
		lastTouched = lastTouched || segment == len(names)-1
	}
	return lastTouched
}
