package radio

import (
	"encoding/binary"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"sync"
)

// Layout of a UDP peer. An IPv4 address is stored in its IPv4-in-IPv6 form, so a device has one name whether it was
// heard on an IPv4 or on a dual-stack socket.
//
//	Address(16) Port(2) Zone(2)
//
// Zone is 0, or for a link-local address a number from the link's zone table: the same fe80:: address may exist on two
// interfaces.
const (
	udpPeerPort = 16
	udpPeerZone = 18
)

// zones numbers the interface names that qualify link-local addresses. A name keeps its number while the link is open,
// also when the interface goes and comes back with another index.
type zones struct {
	mu      sync.RWMutex
	numbers map[string]uint16
	names   []string // names[n-1] has number n

	// indexes remembers the number for the system's index of an interface, so that the system is asked once.
	indexes map[uint32]uint16
}

// number finds the number of a zone and assigns one to a new zone.
func (z *zones) number(name string) uint16 {
	if name == "" {
		return 0
	}
	z.mu.RLock()
	n := z.numbers[name]
	z.mu.RUnlock()
	if n != 0 {
		return n
	}
	z.mu.Lock()
	defer z.mu.Unlock()
	if n := z.numbers[name]; n != 0 || len(z.names) == maxZones {
		return n
	}
	if z.numbers == nil {
		z.numbers = make(map[string]uint16)
	}
	z.names = append(z.names, name)
	z.numbers[name] = uint16(len(z.names))
	return z.numbers[name]
}

// numberOfIndex finds the number of the interface with the system's index i, 0 for none.
func (z *zones) numberOfIndex(i uint32) uint16 {
	if i == 0 {
		return 0
	}
	z.mu.RLock()
	n := z.indexes[i]
	z.mu.RUnlock()
	if n != 0 {
		return n
	}
	ifi, err := net.InterfaceByIndex(int(i))
	if err != nil {
		return 0
	}
	n = z.number(ifi.Name)
	z.mu.Lock()
	defer z.mu.Unlock()
	if z.indexes == nil {
		z.indexes = make(map[uint32]uint16)
	}
	if len(z.indexes) < maxZones {
		z.indexes[i] = n
	}
	return n
}

// maxZones bounds the table. Peers on later zones are heard, but not told apart by zone and cannot be answered.
const maxZones = 1024

// name is the inverse of number, "" for a number never assigned.
func (z *zones) name(n uint16) string {
	z.mu.RLock()
	defer z.mu.RUnlock()
	if n == 0 || int(n) > len(z.names) {
		return ""
	}
	return z.names[n-1]
}

// Peer makes the peer that stands for an address and port on this link.
func (u *UDP) Peer(a netip.AddrPort) Peer {
	return udpPeer(a.Addr().As16(), a.Port(), u.zones.number(a.Addr().Zone()))
}

func udpPeer(ip [16]byte, port, zone uint16) (p Peer) {
	copy(p[:], ip[:])
	binary.BigEndian.PutUint16(p[udpPeerPort:], port)
	binary.BigEndian.PutUint16(p[udpPeerZone:], zone)
	return p
}

// AddrPort is the inverse of Peer. The address is never in IPv4-in-IPv6 form.
func (u *UDP) AddrPort(p Peer) netip.AddrPort {
	ip := netip.AddrFrom16([16]byte(p[:udpPeerPort])).Unmap()
	if n := binary.BigEndian.Uint16(p[udpPeerZone:]); n != 0 {
		ip = ip.WithZone(u.zones.name(n))
	}
	return netip.AddrPortFrom(ip, binary.BigEndian.Uint16(p[udpPeerPort:]))
}

// FormatPeer writes a peer as 192.0.2.7:1884, [2001:db8::7]:1884 or [fe80::7%eth0]:1884.
func (u *UDP) FormatPeer(p Peer) string { return u.AddrPort(p).String() }

// ParsePeer reads what FormatPeer wrote.
func (u *UDP) ParsePeer(s string) (Peer, error) {
	a, err := netip.ParseAddrPort(s)
	if err != nil {
		return Peer{}, fmt.Errorf("radio: not a UDP peer: %w", err)
	}
	if a.Port() == 0 {
		return Peer{}, errNoPort
	}
	return u.Peer(a), nil
}

var errNoPort = errors.New("radio: not a UDP peer: port 0")
