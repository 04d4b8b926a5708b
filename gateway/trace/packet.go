package trace

import (
	"time"

	"mqttsn-gateway/gateway/engine"
	"mqttsn-gateway/mqttsn"
	"mqttsn-gateway/mqttsn/v2"
	"mqttsn-gateway/radio"
)

// A Packet is a datagram that the gateway received or sent.
type Packet struct {
	At        time.Time
	Out       bool        // the gateway sent it
	Broadcast bool        // to everyone in reach; Addr has only the link then
	Addr      engine.Addr // of the device
	Client    string      // whose session it concerns, or who wants one; empty if that is not known
	Version   v2.Version  // as far as it is known
	Data      []byte      // encapsulation of a forwarder included; not to be changed
	Lost      uint64      // packets before this one that were not kept, because the Tap was full
}

// AddrOf is the address that a datagram from a peer comes from, or one to it goes to: with the node that a forwarder's
// encapsulation names.
func AddrOf(link engine.LinkID, peer radio.Peer, data []byte) engine.Addr {
	a := engine.Addr{Link: link, Peer: peer}
	if node, _, _, err := mqttsn.SplitForward(data); err == nil {
		a.Node, a.Forwarded = string(node), true
	}
	return a
}
