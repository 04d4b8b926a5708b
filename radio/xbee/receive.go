package xbee

import (
	"time"

	"mqttsn-gateway/radio"
	"mqttsn-gateway/radio/xbee/frame"
)

// dispatch handles what is not an answer to a question of ours.
func (s *session) dispatch(data []byte) {
	var err error
	switch frame.Type(data[0]) {
	case frame.TypeReceive:
		var f frame.Receive
		if err = f.Parse(data); err == nil {
			s.receive(s.sender(f.Source, f.Source16), f.Source16, 0, f.Data)
		}
	case frame.TypeExplicitReceive:
		var f frame.ExplicitReceive
		if err = f.Parse(data); err == nil && f.Endpoint == frame.SerialData {
			s.receive(s.sender(f.Source, f.Source16), f.Source16, 0, f.Data)
		}
	case frame.TypeReceive64:
		var f frame.Receive64
		if err = f.Parse(data); err == nil {
			s.receive(Peer64(f.Source), frame.Unknown16, f.RSSI.DBm(), f.Data)
		}
	case frame.TypeReceive16:
		var f frame.Receive16
		if err = f.Parse(data); err == nil {
			s.receive(s.sender(frame.Unknown64, f.Source), f.Source, f.RSSI.DBm(), f.Data)
		}
	case frame.TypeTransmitStatus:
		var f frame.TransmitStatus
		if err = f.Parse(data); err == nil {
			s.landed(f.ID, f.Delivery, f.Dest16, f.Retries)
		}
	case frame.TypeTxStatus:
		var f frame.TxStatus
		if err = f.Parse(data); err == nil {
			s.landed(f.ID, f.Status, frame.Unknown16, 0)
		}
	case frame.TypeModemStatus:
		var f frame.ModemStatus
		if err = f.Parse(data); err == nil {
			s.modemStatus(f.Status)
		}
	case frame.TypeNodeID:
		var f frame.NodeID
		if err = f.Parse(data); err == nil {
			s.link.nodes.introduced(Peer64(f.Node), f.Node16, string(f.Name))
		}
	default:
		s.link.countUnknown()
	}
	if err != nil {
		s.link.CountInvalid()
	}
}

// sender tells who has sent a packet. The 16-bit address counts only if there is no other: on Zigbee that happens until
// the modem has learnt the 64-bit address, which we may know already.
func (s *session) sender(a frame.Addr64, a16 frame.Addr16) radio.Peer {
	if a != frame.Unknown64 {
		return Peer64(a)
	}
	if s.modem == nil {
		return radio.Peer{}
	}
	if s.modem.Family == Zigbee {
		if p, ok := s.link.nodes.owner(a16); ok {
			return p
		}
	}
	return Peer16(s.modem.PAN16, a16)
}

// receive hands a datagram to the reader. Where its frame does not tell how strong it was, the reader gets what was
// measured of the node before. Before the first interrogation nobody reads.
func (s *session) receive(p radio.Peer, a16 frame.Addr16, rssi int8, data []byte) {
	if s.modem == nil {
		s.link.countUnknown()
		return
	}
	s.link.nodes.heard(p, a16, rssi, time.Now())
	s.rssi.count++
	if rssi == 0 {
		s.rssi.heard = p
		rssi = s.link.nodes.rssi(p)
	}
	if !s.link.inbox.put(radio.Packet{Peer: p, Data: data, RSSI: rssi}) {
		s.link.CountOverflow()
	}
}
