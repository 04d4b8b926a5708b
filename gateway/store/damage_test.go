package store_test

import (
	"encoding/binary"
	"hash/crc32"
	"maps"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"mqttsn-gateway/gateway/store"
	"mqttsn-gateway/gateway/store/storetest"
)

// used returns a disk with a store of several segments and all states that it
// has been in, the last one last. A store that was not closed ends within a
// segment.
func used(t testing.TB, closed bool) (*storetest.Disk, []map[string]string) {
	disk, o := storetest.NewDisk(), newOracle()
	s := openDisk(t, disk)
	var states []map[string]string
	for _, c := range life(20, 5) {
		require.NoError(t, o.commit(s, c))
		states = append(states, o.now)
	}
	if closed {
		require.NoError(t, s.Close())
	}
	return disk.Crash(func() bool { return false }), states
}

func segments(t testing.TB, disk *storetest.Disk) []string {
	names, err := disk.List()
	require.NoError(t, err)
	var all []string
	for _, name := range names {
		if strings.HasSuffix(name, ".seg") {
			all = append(all, name)
		}
	}
	require.NotEmpty(t, all)
	return all
}

// content returns what is on a disk, file by file.
func content(t testing.TB, disk *storetest.Disk) map[string]string {
	names, err := disk.List()
	require.NoError(t, err)
	all := map[string]string{}
	for _, name := range names {
		all[name] = string(disk.Read(name))
	}
	return all
}

// wantWholeOrError opens a damaged store. Either that fails, and leaves the
// files alone, or nothing is lacking: except for the latest commit, if the
// store was not closed and so lastMayGo.
func wantWholeOrError(t testing.TB, disk *storetest.Disk, states []map[string]string, lastMayGo bool, why ...any) (failed bool) {
	t.Helper()
	before := content(t, disk)
	s, err := store.OpenFS(disk, smallest)
	if err != nil {
		require.True(t, maps.Equal(before, content(t, disk)), why...)
		require.ErrorContains(t, err, "disk/", why...)
		require.ErrorContains(t, err, "Nothing was changed", why...)
		return true
	}
	got, n := storetest.Records(t, s), len(states)
	if !maps.Equal(got, states[n-1]) {
		require.True(t, lastMayGo, why...)
		require.Equal(t, states[n-2], got, why...)
	}
	return false
}

// TestFlippedBits damages each octet of a store, one at a time.
func TestFlippedBits(t *testing.T) {
	for name, closed := range map[string]bool{"closed": true, "killed": false} {
		t.Run(name, func(t *testing.T) {
			disk, states := used(t, closed)
			names := segments(t, disk)
			noticed := 0
			for i, name := range names {
				last := !closed && i == len(names)-1
				whole := disk.Read(name)
				for at := range whole {
					damaged := disk.Kill()
					b := append([]byte(nil), whole...)
					b[at] ^= 0x10
					damaged.Write(name, b)
					if wantWholeOrError(t, damaged, states, last, "%s at %d", name, at) {
						noticed++
					}
				}
			}
			require.Greater(t, noticed, 1000*(len(names)-2))
		})
	}
}

// TestTruncated shortens each segment to many lengths.
func TestTruncated(t *testing.T) {
	disk, states := used(t, false)
	for _, name := range segments(t, disk) {
		whole := disk.Read(name)
		for n := 0; n < len(whole); n += 5 {
			damaged := disk.Kill()
			damaged.Write(name, whole[:n])
			require.True(t, wantWholeOrError(t, damaged, states, false, "%s at %d", name, n))
		}
		damaged := disk.Kill()
		damaged.Write(name, append(whole, 0))
		require.True(t, wantWholeOrError(t, damaged, states, false, "%s longer", name))
	}
}

