package frame

import "encoding/binary"

// UpdateStatus tells how a firmware update over the air goes (0xA0).
//
//	Source(8) Updater16(2) Options(1) Message(1) Block(1) Target(8)
type UpdateStatus struct {
	Source    Addr64 // who tells
	Updater16 Addr16
	Options   RxOptions
	Message   uint8 // 0x06 ACK, 0x15 NACK, 0x40 no MAC ACK, 0x51 query, 0x52 query response
	Block     uint8
	Target    Addr64 // who is being updated
}

func (f *UpdateStatus) Append(b []byte) []byte {
	b = append(b, byte(TypeUpdateStatus))
	b = appendAddresses(b, f.Source, f.Updater16)
	b = append(b, byte(f.Options), f.Message, f.Block)
	return binary.BigEndian.AppendUint64(b, uint64(f.Target))
}

func (f *UpdateStatus) Parse(data []byte) error {
	b, err := body(data, TypeUpdateStatus, 21)
	if err != nil {
		return err
	}
	*f = UpdateStatus{Options: RxOptions(b[10]), Message: b[11], Block: b[12],
		Target: Addr64(binary.BigEndian.Uint64(b[13:]))}
	f.Source, f.Updater16 = addresses(b)
	return nil
}
