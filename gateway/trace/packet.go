package trace

import (
	"time"

	"mqttsn-gateway/gateway/engine"
	"mqttsn-gateway/mqttsn"
	"mqttsn-gateway/mqttsn/v2"
	"mqttsn-gateway/mqttsn/v2/protection"
	"mqttsn-gateway/radio"
)

// A Packet is a datagram that the gateway received or sent.
type Packet struct {
	At        time.Time
	Out       bool        // the gateway sent it
	Broadcast bool        // to everyone in reach; Addr has only the link then
	Addr      engine.Addr // of the device; Sender is not used
	Client    string      // whose session it concerns, or who wants one; empty if that is not known
	Version   v2.Version  // of that session, or of the sender, as far as it is known
	Data      []byte      // encapsulation of a forwarder included; not to be changed
	Lost      uint64      // packets before this one that were not kept, because the Tap was full
}

// AddrOf is the address that a datagram from a peer comes from, as the engine has it: with the node that a forwarder's
// encapsulation names (v1.2, 5.5; v2.0, 3.19), and the sender that a protected packet names (v2.0, 3.17).
func AddrOf(link engine.LinkID, peer radio.Peer, data []byte) engine.Addr {
	a := engine.Addr{Link: link, Peer: peer}
	if typ, body, err := v2.Split(data); err == nil && typ == v2.TypeForwarder {
		var f v2.Forwarder
		if f.Parse(body) == nil {
			a.Forwarded, a.Forwarder2, a.Node, data = true, true, string(f.Address), f.Inner
		}
	} else if node, _, inner, err := mqttsn.SplitForward(data); err == nil {
		a.Forwarded, a.Node, data = true, string(node), inner
	}
	if typ, _, err := v2.Split(data); err == nil && typ == v2.TypeProtection {
		a.Sender, _ = protection.SenderOf(data)
	}
	return a
}
