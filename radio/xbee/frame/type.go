package frame

import "fmt"

// A Type is the first octet of frame data. Types below 0x80 go to the modem, the others come from it.
type Type uint8

const (
	TypeTransmit64          Type = 0x00
	TypeTransmit16          Type = 0x01
	TypeAT                  Type = 0x08
	TypeATQueued            Type = 0x09
	TypeTransmit            Type = 0x10
	TypeExplicitTransmit    Type = 0x11
	TypeRemoteAT            Type = 0x17
	TypeSourceRoute         Type = 0x21
	TypeRegister            Type = 0x24
	TypeReceive64           Type = 0x80
	TypeReceive16           Type = 0x81
	TypeSamples64           Type = 0x82
	TypeSamples16           Type = 0x83
	TypeATResponse          Type = 0x88
	TypeTxStatus            Type = 0x89
	TypeModemStatus         Type = 0x8A
	TypeTransmitStatus      Type = 0x8B
	TypeRouteInfo           Type = 0x8D
	TypeReceive             Type = 0x90
	TypeExplicitReceive     Type = 0x91
	TypeSample              Type = 0x92
	TypeNodeID              Type = 0x95
	TypeRemoteATResponse    Type = 0x97
	TypeExtendedModemStatus Type = 0x98
	TypeUpdateStatus        Type = 0xA0
	TypeRouteRecord         Type = 0xA1
	TypeAuthenticated       Type = 0xA2
	TypeManyToOne           Type = 0xA3
	TypeRegisterStatus      Type = 0xA4
	TypeJoinNotification    Type = 0xA5
)

// types is the list of what we know, in the order of the reference.
var types = map[Type]struct {
	name string
	make func() Frame
}{
	TypeTransmit64:          {"64-bit transmit request", func() Frame { return new(Transmit64) }},
	TypeTransmit16:          {"16-bit transmit request", func() Frame { return new(Transmit16) }},
	TypeAT:                  {"AT command", func() Frame { return new(AT) }},
	TypeATQueued:            {"queued AT command", func() Frame { return new(AT) }},
	TypeTransmit:            {"transmit request", func() Frame { return new(Transmit) }},
	TypeExplicitTransmit:    {"explicit transmit request", func() Frame { return new(ExplicitTransmit) }},
	TypeRemoteAT:            {"remote AT command", func() Frame { return new(RemoteAT) }},
	TypeSourceRoute:         {"create source route", func() Frame { return new(SourceRoute) }},
	TypeRegister:            {"register joining device", func() Frame { return new(Register) }},
	TypeReceive64:           {"64-bit receive packet", func() Frame { return new(Receive64) }},
	TypeReceive16:           {"16-bit receive packet", func() Frame { return new(Receive16) }},
	TypeSamples64:           {"64-bit I/O samples", func() Frame { return new(Samples64) }},
	TypeSamples16:           {"16-bit I/O samples", func() Frame { return new(Samples16) }},
	TypeATResponse:          {"AT response", func() Frame { return new(ATResponse) }},
	TypeTxStatus:            {"TX status", func() Frame { return new(TxStatus) }},
	TypeModemStatus:         {"modem status", func() Frame { return new(ModemStatus) }},
	TypeTransmitStatus:      {"transmit status", func() Frame { return new(TransmitStatus) }},
	TypeRouteInfo:           {"route information", func() Frame { return new(RouteInfo) }},
	TypeReceive:             {"receive packet", func() Frame { return new(Receive) }},
	TypeExplicitReceive:     {"explicit receive packet", func() Frame { return new(ExplicitReceive) }},
	TypeSample:              {"I/O sample", func() Frame { return new(Sample) }},
	TypeNodeID:              {"node identification", func() Frame { return new(NodeID) }},
	TypeRemoteATResponse:    {"remote AT response", func() Frame { return new(RemoteATResponse) }},
	TypeExtendedModemStatus: {"extended modem status", func() Frame { return new(ExtendedModemStatus) }},
	TypeUpdateStatus:        {"firmware update status", func() Frame { return new(UpdateStatus) }},
	TypeRouteRecord:         {"route record", func() Frame { return new(RouteRecord) }},
	TypeAuthenticated:       {"device authenticated", func() Frame { return new(Authenticated) }},
	TypeManyToOne:           {"many-to-one route request", func() Frame { return new(ManyToOne) }},
	TypeRegisterStatus:      {"registration status", func() Frame { return new(RegisterStatus) }},
	TypeJoinNotification:    {"join notification", func() Frame { return new(JoinNotification) }},
}

// New returns an empty frame of type t, nil if t is unknown.
func New(t Type) Frame {
	if known, ok := types[t]; ok {
		return known.make()
	}
	return nil
}

func (t Type) String() string {
	if known, ok := types[t]; ok {
		return fmt.Sprintf("%s (0x%02X)", known.name, uint8(t))
	}
	return fmt.Sprintf("unknown frame (0x%02X)", uint8(t))
}
