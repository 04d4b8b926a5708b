package store

import (
	"encoding/binary"
	"fmt"
	"hash/crc32"
)

const (
	magic         = "MQSNSTOR"
	formatVersion = 1
	headerSize    = 64
)

// A header starts a segment. Magic, version, size and the place of the
// checksum stay as they are in every later format, so that an old release can
// tell a newer store from a damaged one.
type header struct {
	version  uint32
	number   uint32  // of the segment, as in its file name
	oldest   uint32  // segments below are forgotten
	salt     uint32  // random; where the checksums of the frames start
	id       [8]byte // random; the same in all segments of a store
	seq      uint64  // no frame in this segment has a lower number
	capacity int64   // size of the file
}

func (h *header) encode() []byte {
	b := make([]byte, 0, headerSize)
	b = append(b, magic...)
	b = binary.BigEndian.AppendUint32(b, h.version)
	b = binary.BigEndian.AppendUint32(b, h.number)
	b = binary.BigEndian.AppendUint32(b, h.oldest)
	b = binary.BigEndian.AppendUint32(b, h.salt)
	b = append(b, h.id[:]...)
	b = binary.BigEndian.AppendUint64(b, h.seq)
	b = binary.BigEndian.AppendUint64(b, uint64(h.capacity))
	b = append(b, make([]byte, headerSize-4-len(b))...)
	return binary.BigEndian.AppendUint32(b, crc32.Checksum(b, castagnoli))
}

// maxCapacity bounds what is read into memory at once.
const maxCapacity = 1 << 30

// parseHeader decodes b, the first octets of the file at path, which has size
// octets and should be the segment with this number.
func parseHeader(path string, number uint32, b []byte, size int64) (header, error) {
	var h header
	if len(b) < headerSize {
		return h, &DamageError{path, int64(len(b)), "the file ends within its header"}
	}
	if string(b[:len(magic)]) != magic {
		return h, &ForeignError{path, "this is not a segment of a store, or its first octets are lost"}
	}
	body, sum := b[:headerSize-4], b[headerSize-4:headerSize]
	if crc32.Checksum(body, castagnoli) != binary.BigEndian.Uint32(sum) {
		return h, &DamageError{path, 0, "the header does not match its checksum"}
	}
	h.version = binary.BigEndian.Uint32(b[8:])
	if h.version > formatVersion {
		return h, &VersionError{path, h.version}
	}
	h.number = binary.BigEndian.Uint32(b[12:])
	h.oldest = binary.BigEndian.Uint32(b[16:])
	h.salt = binary.BigEndian.Uint32(b[20:])
	copy(h.id[:], b[24:])
	h.seq = binary.BigEndian.Uint64(b[32:])
	h.capacity = int64(binary.BigEndian.Uint64(b[40:]))
	if h.version == 0 || h.number != number || h.oldest > number || h.seq == 0 || h.capacity > maxCapacity {
		return h, &DamageError{path, 0, fmt.Sprintf("the header is not that of segment %d", number)}
	}
	if h.capacity != size {
		return h, &DamageError{path, size, fmt.Sprintf("the file has %d octets instead of %d", size, h.capacity)}
	}
	return h, nil
}
