package frame

import "fmt"

const (
	delimiter = 0x7E
	escape    = 0x7D
	xon       = 0x11
	xoff      = 0x13

	// flip is what an escaped octet is combined with, by exclusive or.
	flip = 0x20
)

// A Mode is the form that frames have on the line: the value of the modem's AP setting.
type Mode uint8

const (
	// Plain is AP=1: the octets as they are.
	Plain Mode = 1

	// Escaped is AP=2: 7E, 7D, 11 and 13 are escaped everywhere behind the leading delimiter, in the length and the
	// checksum as well. A receiver may therefore start afresh at every 7E.
	Escaped Mode = 2
)

func (m Mode) String() string {
	switch m {
	case Plain:
		return "API mode 1 (plain)"
	case Escaped:
		return "API mode 2 (escaped)"
	}
	return fmt.Sprintf("API mode %d", uint8(m))
}

// Append puts a frame on the line: it appends the delimiter, the length of data, data and the checksum to b, escaped if
// m says so. Data is the frame data that a frame's Append method made, at most 65535 octets.
func Append(b []byte, m Mode, data []byte) []byte {
	b = append(b, delimiter)
	b = appendOctet(b, m, byte(len(data)>>8))
	b = appendOctet(b, m, byte(len(data)))
	for _, c := range data {
		b = appendOctet(b, m, c)
	}
	return appendOctet(b, m, checksum(data))
}

func appendOctet(b []byte, m Mode, c byte) []byte {
	if m == Escaped && (c == delimiter || c == escape || c == xon || c == xoff) {
		return append(b, escape, c^flip)
	}
	return append(b, c)
}

// checksum is what the sum of data lacks to FF, modulo 256.
func checksum(data []byte) byte {
	var sum byte
	for _, c := range data {
		sum += c
	}
	return 0xFF - sum
}
