package capture

import (
	"encoding/binary"
	"fmt"
	"io"
	"time"
)

// A pcap is a file of the classic format: a header, then records.
//
//	file    magic(4) version(2,2) zone(4) accuracy(4) snaplen(4) linktype(4)
//	record  seconds(4) fraction(4) captured(4) length(4) data
type pcap struct {
	r     io.Reader
	order binary.ByteOrder
	unit  time.Duration // of fraction
	link  linkType
	buf   []byte
}

const (
	pcapHeader   = 24
	recordHeader = 16
	linkTypeMask = 0xFFFF // the other bits tell of a checksum at the end, which IP's own length leaves out
)

// pcapMagic tells from the first four octets how the rest is written.
func pcapMagic(b []byte) (order binary.ByteOrder, unit time.Duration, ok bool) {
	for _, order := range []binary.ByteOrder{binary.LittleEndian, binary.BigEndian} {
		switch order.Uint32(b) {
		case 0xA1B2C3D4:
			return order, time.Microsecond, true
		case 0xA1B23C4D:
			return order, time.Nanosecond, true
		}
	}
	return nil, 0, false
}

// newPcap reads the header of a file that begins as it should.
func newPcap(r io.Reader) (*pcap, error) {
	var h [pcapHeader]byte
	if err := readRest(r, h[:]); err != nil {
		return nil, err
	}
	order, unit, _ := pcapMagic(h[:])
	return &pcap{r: r, order: order, unit: unit, link: linkType(order.Uint32(h[20:]) & linkTypeMask)}, nil
}

func (p *pcap) next() (frame, error) {
	var h [recordHeader]byte
	if err := readFull(p.r, h[:]); err != nil {
		return frame{}, err
	}
	n := p.order.Uint32(h[8:])
	if n > maxFrame {
		return frame{}, fmt.Errorf("%w: a packet of %d octets", ErrFormat, n)
	}
	p.buf = grow(p.buf, int(n))
	if err := readRest(p.r, p.buf); err != nil {
		return frame{}, err
	}
	at := time.Unix(int64(p.order.Uint32(h[0:])), int64(p.order.Uint32(h[4:]))*int64(p.unit)).UTC()
	return frame{time: at, link: p.link, data: p.buf}, nil
}
