package store

import (
	"encoding/binary"
	"errors"
)

type opKind byte

const (
	opPut    opKind = 1
	opDelete opKind = 2
	opForget opKind = 3 // the oldest segment, with this number, holds nothing of use
	opSeal   opKind = 4 // the segment ends here and its successor exists
)

// maxOpHead is the most that an op takes beside its key and value.
const maxOpHead = 1 + 2*binary.MaxVarintLen32

// An op is one step of a frame. Its slices share memory with the frame.
type op struct {
	kind   opKind
	key    []byte
	value  []byte
	number uint32 // of a segment
}

func appendPut(b, key, value []byte) []byte {
	b = append(b, byte(opPut))
	b = binary.AppendUvarint(b, uint64(len(key)))
	b = binary.AppendUvarint(b, uint64(len(value)))
	b = append(b, key...)
	return append(b, value...)
}

func appendDelete(b, key []byte) []byte {
	b = append(b, byte(opDelete))
	b = binary.AppendUvarint(b, uint64(len(key)))
	return append(b, key...)
}

func appendForget(b []byte, number uint32) []byte {
	b = append(b, byte(opForget))
	return binary.AppendUvarint(b, uint64(number))
}

var errOp = errors.New("a frame holds something that is not a put, a delete, a forget or a seal")

// nextOp decodes the op at the start of b and says how many octets it takes.
func nextOp(b []byte) (op, int, error) {
	if len(b) == 0 {
		return op{}, 0, errOp
	}
	o, pos, ok := op{kind: opKind(b[0])}, 1, true
	number := func(limit uint64) uint64 {
		v, n := binary.Uvarint(b[pos:])
		if n <= 0 || v > limit {
			ok = false
			return 0
		}
		pos += n
		return v
	}
	bytes := func(n uint64) []byte {
		if !ok || n > uint64(len(b)-pos) {
			ok = false
			return nil
		}
		s := b[pos : pos+int(n) : pos+int(n)]
		pos += int(n)
		return s
	}
	switch o.kind {
	case opPut:
		k, v := number(MaxKey), number(MaxValue)
		o.key, o.value = bytes(k), bytes(v)
	case opDelete:
		o.key = bytes(number(MaxKey))
	case opForget:
		o.number = uint32(number(1<<32 - 1))
	case opSeal:
	default:
		ok = false
	}
	if !ok {
		return op{}, 0, errOp
	}
	return o, pos, nil
}
