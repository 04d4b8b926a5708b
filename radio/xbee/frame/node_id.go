package frame

import (
	"bytes"
	"encoding/binary"
)

// A Role is the part that a module plays in its network.
type Role uint8

const (
	RoleCoordinator Role = 0
	RoleRouter      Role = 1
	RoleEndDevice   Role = 2
)

func (r Role) String() string {
	switch r {
	case RoleCoordinator:
		return "coordinator"
	case RoleRouter:
		return "router"
	case RoleEndDevice:
		return "end device"
	}
	return "unknown role"
}

// NodeID is a module introducing itself: its button was pressed, it has joined, it was switched on (0x95).
//
//	Sender(8) Sender16(2) Options(1) Node16(2) Node(8) Name(n) 00 Parent16(2) Role(1) Event(1) Profile(2)
//	Manufacturer(2) Extra(n)
type NodeID struct {
	Sender       Addr64 // who sent the frame, normally the node itself
	Sender16     Addr16
	Options      RxOptions
	Node         Addr64 // who it is about
	Node16       Addr16
	Name         []byte // NI, up to 20 octets
	Parent16     Addr16
	Role         Role
	Event        uint8 // 1 button, 2 joined, 3 power cycle
	Profile      uint16
	Manufacturer uint16
	Extra        []byte // device type identifier and RSSI, if the module's NO asks for them
}

func (f *NodeID) Append(b []byte) []byte {
	b = append(b, byte(TypeNodeID))
	b = appendAddresses(b, f.Sender, f.Sender16)
	b = append(b, byte(f.Options), byte(f.Node16>>8), byte(f.Node16))
	b = binary.BigEndian.AppendUint64(b, uint64(f.Node))
	b = append(b, f.Name...)
	b = append(b, 0, byte(f.Parent16>>8), byte(f.Parent16), byte(f.Role), f.Event)
	b = binary.BigEndian.AppendUint16(b, f.Profile)
	b = binary.BigEndian.AppendUint16(b, f.Manufacturer)
	return append(b, f.Extra...)
}

func (f *NodeID) Parse(data []byte) error {
	b, err := body(data, TypeNodeID, 21)
	if err != nil {
		return err
	}
	*f = NodeID{Options: RxOptions(b[10]), Node16: Addr16(binary.BigEndian.Uint16(b[11:])),
		Node: Addr64(binary.BigEndian.Uint64(b[13:]))}
	f.Sender, f.Sender16 = addresses(b)
	name, b, found := bytes.Cut(b[21:], []byte{0})
	if !found || len(b) < 8 {
		return ErrShort
	}
	f.Name, f.Parent16, f.Role, f.Event = name, Addr16(binary.BigEndian.Uint16(b)), Role(b[2]), b[3]
	f.Profile, f.Manufacturer, f.Extra = binary.BigEndian.Uint16(b[4:]), binary.BigEndian.Uint16(b[6:]), b[8:]
	return nil
}

// A Neighbour is a node that answered ND: the value of an ATResponse, not a frame.
//
//	Zigbee, DigiMesh: Node16(2) Node(8) Name(n) 00 Parent16(2) Role(1) Status(1) Profile(2) Manufacturer(2) …
//	802.15.4:         Node16(2) Node(8) RSSI(1) Name(n) 00
type Neighbour struct {
	Node     Addr64
	Node16   Addr16
	Name     []byte
	RSSI     RSSI   // 802.15.4 only, 0 elsewhere
	Parent16 Addr16 // Unknown16 on 802.15.4
	Role     Role   // not on 802.15.4
}

// ParseNeighbour reads the value of an ND answer of Zigbee and DigiMesh modules.
func ParseNeighbour(value []byte) (n Neighbour, err error) {
	if len(value) < 10 {
		return n, ErrShort
	}
	name, rest, found := bytes.Cut(value[10:], []byte{0})
	if !found || len(rest) < 3 {
		return n, ErrShort
	}
	return Neighbour{
		Node16: Addr16(binary.BigEndian.Uint16(value)), Node: Addr64(binary.BigEndian.Uint64(value[2:])),
		Name: name, Parent16: Addr16(binary.BigEndian.Uint16(rest)), Role: Role(rest[2]),
	}, nil
}

// ParseNeighbour802154 reads the value of an ND answer of 802.15.4 modules.
func ParseNeighbour802154(value []byte) (n Neighbour, err error) {
	if len(value) < 11 {
		return n, ErrShort
	}
	name, _, found := bytes.Cut(value[11:], []byte{0})
	if !found {
		return n, ErrShort
	}
	return Neighbour{
		Node16: Addr16(binary.BigEndian.Uint16(value)), Node: Addr64(binary.BigEndian.Uint64(value[2:])),
		RSSI: RSSI(value[10]), Name: name, Parent16: Unknown16,
	}, nil
}
