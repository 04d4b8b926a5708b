package frame

import "encoding/binary"

// SourceRoute gives the modem the way to a Zigbee node (0x21). There is no answer: a wrong one is silently ignored.
//
//	ID(1)=0 Dest(8) Dest16(2) Options(1)=0 Count(1) Hops(2 each)
type SourceRoute struct {
	Dest   Addr64
	Dest16 Addr16   // has to be known
	Hops   []Addr16 // from the destination's neighbour to our own, 1 to 30
}

func (f *SourceRoute) Append(b []byte) []byte {
	b = append(b, byte(TypeSourceRoute), 0)
	b = appendAddresses(b, f.Dest, f.Dest16)
	b = append(b, 0)
	return appendHops(b, f.Hops)
}

func (f *SourceRoute) Parse(data []byte) error {
	b, err := body(data, TypeSourceRoute, 13)
	if err != nil {
		return err
	}
	f.Dest, f.Dest16 = addresses(b[1:])
	f.Hops, err = hops(b[12:])
	return err
}

// RouteRecord is the way that a packet took to us; a SourceRoute wants the same order (0xA1).
//
//	Source(8) Source16(2) Options(1) Count(1) Hops(2 each)
type RouteRecord struct {
	Source   Addr64
	Source16 Addr16
	Options  RxOptions
	Hops     []Addr16
}

func (f *RouteRecord) Append(b []byte) []byte {
	b = append(b, byte(TypeRouteRecord))
	b = appendAddresses(b, f.Source, f.Source16)
	b = append(b, byte(f.Options))
	return appendHops(b, f.Hops)
}

func (f *RouteRecord) Parse(data []byte) error {
	b, err := body(data, TypeRouteRecord, 12)
	if err != nil {
		return err
	}
	f.Options = RxOptions(b[10])
	f.Source, f.Source16 = addresses(b)
	f.Hops, err = hops(b[11:])
	return err
}

func appendHops(b []byte, hops []Addr16) []byte {
	b = append(b, byte(len(hops)))
	for _, h := range hops {
		b = binary.BigEndian.AppendUint16(b, uint16(h))
	}
	return b
}

// hops reads what appendHops wrote; b has at least the octet of the count.
func hops(b []byte) ([]Addr16, error) {
	n := int(b[0])
	b = b[1:]
	if len(b) < 2*n {
		return nil, ErrShort
	}
	hops := make([]Addr16, n)
	for i := range hops {
		hops[i] = Addr16(binary.BigEndian.Uint16(b[2*i:]))
	}
	return hops, nil
}

// ManyToOne tells that a concentrator asks everyone for a route to it (0xA3).
//
//	Source(8) Source16(2) 00
type ManyToOne struct {
	Source   Addr64
	Source16 Addr16
}

func (f *ManyToOne) Append(b []byte) []byte {
	b = append(b, byte(TypeManyToOne))
	return append(appendAddresses(b, f.Source, f.Source16), 0)
}

func (f *ManyToOne) Parse(data []byte) error {
	b, err := body(data, TypeManyToOne, 11)
	if err != nil {
		return err
	}
	f.Source, f.Source16 = addresses(b)
	return nil
}

// RouteInfo tells of one hop of a packet that was sent with TraceRoute or Nack (0x8D).
//
//	Event(1) Length(1) Timestamp(4) AckTimeouts(1) Blocked(1) 00 Dest(8) Source(8) Responder(8) Receiver(8)
type RouteInfo struct {
	Event       uint8  // 0x11 Nack, 0x12 trace
	Timestamp   uint32 // of the responder, in microseconds; starts anew about once an hour
	AckTimeouts uint8
	Blocked     uint8  // attempts held up by other traffic
	Dest        Addr64 // of the packet
	Source      Addr64 // of the packet
	Responder   Addr64 // who sent it on, and tells
	Receiver    Addr64 // to whom
}

// routeInfoLength is what the Length field counts.
const routeInfoLength = 39

func (f *RouteInfo) Append(b []byte) []byte {
	b = append(b, byte(TypeRouteInfo), f.Event, routeInfoLength)
	b = binary.BigEndian.AppendUint32(b, f.Timestamp)
	b = append(b, f.AckTimeouts, f.Blocked, 0)
	for _, a := range [...]Addr64{f.Dest, f.Source, f.Responder, f.Receiver} {
		b = binary.BigEndian.AppendUint64(b, uint64(a))
	}
	return b
}

func (f *RouteInfo) Parse(data []byte) error {
	b, err := body(data, TypeRouteInfo, 2+routeInfoLength)
	if err != nil {
		return err
	}
	*f = RouteInfo{Event: b[0], Timestamp: binary.BigEndian.Uint32(b[2:]), AckTimeouts: b[6], Blocked: b[7]}
	for i, a := range [...]*Addr64{&f.Dest, &f.Source, &f.Responder, &f.Receiver} {
		*a = Addr64(binary.BigEndian.Uint64(b[9+8*i:]))
	}
	return nil
}
