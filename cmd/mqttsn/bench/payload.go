package bench

import (
	"encoding/binary"
	"time"
)

// A message's payload begins with the run that it belongs to, its number in the run, and when it was due. What follows
// fills it up.
//
//	Run(4) Number(4) Due(8) Filling(n)
//
// Due counts nanoseconds from the beginning of the run. A message that has to wait until its device may publish again is
// late already, and that counts.
const payloadHead = 16

func appendPayload(b []byte, run uint32, number int, due time.Duration, size int) []byte {
	b = binary.BigEndian.AppendUint32(b, run)
	b = binary.BigEndian.AppendUint32(b, uint32(number))
	b = binary.BigEndian.AppendUint64(b, uint64(due))
	for range size - payloadHead {
		b = append(b, '.')
	}
	return b
}

// readPayload reports false for what is not of this run.
func readPayload(b []byte, run uint32) (number int, due time.Duration, ok bool) {
	if len(b) < payloadHead || binary.BigEndian.Uint32(b) != run {
		return 0, 0, false
	}
	return int(binary.BigEndian.Uint32(b[4:])), time.Duration(binary.BigEndian.Uint64(b[8:])), true
}
