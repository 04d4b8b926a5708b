package store_test

import (
	"maps"
	"slices"
	"strings"
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

// FuzzImport reads anything as an export. What is taken comes out again, and in
// again, the same.
func FuzzImport(f *testing.F) {
	const head = `{"export":"mqttsn-gateway store","version":1}` + "\n"
	f.Add("")
	f.Add(head + `{"records":0}`)
	f.Add(head + `{"key":"a","value":"b"}` + "\n" + `{"key64":"/w==","value64":"/w=="}` + "\n" + `{"records":2}`)
	f.Add(head + `{"key":"a\ud800","value":null}{"records":1}`)
	f.Fuzz(func(t *testing.T, text string) {
		first, ok := readExport(text)
		if !ok {
			return
		}
		var out strings.Builder
		n, err := store.Export(first, &out)
		require.NoError(t, err)
		second, ok := readExport(out.String())
		require.True(t, ok, out.String())
		require.Len(t, storetest.Records(t, second), n)
		require.Equal(t, storetest.Records(t, first), storetest.Records(t, second))
	})
}

// readExport reads an export into memory, and tells whether it was taken.
func readExport(text string) (store.Store, bool) {
	s := store.Memory()
	var b store.Batch
	_, err := store.ReadExport(strings.NewReader(text), func(key, value []byte) error {
		b.Put(key, value)
		return nil
	})
	return s, err == nil && s.Commit(&b) == nil
}
