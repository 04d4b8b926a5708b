package frame

import "encoding/binary"

// The frames of 802.15.4 modules before the S2C; later ones still understand them, and receive so while AO is 2.

// Transmit64 sends a packet to a 64-bit address (0x00).
//
//	ID(1) Dest(8) Options(1) Data(n)
type Transmit64 struct {
	ID      byte // of the TxStatus; 0 for none
	Dest    Addr64
	Options TxOptions
	Data    []byte
}

// Transmit64Overhead is how many octets of frame data a Transmit64 has beside its Data.
const Transmit64Overhead = 11

func (f *Transmit64) Append(b []byte) []byte {
	b = append(b, byte(TypeTransmit64), f.ID)
	b = binary.BigEndian.AppendUint64(b, uint64(f.Dest))
	b = append(b, byte(f.Options))
	return append(b, f.Data...)
}

func (f *Transmit64) Parse(data []byte) error {
	b, err := body(data, TypeTransmit64, Transmit64Overhead-1)
	if err != nil {
		return err
	}
	*f = Transmit64{ID: b[0], Dest: Addr64(binary.BigEndian.Uint64(b[1:])), Options: TxOptions(b[9]), Data: b[10:]}
	return nil
}

// Transmit16 sends a packet to a 16-bit address (0x01).
//
//	ID(1) Dest(2) Options(1) Data(n)
type Transmit16 struct {
	ID      byte
	Dest    Addr16
	Options TxOptions
	Data    []byte
}

func (f *Transmit16) Append(b []byte) []byte {
	b = append(b, byte(TypeTransmit16), f.ID, byte(f.Dest>>8), byte(f.Dest), byte(f.Options))
	return append(b, f.Data...)
}

func (f *Transmit16) Parse(data []byte) error {
	b, err := body(data, TypeTransmit16, 4)
	if err != nil {
		return err
	}
	*f = Transmit16{ID: b[0], Dest: Addr16(b[1])<<8 | Addr16(b[2]), Options: TxOptions(b[3]), Data: b[4:]}
	return nil
}

// TxStatus tells what became of a Transmit64 or Transmit16 (0x89).
//
//	ID(1) Status(1)
type TxStatus struct {
	ID     byte
	Status Delivery
}

func (f *TxStatus) Append(b []byte) []byte {
	return append(b, byte(TypeTxStatus), f.ID, byte(f.Status))
}

func (f *TxStatus) Parse(data []byte) error {
	b, err := body(data, TypeTxStatus, 2)
	if err != nil {
		return err
	}
	*f = TxStatus{ID: b[0], Status: Delivery(b[1])}
	return nil
}

// An RSSI is the strength of a received signal in negative dBm: 40 is -40 dBm.
type RSSI uint8

// DBm returns the strength in dBm, not below -128.
func (r RSSI) DBm() int8 { return int8(-min(int(r), 128)) }

// Receive64 is a packet from a module that sends with its 64-bit address (0x80).
//
//	Source(8) RSSI(1) Options(1) Data(n)
type Receive64 struct {
	Source  Addr64
	RSSI    RSSI
	Options RxOptions
	Data    []byte
}

func (f *Receive64) Append(b []byte) []byte {
	b = append(b, byte(TypeReceive64))
	b = binary.BigEndian.AppendUint64(b, uint64(f.Source))
	b = append(b, byte(f.RSSI), byte(f.Options))
	return append(b, f.Data...)
}

func (f *Receive64) Parse(data []byte) error {
	b, err := body(data, TypeReceive64, 10)
	if err != nil {
		return err
	}
	*f = Receive64{Source: Addr64(binary.BigEndian.Uint64(b)), RSSI: RSSI(b[8]), Options: RxOptions(b[9]), Data: b[10:]}
	return nil
}

// Receive16 is a packet from a module that has a 16-bit address, and sends with that (0x81).
//
//	Source(2) RSSI(1) Options(1) Data(n)
type Receive16 struct {
	Source  Addr16
	RSSI    RSSI
	Options RxOptions
	Data    []byte
}

func (f *Receive16) Append(b []byte) []byte {
	b = append(b, byte(TypeReceive16), byte(f.Source>>8), byte(f.Source), byte(f.RSSI), byte(f.Options))
	return append(b, f.Data...)
}

func (f *Receive16) Parse(data []byte) error {
	b, err := body(data, TypeReceive16, 4)
	if err != nil {
		return err
	}
	*f = Receive16{Source: Addr16(b[0])<<8 | Addr16(b[1]), RSSI: RSSI(b[2]), Options: RxOptions(b[3]), Data: b[4:]}
	return nil
}
