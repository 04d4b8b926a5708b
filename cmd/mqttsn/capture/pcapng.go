package capture

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math/bits"
	"time"
)

// A pcapng is a file of blocks. A section header tells the byte order and forgets the interfaces before; interface
// descriptions are numbered as they come; packets name their interface. All other blocks are passed over.
//
//	block  type(4) length(4) body padding length(4)
type pcapng struct {
	r          io.Reader
	order      binary.ByteOrder
	interfaces []networkInterface
	buf        []byte
}

// A networkInterface is where packets were captured.
type networkInterface struct {
	link    linkType
	snaplen uint32
	perSec  uint64 // units of a timestamp in a second
	offset  int64  // seconds to add to a timestamp
}

const (
	blockSection   = 0x0A0D0D0A // reads the same in both byte orders
	blockInterface = 1
	blockSimple    = 3
	blockPacket    = 6

	byteOrderMagic = 0x1A2B3C4D
	blockOverhead  = 12
	maxInterfaces  = 1 << 12
)

func (p *pcapng) next() (frame, error) {
	for {
		kind, body, err := p.block()
		if err != nil {
			return frame{}, err
		}
		switch kind {
		case blockInterface:
			if err := p.addInterface(body); err != nil {
				return frame{}, err
			}
		case blockPacket:
			return p.packet(body)
		case blockSimple:
			return p.simplePacket(body)
		}
	}
}

// block reads the next block. Its body is valid until the next call; that of a block which is of no use is not kept.
func (p *pcapng) block() (kind uint32, body []byte, err error) {
	var h [8]byte
	if err := readFull(p.r, h[:]); err != nil {
		return 0, nil, err
	}
	read := 0 // of the body
	if binary.BigEndian.Uint32(h[:]) == blockSection {
		if err := p.section(); err != nil {
			return 0, nil, err
		}
		read = 4
	}
	if p.order == nil {
		return 0, nil, ErrFormat
	}
	kind = p.order.Uint32(h[:])
	length := p.order.Uint32(h[4:])
	if length%4 != 0 || length < uint32(blockOverhead+read) {
		return 0, nil, fmt.Errorf("%w: a block of %d octets", ErrFormat, length)
	}
	size := int64(length) - blockOverhead - int64(read)
	switch kind {
	case blockInterface, blockPacket, blockSimple:
	default:
		return kind, nil, p.skip(size + 4)
	}
	if size > maxFrame {
		return 0, nil, fmt.Errorf("%w: a block of %d octets", ErrFormat, length)
	}
	p.buf = grow(p.buf, int(size))
	if err := readRest(p.r, p.buf); err != nil {
		return 0, nil, err
	}
	return kind, p.buf, p.skip(4)
}

// section begins a section with its byte order.
func (p *pcapng) section() error {
	var magic [4]byte
	if err := readRest(p.r, magic[:]); err != nil {
		return err
	}
	switch {
	case binary.LittleEndian.Uint32(magic[:]) == byteOrderMagic:
		p.order = binary.LittleEndian
	case binary.BigEndian.Uint32(magic[:]) == byteOrderMagic:
		p.order = binary.BigEndian
	default:
		return ErrFormat
	}
	p.interfaces = nil
	return nil
}

func (p *pcapng) skip(n int64) error {
	_, err := io.CopyN(io.Discard, p.r, n)
	if errors.Is(err, io.EOF) {
		return ErrCutOff
	}
	return err
}

// addInterface reads an interface description: linktype(2) reserved(2) snaplen(4) options.
func (p *pcapng) addInterface(b []byte) error {
	if len(b) < 8 || len(p.interfaces) == maxInterfaces {
		return fmt.Errorf("%w: too many interfaces, or one without a description", ErrFormat)
	}
	in := networkInterface{link: linkType(p.order.Uint16(b)), snaplen: p.order.Uint32(b[4:]), perSec: 1e6}
	for b = b[8:]; len(b) >= 4; {
		code, n := p.order.Uint16(b), int(p.order.Uint16(b[2:]))
		padded := 4 + (n+3)&^3
		if code == optionEnd || padded > len(b) {
			break
		}
		in.option(p.order, code, b[4:4+n])
		b = b[padded:]
	}
	p.interfaces = append(p.interfaces, in)
	return nil
}

const (
	optionEnd        = 0
	optionResolution = 9
	optionOffset     = 14
)

func (in *networkInterface) option(order binary.ByteOrder, code uint16, value []byte) {
	switch {
	case code == optionResolution && len(value) == 1:
		in.perSec = resolution(value[0])
	case code == optionOffset && len(value) == 8:
		in.offset = int64(order.Uint64(value))
	}
}

// resolution gives the units in a second: a power of 10, or of 2 if the highest bit is set. Powers that do not fit give
// 0, which stands for timestamps that mean nothing to us.
func resolution(b byte) uint64 {
	exponent := int(b &^ 0x80)
	if b&0x80 != 0 {
		return 1 << exponent // 0 if it is too large
	}
	if exponent > 19 {
		return 0
	}
	n := uint64(1)
	for range exponent {
		n *= 10
	}
	return n
}

// time is when a timestamp was taken.
func (in *networkInterface) time(stamp uint64) time.Time {
	if in.perSec == 0 {
		return time.Time{}
	}
	hi, lo := bits.Mul64(stamp%in.perSec, uint64(time.Second))
	nanoseconds, _ := bits.Div64(hi, lo, in.perSec) // hi is less than perSec, since the first factor is
	return time.Unix(int64(stamp/in.perSec)+in.offset, int64(nanoseconds)).UTC()
}

// packet reads an enhanced packet: interface(4) time(8) captured(4) length(4) data padding options.
func (p *pcapng) packet(b []byte) (frame, error) {
	if len(b) < 20 {
		return frame{}, fmt.Errorf("%w: a packet without a header", ErrFormat)
	}
	i, n := p.order.Uint32(b), p.order.Uint32(b[12:])
	if uint64(i) >= uint64(len(p.interfaces)) || uint64(n) > uint64(len(b)-20) {
		return frame{}, fmt.Errorf("%w: a packet that does not fit its block or interface", ErrFormat)
	}
	in := &p.interfaces[i]
	stamp := uint64(p.order.Uint32(b[4:]))<<32 | uint64(p.order.Uint32(b[8:]))
	return frame{time: in.time(stamp), link: in.link, data: b[20 : 20+n]}, nil
}

// simplePacket reads a simple packet: length(4) data padding. It belongs to the first interface and has no time.
func (p *pcapng) simplePacket(b []byte) (frame, error) {
	if len(b) < 4 || len(p.interfaces) == 0 {
		return frame{}, fmt.Errorf("%w: a packet without a header or an interface", ErrFormat)
	}
	in := &p.interfaces[0]
	n := min(p.order.Uint32(b), uint32(len(b)-4))
	if in.snaplen > 0 {
		n = min(n, in.snaplen)
	}
	return frame{link: in.link, data: b[4 : 4+n]}, nil
}
