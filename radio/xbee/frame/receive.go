package frame

// Receive is a packet that came in: Zigbee, DigiMesh, and 802.15.4 since the S2C, while AO is 0 (0x90).
//
//	Source(8) Source16(2) Options(1) Data(n)
type Receive struct {
	Source   Addr64
	Source16 Addr16
	Options  RxOptions
	Data     []byte
}

func (f *Receive) Append(b []byte) []byte {
	b = append(b, byte(TypeReceive))
	b = appendAddresses(b, f.Source, f.Source16)
	b = append(b, byte(f.Options))
	return append(b, f.Data...)
}

func (f *Receive) Parse(data []byte) error {
	b, err := body(data, TypeReceive, 11)
	if err != nil {
		return err
	}
	f.Options, f.Data = RxOptions(b[10]), b[11:]
	f.Source, f.Source16 = addresses(b)
	return nil
}