// TestMissing removes each file, and swaps each with the next.
func TestMissing(t *testing.T) {
	for _, closed := range []bool{true, false} {
		disk, states := used(t, closed)
		names := segments(t, disk)
		for i, name := range names {
			damaged := disk.Kill()
			damaged.Write(name, nil)
			require.True(t, wantWholeOrError(t, damaged, states, false, name))
			if i > 0 {
				damaged := disk.Kill()
				damaged.Write(name, disk.Read(names[i-1]))
				damaged.Write(names[i-1], disk.Read(name))
				require.True(t, wantWholeOrError(t, damaged, states, false, name))
			}
		}
		for _, name := range names {
			disk.Write(name, nil)
		}
		_, err := store.OpenFS(disk, smallest)
		require.ErrorContains(t, err, "all segments are missing")
	}
}

// TestZeroed blanks sectors, as a card does that has lost them.
func TestZeroed(t *testing.T) {
	disk, states := used(t, true)
	for _, name := range segments(t, disk) {
		for at := 0; at < 1024; at += storetest.Sector {
			damaged := disk.Kill()
			b := disk.Read(name)
			clear(b[at : at+storetest.Sector])
			damaged.Write(name, b)
			wantWholeOrError(t, damaged, states, false, "%s at %d", name, at)
		}
	}
}

// TestMixed puts a segment of another store in the place of one.
func TestMixed(t *testing.T) {
	disk, states := used(t, true)
	other, _ := used(t, true)
	for i, name := range segments(t, disk) {
		damaged := disk.Kill()
		damaged.Write(name, other.Read(segments(t, other)[i]))
		require.True(t, wantWholeOrError(t, damaged, states, false, name))
	}
}

// TestNewer opens a store of a release that is not yet written.
func TestNewer(t *testing.T) {
	disk, states := used(t, true)
	name := segments(t, disk)[2]
	b := disk.Read(name)
	binary.BigEndian.PutUint32(b[8:], 2)
	binary.BigEndian.PutUint32(b[60:], crc32.Checksum(b[:60], crc32.MakeTable(crc32.Castagnoli)))
	disk.Write(name, b)
	require.True(t, wantWholeOrError(t, disk, states, false))
	_, err := store.OpenFS(disk, smallest)
	var newer *store.VersionError
	require.ErrorAs(t, err, &newer)
	require.EqualValues(t, 2, newer.Version)
}

// TestForeign opens what belongs to somebody else.
func TestForeign(t *testing.T) {
	var foreign *store.ForeignError
	disk := storetest.NewDisk()
	disk.Write("photo.jpg", []byte("not ours"))
	_, err := store.OpenFS(disk, smallest)
	require.ErrorAs(t, err, &foreign)
	require.ErrorContains(t, err, "photo.jpg")
	require.Equal(t, map[string]string{"photo.jpg": "not ours"}, content(t, disk))

	disk = storetest.NewDisk()
	disk.Write("000000000001.seg", []byte(strings.Repeat("a segment of a film", 100)))
	_, err = store.OpenFS(disk, smallest)
	require.ErrorAs(t, err, &foreign)

	disk, states := used(t, true)
	disk.Write("notes.txt", []byte("beside a store, files of others are left alone"))
	require.False(t, wantWholeOrError(t, disk, states, false))
	require.NotEmpty(t, disk.Read("notes.txt"))

	disk = storetest.NewDisk()
	disk.Write("lost+found", []byte{})
	require.Empty(t, storetest.Records(t, openDisk(t, disk)), "the root of a file system of its own")
}

// TestPayload stores what looks like the frames to come, as somebody could send
// who knows the format, and tears it.
func TestPayload(t *testing.T) {
	older, _ := used(t, false)
	var frames strings.Builder
	for _, name := range segments(t, older) {
		frames.Write(older.Read(name))
	}
	disk, o := storetest.NewDisk(), newOracle()
	s := openDisk(t, disk)
	require.NoError(t, o.commit(s, put("key", 1)))
	disk.Before(func(op storetest.Op) error {
		for piece := range 12 {
			n := 0
			revive(t, disk.Crash(func() bool { n++; return n != piece }), o, 0, op.Kind)
		}
		return nil
	})
	require.NoError(t, o.commit(s, change{[]string{"evil"}, []string{frames.String()}}))
}
