package store

import (
	"encoding/binary"
	"hash/crc32"
)

// frameHead is the size of crc, size and seq.
const frameHead = 16

// tailSize is what a segment keeps free: for an op that forgets, and for the
// frame that seals it.
const tailSize = maxOpHead + frameHead + 1

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// appendFrame encodes a frame with the ops of all parts.
func appendFrame(b []byte, salt uint32, seq uint64, parts ...[]byte) []byte {
	start := len(b)
	b = append(b, make([]byte, frameHead)...)
	for _, p := range parts {
		b = append(b, p...)
	}
	f := b[start:]
	binary.BigEndian.PutUint32(f[4:], uint32(len(f)-frameHead))
	binary.BigEndian.PutUint64(f[8:], seq)
	binary.BigEndian.PutUint32(f, crc32.Update(salt, castagnoli, f[4:]))
	return b
}

// parseFrame decodes the frame at the start of b, which may be anything. The
// ops share memory with b and are never empty.
func parseFrame(b []byte, salt uint32) (seq uint64, ops []byte, ok bool) {
	if len(b) < frameHead {
		return 0, nil, false
	}
	size := binary.BigEndian.Uint32(b[4:])
	if size == 0 || uint64(size) > uint64(len(b)-frameHead) {
		return 0, nil, false
	}
	end := frameHead + int(size)
	if crc32.Update(salt, castagnoli, b[4:end]) != binary.BigEndian.Uint32(b) {
		return 0, nil, false
	}
	return binary.BigEndian.Uint64(b[8:]), b[frameHead:end], true
}

// seqWindow is how far ahead a frame's number can be of what is expected
// somewhere in a segment. It spares findFrame nearly all checksums.
const seqWindow = 1 << 32

// findFrame returns the position of the first good frame in b that is numbered
// at least seq, or -1.
func findFrame(b []byte, salt uint32, seq uint64) int {
	for i := 0; i+frameHead < len(b); i++ {
		if n := binary.BigEndian.Uint64(b[i+8:]); n < seq || n-seq > seqWindow {
			continue
		}
		if _, _, ok := parseFrame(b[i:], salt); ok {
			return i
		}
	}
	return -1
}
