package serial

import (
	"fmt"
	"strings"
)

// A Framing is a way to tell where a datagram begins and ends on a line, and whether it is whole.
type Framing uint8

const (
	SLIP    Framing = iota // RFC 1055; a damaged datagram is not noticed
	SLIPCRC                // SLIP with a CRC-16
	COBS                   // consistent overhead byte stuffing; a damaged datagram is seldom noticed
	COBSCRC                // COBS with a CRC-16
	HDLC                   // RFC 1662 octet stuffing, always with a CRC-16
)

// framings describes each framing. The CRC is CRC-16/X-25, low octet first, put behind the datagram before stuffing.
var framings = [...]struct {
	name      string
	crc       bool
	delimiter byte
	codec     codec
}{
	SLIP:    {"slip", false, slipEnd, slip{}},
	SLIPCRC: {"slip-crc", true, slipEnd, slip{}},
	COBS:    {"cobs", false, cobsEnd, cobs{}},
	COBSCRC: {"cobs-crc", true, cobsEnd, cobs{}},
	HDLC:    {"hdlc", true, hdlcFlag, hdlc{}},
}

// A codec keeps delimiters out of datagrams.
type codec interface {
	// append appends b, stuffed and between delimiters.
	append(dst, b []byte) []byte

	// unstuff recovers, in place, what was between two delimiters. It reports false for what append never wrote.
	unstuff(b []byte) ([]byte, bool)

	// worst is the most octets that append makes of n, delimiters not counted.
	worst(n int) int
}

// String is the framing's name in a configuration.
func (f Framing) String() string {
	if int(f) >= len(framings) {
		return fmt.Sprintf("framing %d", uint8(f))
	}
	return framings[f].name
}

// ParseFraming is the inverse of String.
func ParseFraming(name string) (Framing, error) {
	var names []string
	for f := range framings {
		if framings[f].name == name {
			return Framing(f), nil
		}
		names = append(names, framings[f].name)
	}
	return 0, fmt.Errorf("serial: no framing %q; there are %s", name, strings.Join(names, ", "))
}

// MarshalText and UnmarshalText let a Framing stand in a configuration.
func (f Framing) MarshalText() ([]byte, error) { return []byte(f.String()), nil }

// UnmarshalText implements encoding.TextUnmarshaler.
func (f *Framing) UnmarshalText(b []byte) (err error) {
	*f, err = ParseFraming(string(b))
	return err
}

// Append appends the frame of a datagram, as it goes on the line. It allocates when dst must grow, and for a CRC.
func (f Framing) Append(dst, datagram []byte) []byte {
	d := framings[f]
	if d.crc {
		datagram = appendCRC(append([]byte(nil), datagram...))
	}
	return d.codec.append(dst, datagram)
}
