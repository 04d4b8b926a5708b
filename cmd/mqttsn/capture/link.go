package capture

import (
	"encoding/binary"
	"fmt"
)

// A linkType is a kind of network, by its registered number.
type linkType uint16

const (
	linkNull      linkType = 0 // loopback of BSD and macOS: the address family in 4 octets
	linkEthernet  linkType = 1
	linkRawBSD    linkType = 12 // bare IP has more than one number
	linkRawOpen   linkType = 14
	linkRaw       linkType = 101
	linkLoop      linkType = 108 // as linkNull
	linkLinuxAny  linkType = 113 // what Linux gives for the device "any"
	linkIPv4      linkType = 228
	linkIPv6      linkType = 229
	linkLinuxAny2 linkType = 276 // the same, newer
)

// ip strips a frame of the headers of its network. It returns nothing for a frame that does not carry IP.
func (l linkType) ip(b []byte) ([]byte, error) {
	switch l {
	case linkRaw, linkRawBSD, linkRawOpen, linkIPv4, linkIPv6:
		return b, nil
	case linkNull, linkLoop:
		return after(b, 4), nil // the families of IPv6 differ, but a packet says itself what it is
	case linkEthernet:
		return etherIP(b, 12, 14), nil
	case linkLinuxAny:
		return etherIP(b, 14, 16), nil
	case linkLinuxAny2:
		return etherIP(b, 0, 20), nil
	}
	return nil, fmt.Errorf("%w: its number is %d (LINKTYPE_)", ErrLinkType, l)
}

// etherIP finds the packet behind a header that has an EtherType somewhere in it, and behind VLAN tags.
func etherIP(b []byte, typeAt, headerLen int) []byte {
	if len(b) < headerLen {
		return nil
	}
	etherType, b := binary.BigEndian.Uint16(b[typeAt:]), b[headerLen:]
	for {
		switch etherType {
		case 0x0800, 0x86DD: // IPv4, IPv6
			return b
		case 0x8100, 0x88A8, 0x9100: // a tag, and the type of what follows
			if len(b) < 4 {
				return nil
			}
			etherType, b = binary.BigEndian.Uint16(b[2:]), b[4:]
		default:
			return nil
		}
	}
}

// after is what follows the first n octets, if anything.
func after(b []byte, n int) []byte { return b[min(n, len(b)):] }
