package sim

import (
	"fmt"
	"slices"
	"time"

	"mqttsn-gateway/gateway/engine"
	"mqttsn-gateway/mqttsn"
)

// A rawDevice is written by hand and keeps few rules: it has many messages under way at a time, counts its MsgIds past
// their end, publishes while it sleeps, asks without saying who it is, and sends more than anybody should.
type rawDevice struct {
	w     *world
	watch *watch
	addr  engine.Addr

	state   rawState
	begun   time.Duration // of the state
	msgID   uint16
	named   uint16            // MsgId of the REGISTER under way
	ids     map[string]uint16 // what REGACK said
	pending []rawSend
	lost    uint16 // MsgId of a message to a topic id that means nothing, which the gateway must say; 0: it has
	timer   *timer
	over    bool
}

type rawState uint8

const (
	rawConnecting rawState = iota
	rawRegistering
	rawActive
	rawAsleep
)

// A rawSend is a publication that is not acknowledged.
type rawSend struct {
	packet   mqttsn.Publish
	released bool
	tries    int
	due      time.Duration
}

// rawDevices is how many there are.
const rawDevices = 3

var rawTopics = []string{"plant/1/temp", "plant/2/set"}

func newRawDevice(w *world, i int) *rawDevice {
	l := engine.LinkID(i % len(w.links))
	d := &rawDevice{w: w, watch: newWatch(w, fmt.Sprintf("raw%d", i), l)}
	d.addr = engine.Addr{Link: l, Peer: peerAt(uint32(d.watch.party.index+1), 1)}
	w.stations[d.addr] = d
	d.timer = newTimer(&w.clock, d.act)
	d.reboot()
	return d
}

func (d *rawDevice) reboot() {
	d.ids = make(map[string]uint16)
	d.pending = nil
	d.msgID = 65500 // runs past its end soon
	d.enter(rawConnecting)
	d.timer.after(d.w.dice.between(0, time.Minute))
}

func (d *rawDevice) enter(s rawState) { d.state, d.begun, d.lost = s, d.w.now, 0 }

func (d *rawDevice) send(p mqttsn.Packet) {
	d.w.links[d.addr.Link].up(d.addr, d.watch, p.Append(nil))
}

func (d *rawDevice) nextID() uint16 {
	if d.msgID++; d.msgID == 0 {
		d.msgID = 1
	}
	return d.msgID
}

// act does what is next, several times a minute.
func (d *rawDevice) act() {
	if d.over {
		return
	}
	d.timer.after(d.w.dice.between(time.Second, 15*time.Second))
	d.sendAgain()
	switch d.state {
	case rawConnecting:
		d.send(&mqttsn.Connect{
			Flags: mqttsn.FlagCleanSession, ProtocolID: mqttsn.ProtocolID, Duration: 120, ClientID: []byte(d.watch.name),
		})
	case rawRegistering:
		d.register()
	case rawActive:
		d.actAwake()
	case rawAsleep:
		d.actAsleep()
	}
}

// register registers what is missing, and then subscribes.
func (d *rawDevice) register() {
	for _, name := range rawTopics {
		if d.ids[name] == 0 {
			d.named = d.nextID()
			d.send(&mqttsn.Register{MsgID: d.named, TopicName: []byte(name)})
			return
		}
	}
	d.send(&mqttsn.Subscribe{Flags: mqttsn.QoS1.Flags() | mqttsn.Predefined.Flags(), MsgID: d.nextID(), TopicID: 1})
	d.enter(rawActive)
}

func (d *rawDevice) actAwake() {
	dice := d.w.dice
	if d.w.calm {
		d.send(&mqttsn.Pingreq{})
		d.publishNowhere()
		return
	}
	switch n := dice.IntN(100); {
	case n < 30:
		for range 1 + dice.IntN(6) {
			d.publish(pick(dice, rawTopics), pick(dice, someQoS))
		}
	case n < 31:
		d.flood()
	case n < 80:
		d.send(&mqttsn.Pingreq{})
	case n < 88:
		d.send(&mqttsn.Disconnect{Duration: 60})
		d.enter(rawAsleep)
	case n < 90:
		d.watch.party.boots++
		d.w.stats.Reboots++
		d.reboot()
	}
}

// publishNowhere uses a topic id that nobody has given it, with QoS 0 and a MsgId, as some do. It must be told.
func (d *rawDevice) publishNowhere() {
	if d.w.now < d.w.calmSince+grace {
		return
	}
	if d.lost != 0 {
		d.watch.fail("was not told that a topic id means nothing")
	}
	d.lost = d.nextID()
	d.send(&mqttsn.Publish{TopicID: 0xeeee, MsgID: d.lost, Data: []byte("nowhere")})
}

