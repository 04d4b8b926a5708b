package sim

import (
	"fmt"
	"time"

	"mqttsn-gateway/gateway/engine"
	"mqttsn-gateway/mqttsn"
	"mqttsn-gateway/radio"
)

// A stranger sends what nobody has asked for, from addresses that nobody knows: noise, packets of every kind, searches,
// messages of QoS -1, CONNECTs that lead nowhere. None of it may hurt.
type stranger struct {
	w      *world
	timer  *timer
	serial int
}

func newStranger(w *world) {
	s := &stranger{w: w}
	s.timer = newTimer(&w.clock, s.act)
	s.timer.after(time.Minute)
}

func (s *stranger) act() {
	if s.w.leaving {
		return
	}
	s.timer.after(s.w.dice.around(20 * time.Second))
	dice := s.w.dice
	s.serial++
	from := engine.Addr{Link: engine.LinkID(dice.IntN(len(s.w.links))), Peer: peerAt(strangersHost, uint32(s.serial%20))}
	for range 1 + dice.IntN(3) {
		b := s.say()
		if dice.chance(0.2) && len(b) > 0 {
			b = b[:dice.IntN(len(b))]
		}
		if len(b) > 0 {
			s.w.links[from.Link].up(from, nil, b)
		}
	}
}

// strangersHost is where they all live.
const strangersHost = 666

func isStranger(p radio.Peer) bool { return hostOf(p) == strangersHost }

func (s *stranger) say() []byte {
	dice := s.w.dice
	id := fmt.Appendf(nil, "stranger%d", dice.IntN(5))
	switch dice.IntN(12) {
	case 0:
		b := make([]byte, dice.IntN(40))
		for i := range b {
			b[i] = byte(dice.Uint32())
		}
		return b
	case 1:
		return mqttsn.SearchGw{Radius: uint8(dice.IntN(4))}.Append(nil)
	case 2:
		return mqttsn.Publish{
			Flags: mqttsn.QoSMinus1.Flags() | mqttsn.Predefined.Flags(), TopicID: uint16(dice.IntN(4)), Data: []byte("unasked"),
		}.Append(nil)
	case 3:
		return mqttsn.Connect{ProtocolID: uint8(dice.IntN(3)), Flags: mqttsn.FlagWill, Duration: 10, ClientID: id}.Append(nil)
	case 4:
		return mqttsn.Connect{ProtocolID: 1, Flags: mqttsn.FlagCleanSession, Duration: 10, ClientID: id[:dice.IntN(len(id))]}.Append(nil)
	case 5:
		return mqttsn.WillTopic{Flags: mqttsn.QoS1.Flags(), Topic: []byte("stranger")}.Append(nil)
	case 6:
		return mqttsn.Subscribe{MsgID: 1, TopicName: []byte("#")}.Append(nil)
	case 7:
		return mqttsn.Pingreq{ClientID: id}.Append(nil)
	case 8:
		return mqttsn.Disconnect{Duration: uint16(dice.IntN(100))}.Append(nil)
	case 9:
		return mqttsn.Publish{Flags: mqttsn.QoS1.Flags(), TopicID: uint16(dice.IntN(10)), MsgID: 7, Data: []byte("x")}.Append(nil)
	case 10:
		return mqttsn.Forward{NodeID: []byte{1}, Inner: mqttsn.Pingreq{ClientID: id}.Append(nil)}.Append(nil)
	}
	return mqttsn.Pubrel{MsgID: uint16(dice.Uint32())}.Append(nil)
}
