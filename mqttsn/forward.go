package mqttsn

import "encoding/hex"

// Forward is a packet on its way between a forwarder and the gateway, with the node that it comes from or goes to
// (5.5). Its length octet counts all but the packet inside.
//
//	Length(1) 0xFE Ctrl(1) WirelessNodeId(n) packet
type Forward struct {
	// Radius is how many hops a broadcast travels behind the forwarder, 0 to 3; 0 is the whole network. It has a
	// meaning from the gateway only.
	Radius uint8

	// NodeID is the node's address, known to the forwarder alone: 0 to 252 octets.
	NodeID []byte

	// Inner is the datagram of the packet inside, which is not an encapsulation itself.
	Inner []byte
}

const (
	forwardFixed = 3
	radiusMask   = 0b11

	// MaxNodeID is the length of the longest wireless node id.
	MaxNodeID = maxShortLen - forwardFixed
)

func (Forward) Type() Type { return TypeForward }
func (p Forward) Len() int { return forwardFixed + len(p.NodeID) + len(p.Inner) }

// Append encodes nothing if the node id is longer than [MaxNodeID].
func (p Forward) Append(b []byte) []byte {
	if len(p.NodeID) > MaxNodeID {
		return b
	}
	b = append(b, byte(forwardFixed+len(p.NodeID)), byte(TypeForward), p.Radius&radiusMask)
	b = append(b, p.NodeID...)
	return append(b, p.Inner...)
}

// Parse reads a whole datagram, which is what [Split] returns for an encapsulation. The packet inside has the right
// length; it has not been parsed.
func (p *Forward) Parse(datagram []byte) (err error) {
	p.NodeID, p.Radius, p.Inner, err = SplitForward(datagram)
	return err
}

// SplitForward takes an encapsulated packet out of a datagram of [TypeForward]. Both slices share memory with the
// datagram. The reserved bits of Ctrl are ignored.
func SplitForward(datagram []byte) (nodeID []byte, radius uint8, inner []byte, err error) {
	if len(datagram) < forwardFixed {
		return nil, 0, nil, ErrTruncated
	}
	n := int(datagram[0])
	if n < forwardFixed || Type(datagram[1]) != TypeForward {
		return nil, 0, nil, ErrForward
	}
	if n >= len(datagram) {
		return nil, 0, nil, ErrTruncated
	}
	nodeID, radius, inner = datagram[forwardFixed:n], datagram[2]&radiusMask, datagram[n:]
	switch typ, _, err := Split(inner); {
	case err != nil:
		return nil, 0, nil, err
	case typ == TypeForward:
		return nil, 0, nil, ErrForward
	}
	return nodeID, radius, inner, nil
}

func (p Forward) String() string {
	l := newLine(TypeForward).field("node", hex.EncodeToString(p.NodeID))
	if p.Radius > 0 {
		l.field("radius", p.Radius)
	}
	inner, err := Parse(p.Inner)
	if err != nil {
		return l.data(p.Inner).String()
	}
	return l.add("|").add(inner).String()
}
