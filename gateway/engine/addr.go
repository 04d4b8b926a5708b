package engine

import (
	v2 "mqttsn-gateway/mqttsn/v2"
	"mqttsn-gateway/radio"
)

// A LinkID numbers a link while the gateway runs: its place in Config.Links. The configuration and the store know links
// by name.
type LinkID uint8

// An Addr is where a device was last heard: a link, the peer's address there and, behind a forwarder, the wireless node
// id. It is comparable and serves as a map key. An address belongs to at most one session.
type Addr struct {
	Link LinkID

	// Forwarded says that the device is reached through a forwarder (v1.2, 5.5); Forwarder2 that this one speaks version
	// 2.0 (v2.0, 3.19). Devices behind either may speak any version.
	Forwarded, Forwarder2 bool

	Peer radio.Peer

	// Sender is who protects the packets (v2.0, 3.17.4), zero if nobody does: what is not protected comes from another
	// address.
	Sender v2.SenderID

	Node string // 0 to 255 opaque octets; Forwarded tells an empty one from none
}

// Protected reports whether packets from and to a are protected.
func (a Addr) Protected() bool { return a.Sender != v2.SenderID{} }

// outer is the address without the wireless node id: the forwarder's own.
func (a Addr) outer() Addr { return Addr{Link: a.Link, Peer: a.Peer} }
