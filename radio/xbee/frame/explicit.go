package frame

import "encoding/binary"

// An Endpoint is the Zigbee address of an application within a module, and what it speaks.
//
//	SourceEndpoint(1) DestEndpoint(1) Cluster(2) Profile(2)
type Endpoint struct {
	Source  uint8
	Dest    uint8
	Cluster uint16
	Profile uint16
}

// SerialData makes an ExplicitTransmit equal to a Transmit; an ExplicitReceive with it is what a Receive would be.
var SerialData = Endpoint{Source: 0xE8, Dest: 0xE8, Cluster: 0x0011, Profile: 0xC105}

func (e Endpoint) append(b []byte) []byte {
	b = append(b, e.Source, e.Dest)
	b = binary.BigEndian.AppendUint16(b, e.Cluster)
	return binary.BigEndian.AppendUint16(b, e.Profile)
}

func endpoint(b []byte) Endpoint {
	return Endpoint{Source: b[0], Dest: b[1], Cluster: binary.BigEndian.Uint16(b[2:]),
		Profile: binary.BigEndian.Uint16(b[4:])}
}

// ExplicitTransmit is a Transmit that names the endpoints (0x11). It is answered by a TransmitStatus.
//
//	ID(1) Dest(8) Dest16(2) Endpoint(6) Radius(1) Options(1) Data(n)
type ExplicitTransmit struct {
	ID       byte
	Dest     Addr64
	Dest16   Addr16
	Endpoint Endpoint
	Radius   uint8
	Options  TxOptions
	Data     []byte
}

// ExplicitTransmitOverhead is how many octets of frame data an ExplicitTransmit has beside its Data.
const ExplicitTransmitOverhead = 20

func (f *ExplicitTransmit) Append(b []byte) []byte {
	b = append(b, byte(TypeExplicitTransmit), f.ID)
	b = appendAddresses(b, f.Dest, f.Dest16)
	b = f.Endpoint.append(b)
	b = append(b, f.Radius, byte(f.Options))
	return append(b, f.Data...)
}

func (f *ExplicitTransmit) Parse(data []byte) error {
	b, err := body(data, TypeExplicitTransmit, ExplicitTransmitOverhead-1)
	if err != nil {
		return err
	}
	f.ID, f.Endpoint, f.Radius, f.Options, f.Data = b[0], endpoint(b[11:]), b[17], TxOptions(b[18]), b[19:]
	f.Dest, f.Dest16 = addresses(b[1:])
	return nil
}

// ExplicitReceive is a packet that came in while AO is 1 (0x91).
//
//	Source(8) Source16(2) Endpoint(6) Options(1) Data(n)
type ExplicitReceive struct {
	Source   Addr64
	Source16 Addr16
	Endpoint Endpoint
	Options  RxOptions
	Data     []byte
}

func (f *ExplicitReceive) Append(b []byte) []byte {
	b = append(b, byte(TypeExplicitReceive))
	b = appendAddresses(b, f.Source, f.Source16)
	b = f.Endpoint.append(b)
	b = append(b, byte(f.Options))
	return append(b, f.Data...)
}

func (f *ExplicitReceive) Parse(data []byte) error {
	b, err := body(data, TypeExplicitReceive, 17)
	if err != nil {
		return err
	}
	f.Endpoint, f.Options, f.Data = endpoint(b[10:]), RxOptions(b[16]), b[17:]
	f.Source, f.Source16 = addresses(b)
	return nil
}
