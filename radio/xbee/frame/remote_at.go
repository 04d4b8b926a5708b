package frame

import "encoding/binary"

// RemoteAT is an AT for another module (0x17).
//
//	ID(1) Dest(8) Dest16(2) Options(1) Command(2) Value(n)
type RemoteAT struct {
	ID      byte
	Dest    Addr64
	Dest16  Addr16
	Options TxOptions // ApplyChanges, unless an AC will follow
	Command string
	Value   []byte
}

func (f *RemoteAT) Append(b []byte) []byte {
	b = append(b, byte(TypeRemoteAT), f.ID)
	b = appendAddresses(b, f.Dest, f.Dest16)
	b = append(b, byte(f.Options))
	b = appendCommand(b, f.Command)
	return append(b, f.Value...)
}

func (f *RemoteAT) Parse(data []byte) error {
	b, err := body(data, TypeRemoteAT, 14)
	if err != nil {
		return err
	}
	f.ID, f.Options, f.Command, f.Value = b[0], TxOptions(b[11]), string(b[12:14]), b[14:]
	f.Dest, f.Dest16 = addresses(b[1:])
	return nil
}

// RemoteATResponse answers a RemoteAT (0x97).
//
//	ID(1) Source(8) Source16(2) Command(2) Status(1) Value(n)
type RemoteATResponse struct {
	ID       byte
	Source   Addr64
	Source16 Addr16
	Command  string
	Status   ATStatus
	Value    []byte
}

func (f *RemoteATResponse) Append(b []byte) []byte {
	b = append(b, byte(TypeRemoteATResponse), f.ID)
	b = appendAddresses(b, f.Source, f.Source16)
	b = appendCommand(b, f.Command)
	b = append(b, byte(f.Status))
	return append(b, f.Value...)
}

func (f *RemoteATResponse) Parse(data []byte) error {
	b, err := body(data, TypeRemoteATResponse, 14)
	if err != nil {
		return err
	}
	f.ID, f.Command, f.Status, f.Value = b[0], string(b[11:13]), ATStatus(b[13]), b[14:]
	f.Source, f.Source16 = addresses(b[1:])
	return nil
}

// appendAddresses and addresses handle the pair that most frames carry: 8 octets and 2.
func appendAddresses(b []byte, a Addr64, a16 Addr16) []byte {
	b = binary.BigEndian.AppendUint64(b, uint64(a))
	return binary.BigEndian.AppendUint16(b, uint16(a16))
}

func addresses(b []byte) (Addr64, Addr16) {
	return Addr64(binary.BigEndian.Uint64(b)), Addr16(binary.BigEndian.Uint16(b[8:]))
}
