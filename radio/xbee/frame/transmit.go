package frame

// Transmit sends a packet: Zigbee, DigiMesh, and 802.15.4 since the S2C (0x10).
//
//	ID(1) Dest(8) Dest16(2) Radius(1) Options(1) Data(n)
type Transmit struct {
	ID      byte // of the TransmitStatus; 0 for none
	Dest    Addr64
	Dest16  Addr16 // Unknown16 lets the modem find it out
	Radius  uint8  // hops of a broadcast; 0 means as many as there are
	Options TxOptions
	Data    []byte
}

// TransmitOverhead is how many octets of frame data a Transmit has beside its Data.
const TransmitOverhead = 14

func (f *Transmit) Append(b []byte) []byte {
	b = append(b, byte(TypeTransmit), f.ID)
	b = appendAddresses(b, f.Dest, f.Dest16)
	b = append(b, f.Radius, byte(f.Options))
	return append(b, f.Data...)
}

func (f *Transmit) Parse(data []byte) error {
	b, err := body(data, TypeTransmit, TransmitOverhead-1)
	if err != nil {
		return err
	}
	f.ID, f.Radius, f.Options, f.Data = b[0], b[11], TxOptions(b[12]), b[13:]
	f.Dest, f.Dest16 = addresses(b[1:])
	return nil
}

// TransmitStatus tells what became of a Transmit or ExplicitTransmit (0x8B).
//
//	ID(1) Dest16(2) Retries(1) Delivery(1) Discovery(1)
type TransmitStatus struct {
	ID        byte
	Dest16    Addr16 // the address that was used; NotFound16 if none
	Retries   uint8
	Delivery  Delivery
	Discovery uint8 // 0x01: the address was searched, 0x02: a route was, 0x40: extended timeout
}

func (f *TransmitStatus) Append(b []byte) []byte {
	return append(b, byte(TypeTransmitStatus), f.ID, byte(f.Dest16>>8), byte(f.Dest16), f.Retries,
		byte(f.Delivery), f.Discovery)
}

func (f *TransmitStatus) Parse(data []byte) error {
	b, err := body(data, TypeTransmitStatus, 6)
	if err != nil {
		return err
	}
	*f = TransmitStatus{ID: b[0], Dest16: Addr16(b[1])<<8 | Addr16(b[2]), Retries: b[3],
		Delivery: Delivery(b[4]), Discovery: b[5]}
	return nil
}
