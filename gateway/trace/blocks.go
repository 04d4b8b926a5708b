package trace

import (
	"errors"
	"fmt"
	"io"
	"slices"
)

// maxBlock is the longest block of a capture that is copied, in octets: a datagram, its comment and what stands around them.
const maxBlock = 256 << 10

// CopyBlocks copies a capture, as a Writer writes it, until it ends. Whatever ends it, only whole blocks are written, so
// that what was copied is a capture, too. It returns how many packets there were. Its error is the reader's, unless that is
// io.EOF, or the writer's.
func CopyBlocks(w io.Writer, r io.Reader) (packets int, err error) {
	var block []byte
	for {
		block = slices.Grow(block[:0], 8)[:8]
		if _, err := io.ReadFull(r, block); err != nil {
			if errors.Is(err, io.EOF) {
				return packets, nil
			}
			return packets, err
		}
		length := order.Uint32(block[4:])
		if length < 12 || length%4 != 0 || length > maxBlock {
			return packets, fmt.Errorf("trace: no capture: a block of %d octets", length)
		}
		block = slices.Grow(block, int(length)-8)[:length]
		if _, err := io.ReadFull(r, block[8:]); err != nil {
			return packets, err
		}
		if _, err := w.Write(block); err != nil {
			return packets, err
		}
		if order.Uint32(block) == blockPacket {
			packets++
		}
	}
}