// actAsleep publishes without waking up, and asks for its messages without saying who it is.
func (d *rawDevice) actAsleep() {
	switch n := d.w.dice.IntN(100); {
	case n < 20 && !d.w.calm:
		d.publishTo(mqttsn.Predefined, 2, predefined[2], mqttsn.QoS1)
	case n < 60:
		d.send(&mqttsn.Pingreq{})
	case n < 70 || d.w.calm:
		d.enter(rawConnecting)
	}
}

// flood sends much more than anybody should, and does not care what becomes of it.
func (d *rawDevice) flood() {
	for range 100 {
		d.send(&mqttsn.Publish{TopicID: d.ids[rawTopics[0]], Data: []byte("flood")})
	}
}

func (d *rawDevice) publish(name string, qos mqttsn.QoS) {
	if id := d.ids[name]; id != 0 {
		d.publishTo(mqttsn.Normal, id, name, qos)
	}
}

func (d *rawDevice) publishTo(kind mqttsn.TopicIDType, id uint16, name string, qos mqttsn.QoS) {
	m := d.w.ledger.publication(d.watch.party, name, uint8(qos), false, 20)
	p := mqttsn.Publish{Flags: qos.Flags() | kind.Flags(), TopicID: id, Data: m.payload}
	if qos > 0 {
		p.MsgID = d.nextID()
		d.pending = append(d.pending, rawSend{packet: p, due: d.w.now + d.watch.link.retry})
	}
	d.send(&p)
}

// sendAgain repeats what was not answered, a few times.
func (d *rawDevice) sendAgain() {
	d.pending = slices.DeleteFunc(d.pending, func(s rawSend) bool { return s.tries >= 3 && d.w.now >= s.due })
	for i := range d.pending {
		s := &d.pending[i]
		if d.w.now < s.due {
			continue
		}
		s.tries++
		s.due = d.w.now + d.watch.link.retry
		if s.released {
			d.send(&mqttsn.Pubrel{MsgID: s.packet.MsgID})
			continue
		}
		p := s.packet
		p.Flags |= mqttsn.FlagDUP
		d.send(&p)
	}
}

func (d *rawDevice) receive(b []byte) {
	p, err := mqttsn.Parse(b)
	if err != nil {
		return
	}
	switch p := p.(type) {
	case *mqttsn.Connack:
		if d.state == rawConnecting && p.ReturnCode == mqttsn.Accepted {
			d.enter(rawRegistering)
			d.register()
		}
	case *mqttsn.Regack:
		if d.state == rawRegistering && p.MsgID == d.named && p.ReturnCode == mqttsn.Accepted {
			for _, name := range rawTopics {
				if d.ids[name] == 0 {
					d.ids[name] = p.TopicID
					break
				}
			}
			d.register()
		}
	case *mqttsn.Disconnect:
		if d.state != rawAsleep && d.state != rawConnecting {
			d.ids = make(map[string]uint16)
			d.pending = nil
			d.enter(rawConnecting)
		}
	case *mqttsn.Publish:
		d.receivePublish(p)
	case *mqttsn.Register:
		d.send(&mqttsn.Regack{TopicID: p.TopicID, MsgID: p.MsgID})
	case *mqttsn.Puback:
		if p.MsgID == d.lost && p.ReturnCode == mqttsn.InvalidTopicID {
			d.lost = 0
		}
		d.settle(p.MsgID, mqttsn.QoS1)
		if p.ReturnCode != mqttsn.Accepted {
			d.settle(p.MsgID, mqttsn.QoS2)
		}
	case *mqttsn.Pubrec:
		d.release(p.MsgID)
	case *mqttsn.Pubcomp:
		d.settle(p.MsgID, mqttsn.QoS2)
	}
}

func (d *rawDevice) receivePublish(p *mqttsn.Publish) {
	if p.Flags.QoS() == mqttsn.QoS1 {
		d.send(&mqttsn.Puback{TopicID: p.TopicID, MsgID: p.MsgID})
	}
	if m := d.w.ledger.find(p.Data); m != nil {
		d.w.ledger.delivered(d.watch.party, m, d.watch.topicOf(p), uint8(p.Flags.QoS()), p.Flags.Retain())
	}
}

func (d *rawDevice) release(msgID uint16) {
	for i := range d.pending {
		if s := &d.pending[i]; s.packet.MsgID == msgID && s.packet.Flags.QoS() == mqttsn.QoS2 {
			s.released, s.due = true, d.w.now+d.watch.link.retry
		}
	}
	d.send(&mqttsn.Pubrel{MsgID: msgID})
}

func (d *rawDevice) settle(msgID uint16, qos mqttsn.QoS) {
	d.pending = slices.DeleteFunc(d.pending, func(s rawSend) bool {
		return s.packet.MsgID == msgID && s.packet.Flags.QoS() == qos
	})
}

func (d *rawDevice) calm() {}

func (d *rawDevice) quit() {
	d.over = true
	d.send(&mqttsn.Disconnect{})
}
