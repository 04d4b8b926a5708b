package frame

import (
	"encoding/binary"
	"math/bits"
)

// Sample is what a module read at its pins, as everything but old 802.15.4 firmware sends it (0x92).
//
//	Source(8) Source16(2) Options(1) Sets(1)=1 DigitalMask(2) AnalogMask(1) [Digital(2)] Analog(2 per bit)
type Sample struct {
	Source      Addr64
	Source16    Addr16
	Options     RxOptions
	DigitalMask uint16    // which pins Digital is about
	AnalogMask  uint8     // which of Analog are there: bits 0 to 3 are AD0 to AD3, bit 7 the supply voltage
	Digital     uint16    // on the line only if DigitalMask has a bit
	Analog      [8]uint16 // raw readings
}

func (f *Sample) Append(b []byte) []byte {
	b = append(b, byte(TypeSample))
	b = appendAddresses(b, f.Source, f.Source16)
	b = append(b, byte(f.Options), 1)
	b = binary.BigEndian.AppendUint16(b, f.DigitalMask)
	b = append(b, f.AnalogMask)
	if f.DigitalMask != 0 {
		b = binary.BigEndian.AppendUint16(b, f.Digital)
	}
	for i, v := range f.Analog {
		if f.AnalogMask>>i&1 != 0 {
			b = binary.BigEndian.AppendUint16(b, v)
		}
	}
	return b
}

func (f *Sample) Parse(data []byte) error {
	b, err := body(data, TypeSample, 15)
	if err != nil {
		return err
	}
	*f = Sample{Options: RxOptions(b[10]), DigitalMask: binary.BigEndian.Uint16(b[12:]), AnalogMask: b[14]}
	f.Source, f.Source16 = addresses(b)
	b = b[15:]
	if f.DigitalMask != 0 {
		if len(b) < 2 {
			return ErrShort
		}
		f.Digital, b = binary.BigEndian.Uint16(b), b[2:]
	}
	if len(b) < 2*bits.OnesCount8(f.AnalogMask) {
		return ErrShort
	}
	for i := range f.Analog {
		if f.AnalogMask>>i&1 != 0 {
			f.Analog[i], b = binary.BigEndian.Uint16(b), b[2:]
		}
	}
	return nil
}

// Channels says which pins of an 802.15.4 module are sampled: bits 0 to 8 are D0 to D8, bits 9 to 14 A0 to A5.
type Channels uint16

const digitalChannels Channels = 0x01FF

// firstAnalog is the bit of A0.
const firstAnalog = 9

func (c Channels) digital() bool { return c&digitalChannels != 0 }

func (c Channels) analog(i int) bool { return c>>(firstAnalog+i)&1 != 0 }

// A Reading is one sample of the pins in a Channels; what is not in there is zero.
type Reading struct {
	Digital uint16
	Analog  [6]uint16
}

// Samples64 are samples from an old 802.15.4 module that sends with its 64-bit address (0x82).
//
//	Source(8) RSSI(1) Options(1) Samples(1) Channels(2) {[Digital(2)] Analog(2 per channel)}
type Samples64 struct {
	Source   Addr64
	RSSI     RSSI
	Options  RxOptions
	Channels Channels
	Readings []Reading
}

func (f *Samples64) Append(b []byte) []byte {
	b = append(b, byte(TypeSamples64))
	b = binary.BigEndian.AppendUint64(b, uint64(f.Source))
	b = append(b, byte(f.RSSI), byte(f.Options))
	return appendReadings(b, f.Channels, f.Readings)
}

func (f *Samples64) Parse(data []byte) error {
	b, err := body(data, TypeSamples64, 13)
	if err != nil {
		return err
	}
	f.Source, f.RSSI, f.Options = Addr64(binary.BigEndian.Uint64(b)), RSSI(b[8]), RxOptions(b[9])
	f.Channels, f.Readings, err = readings(b[10:])
	return err
}

// Samples16 are samples from an old 802.15.4 module that has a 16-bit address (0x83).
//
//	Source(2) RSSI(1) Options(1) Samples(1) Channels(2) {[Digital(2)] Analog(2 per channel)}
type Samples16 struct {
	Source   Addr16
	RSSI     RSSI
	Options  RxOptions
	Channels Channels
	Readings []Reading
}

func (f *Samples16) Append(b []byte) []byte {
	b = append(b, byte(TypeSamples16), byte(f.Source>>8), byte(f.Source), byte(f.RSSI), byte(f.Options))
	return appendReadings(b, f.Channels, f.Readings)
}

func (f *Samples16) Parse(data []byte) error {
	b, err := body(data, TypeSamples16, 7)
	if err != nil {
		return err
	}
	f.Source, f.RSSI, f.Options = Addr16(b[0])<<8|Addr16(b[1]), RSSI(b[2]), RxOptions(b[3])
	f.Channels, f.Readings, err = readings(b[4:])
	return err
}

func appendReadings(b []byte, c Channels, rs []Reading) []byte {
	b = append(b, byte(len(rs)), byte(c>>8), byte(c))
	for _, r := range rs {
		if c.digital() {
			b = binary.BigEndian.AppendUint16(b, r.Digital)
		}
		for i, v := range r.Analog {
			if c.analog(i) {
				b = binary.BigEndian.AppendUint16(b, v)
			}
		}
	}
	return b
}

// readings reads what appendReadings wrote; b has at least the 3 octets of count and channels.
func readings(b []byte) (Channels, []Reading, error) {
	n, c := int(b[0]), Channels(binary.BigEndian.Uint16(b[1:]))
	b = b[3:]
	size := 2 * bits.OnesCount16(uint16(c>>firstAnalog)&0x3F)
	if c.digital() {
		size += 2
	}
	if len(b) < n*size {
		return 0, nil, ErrShort
	}
	rs := make([]Reading, n)
	for i := range rs {
		if c.digital() {
			rs[i].Digital, b = binary.BigEndian.Uint16(b), b[2:]
		}
		for j := range rs[i].Analog {
			if c.analog(j) {
				rs[i].Analog[j], b = binary.BigEndian.Uint16(b), b[2:]
			}
		}
	}
	return c, rs, nil
}
