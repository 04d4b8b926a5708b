package trace

import (
	"mqttsn-gateway/gateway/engine"
	"mqttsn-gateway/mqttsn"
	"mqttsn-gateway/mqttsn/v2"
)

// A witness remembers who spoke from an address, and in which version of the protocol: a device that is refused has no
// session, and one that says goodbye has none when it is answered.
type witness struct {
	seen map[engine.Addr]speaker
}

type speaker struct {
	client  string
	version v2.Version
}

// maxSpeakers bounds what a witness remembers. When there are more, it begins anew.
const maxSpeakers = 10_000

// see completes what is known of a packet.
func (w *witness) see(p *Packet) {
	if p.Broadcast {
		return
	}
	p.Addr.Sender = v2.SenderID{} // what we send is protected in our own name
	s := w.seen[p.Addr]
	before := s
	if p.Version != v2.Neither {
		s.version = p.Version
	}
	if !p.Out {
		if v := v2.Detect(p.Data, v2.Origin{Version: s.version}); v == v2.V12 || v == v2.V20 {
			s.version = v
		}
	}
	switch asks := clientOf(p.Data, s.version); {
	case p.Client != "":
		s.client = p.Client
	case asks != "" && !p.Out:
		s.client = asks
	}
	p.Client, p.Version = s.client, s.version
	if s != before {
		w.remember(p.Addr, s)
	}
}

func (w *witness) remember(a engine.Addr, s speaker) {
	if w.seen == nil || len(w.seen) >= maxSpeakers {
		w.seen = make(map[engine.Addr]speaker)
	}
	w.seen[a] = s
}

// clientOf is the client id in a packet that asks for a session; empty if it has none.
func clientOf(datagram []byte, version v2.Version) string {
	if version == v2.V20 {
		return client20(datagram)
	}
	return client12(datagram)
}

func client12(datagram []byte) string {
	if _, _, inner, err := mqttsn.SplitForward(datagram); err == nil {
		datagram = inner
	}
	p, err := mqttsn.Parse(datagram)
	if err != nil {
		return ""
	}
	switch p := p.(type) {
	case *mqttsn.Connect:
		return string(p.ClientID)
	case *mqttsn.Pingreq:
		return string(p.ClientID)
	}
	return ""
}

func client20(datagram []byte) string {
	p, err := v2.Parse(datagram)
	if err != nil {
		return ""
	}
	switch p := p.(type) {
	case *v2.Connect:
		return string(p.ClientID)
	case *v2.Connection:
		return string(p.ClientID)
	case *v2.Forwarder:
		return client20(p.Inner)
	}
	return ""
}
