package serial

import (
	"bytes"
	"errors"

	"mqttsn-gateway/radio"
)

// ErrDamaged says that what was between two delimiters is not a whole datagram.
var ErrDamaged = errors.New("serial: damaged frame")

// A Decoder finds datagrams in the octets of a line. It is fed in pieces of any size, knows no time, and finds its way back
// to the next frame after any noise, because a delimiter never stands inside a frame.
type Decoder struct {
	framing Framing
	max     int
	raw     []byte // since the last delimiter
	tooLong bool   // raw is full: skip to the next delimiter
}

// NewDecoder makes a decoder for datagrams of at most max octets. It never holds more than the frame of such a datagram.
func (f Framing) NewDecoder(max int) *Decoder {
	longest := max
	if framings[f].crc {
		longest += 2
	}
	return &Decoder{framing: f, max: max, raw: make([]byte, 0, framings[f].codec.worst(longest))}
}

// Feed takes octets from the line. For each frame that ends in them it calls frame: with the datagram, which is valid
// during the call, or with ErrDamaged or radio.ErrTooLong. Empty frames, the gaps between delimiters, are not reported.
func (d *Decoder) Feed(b []byte, frame func(datagram []byte, err error)) {
	for {
		n := bytes.IndexByte(b, framings[d.framing].delimiter)
		if n < 0 {
			d.keep(b)
			return
		}
		d.keep(b[:n])
		b = b[n+1:]
		datagram, err := d.end()
		if len(datagram) > 0 || err != nil {
			frame(datagram, err)
		}
	}
}

func (d *Decoder) keep(b []byte) {
	if d.tooLong || len(b) > cap(d.raw)-len(d.raw) {
		d.tooLong = true
		return
	}
	d.raw = append(d.raw, b...)
}

// end decodes what was before a delimiter, and begins afresh.
func (d *Decoder) end() ([]byte, error) {
	raw, tooLong := d.raw, d.tooLong
	d.raw, d.tooLong = d.raw[:0], false
	if tooLong {
		return nil, radio.ErrTooLong
	}
	if len(raw) == 0 {
		return nil, nil
	}
	b, ok := framings[d.framing].codec.unstuff(raw)
	if !ok {
		return nil, ErrDamaged
	}
	if framings[d.framing].crc {
		if len(b) < 2 || crcUpdate(0xFFFF, b) != crcGood {
			return nil, ErrDamaged
		}
		b = b[:len(b)-2]
	}
	if len(b) > d.max {
		return nil, radio.ErrTooLong
	}
	return b, nil
}
