package store

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestContradictions opens logs whose checksums are right and whose frames
// contradict each other, as none of ours ever do.
func TestContradictions(t *testing.T) {
	put := appendPut(nil, []byte("key"), []byte("value"))
	seal := []byte{byte(opSeal)}
	type frame struct {
		seq uint64
		ops []byte
	}
	for name, test := range map[string]struct {
		segments [][]frame
		want     string // in the error; "" if there is nothing wrong
	}{
		"sound":            {[][]frame{{{1, put}, {2, seal}}, {{3, put}, {4, appendForget(nil, 1)}}}, ""},
		"frame missing":    {[][]frame{{{1, put}, {3, put}}}, "no good frame"},
		"frame repeated":   {[][]frame{{{1, put}, {1, put}, {2, put}}}, "no good frame"},
		"segment repeated": {[][]frame{{{1, put}, {2, seal}}, {{2, put}, {3, put}}}, "no good frame"},
		"in use":           {[][]frame{{{1, put}, {2, seal}}, {{3, appendForget(nil, 1)}}}, "forgets segment 1"},
		"forgets itself":   {[][]frame{{{1, appendForget(nil, 1)}}}, "forgets segment 1"},
		"forgets later":    {[][]frame{{{1, appendForget(nil, 2)}}}, "forgets segment 2"},
		"unknown op":       {[][]frame{{{1, []byte{9, 1, 1}}}}, "not a put"},
		"op cut off":       {[][]frame{{{1, put[:len(put)-1]}}}, "not a put"},
		"sealed at last":   {[][]frame{{{1, put}, {2, seal}}}, "missing"},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			for i, frames := range test.segments {
				h := header{version: formatVersion, number: uint32(i + 1), oldest: 1, seq: 1, capacity: minSegmentSize}
				b := h.encode()
				for _, f := range frames {
					b = appendFrame(b, h.salt, f.seq, f.ops)
				}
				b = append(b, make([]byte, minSegmentSize-len(b))...)
				require.NoError(t, os.WriteFile(filepath.Join(dir, segmentName(h.number)), b, 0o600))
			}
			s, err := Open(dir, Options{SegmentSize: minSegmentSize})
			if test.want == "" {
				require.NoError(t, err)
				require.NoError(t, s.Close())
				return
			}
			var damage *DamageError
			require.ErrorAs(t, err, &damage)
			require.ErrorContains(t, err, test.want)
		})
	}
}

// TestNextOp gives it every beginning of every op.
func TestNextOp(t *testing.T) {
	for _, whole := range [][]byte{
		appendPut(nil, []byte("key"), make([]byte, 200)),
		appendDelete(nil, []byte("key")),
		appendForget(nil, 1<<32-1),
		{byte(opSeal)},
	} {
		_, n, err := nextOp(append(whole, 1, 2, 3))
		require.NoError(t, err)
		require.Equal(t, len(whole), n)
		for n := range whole {
			_, _, err := nextOp(whole[:n])
			require.ErrorIs(t, err, errOp)
		}
	}
}
