package capture_test

import (
	"encoding/binary"
	"encoding/hex"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func unhex(t testing.TB, s string) []byte {
	b, err := hex.DecodeString(strings.ReplaceAll(s, " ", ""))
	require.NoError(t, err)
	return b
}

// A byteOrder is one of the two in which captures are written.
type byteOrder interface {
	binary.ByteOrder
	binary.AppendByteOrder
}

// pcapFile is a classic capture of frames one second apart, the first at 1000.000005 s.
func pcapFile(order byteOrder, magic, link uint32, frames ...[]byte) []byte {
	b := order.AppendUint32(nil, magic)
	b = order.AppendUint16(b, 2)
	b = order.AppendUint16(b, 4)
	for _, v := range []uint32{0, 0, 65535, link} {
		b = order.AppendUint32(b, v)
	}
	for i, f := range frames {
		for _, v := range []int{1000 + i, 5, len(f), len(f)} {
			b = order.AppendUint32(b, uint32(v))
		}
		b = append(b, f...)
	}
	return b
}

// block is a block of a pcapng file, padded.
func block(order byteOrder, kind uint32, body []byte) []byte {
	for len(body)%4 != 0 {
		body = append(body, 0)
	}
	length := uint32(12 + len(body))
	b := order.AppendUint32(nil, kind)
	b = order.AppendUint32(b, length)
	b = append(b, body...)
	return order.AppendUint32(b, length)
}

func section(order byteOrder) []byte {
	b := order.AppendUint32(nil, 0x1A2B3C4D)
	b = order.AppendUint32(b, 1) // version 1.0, for what it is worth
	return block(order, 0x0A0D0D0A, order.AppendUint64(b, 1<<64-1))
}

func networkInterface(order byteOrder, link uint16, options ...byte) []byte {
	b := order.AppendUint16(nil, link)
	b = order.AppendUint16(b, 0)
	b = order.AppendUint32(b, 65535)
	return block(order, 1, append(b, options...))
}

func packet(order byteOrder, in uint32, stamp uint64, frame []byte) []byte {
	b := order.AppendUint32(nil, in)
	b = order.AppendUint32(b, uint32(stamp>>32))
	b = order.AppendUint32(b, uint32(stamp))
	b = order.AppendUint32(b, uint32(len(frame)))
	b = order.AppendUint32(b, uint32(len(frame)))
	return block(order, 6, append(b, frame...))
}

func simplePacket(order byteOrder, frame []byte) []byte {
	return block(order, 3, append(order.AppendUint32(nil, uint32(len(frame))), frame...))
}
