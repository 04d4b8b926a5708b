package sim

import (
	"mqttsn-gateway/mqttsn"
)

// quirks are what devices in the field do against the specification, or at its edge.
type quirks struct {
	deaf       bool // answers no REGISTER, as RIOT's clients
	rejectsDUP bool // refuses a PUBLISH with DUP, as RIOT's emcute
	doubles    bool // sends everything twice
	moody      bool // answers "congestion" now and then, or knows a topic id no more
	confused   bool // answers with wrong MsgIds now and then, and says things that nobody has asked
}

func newQuirks(d dice) quirks {
	switch d.IntN(12) {
	case 0:
		return quirks{deaf: true, rejectsDUP: true}
	case 1:
		return quirks{deaf: true}
	case 2:
		return quirks{doubles: true}
	case 3:
		return quirks{moody: true}
	case 4:
		return quirks{confused: true}
	}
	return quirks{}
}

// balks reports whether a quirk takes a datagram, so that the core never sees it.
func (q *quirks) balks(d *device, b []byte) bool {
	typ, body, err := mqttsn.Split(b)
	if err != nil {
		return false
	}
	switch typ {
	case mqttsn.TypeRegister:
		return q.deaf || q.moody && q.refusesRegister(d, body)
	case mqttsn.TypePublish:
		var p mqttsn.Publish
		if p.Parse(body) != nil || p.Flags.QoS() < mqttsn.QoS1 {
			return false
		}
		return q.balksAt(d, &p)
	}
	return false
}

func (q *quirks) refusesRegister(d *device, body []byte) bool {
	var p mqttsn.Register
	if p.Parse(body) != nil || !d.listens() || !d.w.dice.chance(0.1) {
		return false
	}
	d.send(mqttsn.Regack{TopicID: p.TopicID, MsgID: p.MsgID, ReturnCode: mqttsn.Congestion}.Append(nil))
	return true
}

func (q *quirks) balksAt(d *device, p *mqttsn.Publish) bool {
	dice := d.w.dice
	if !d.listens() {
		return false
	}
	answer := mqttsn.Puback{TopicID: p.TopicID, MsgID: p.MsgID}
	switch {
	case q.rejectsDUP && p.Flags.DUP():
		answer.ReturnCode = mqttsn.NotSupported
	case q.moody && dice.chance(0.1):
		answer.ReturnCode = mqttsn.Congestion
	case q.moody && dice.chance(0.05):
		answer.ReturnCode = mqttsn.InvalidTopicID
	case q.confused && dice.chance(0.1):
		answer.MsgID += farAway
	case q.confused && dice.chance(0.1):
		d.send(pick(dice, []mqttsn.Packet{
			&mqttsn.Pubrec{MsgID: p.MsgID + farAway}, &mqttsn.Pubcomp{MsgID: p.MsgID + farAway},
			&mqttsn.Regack{TopicID: 1, MsgID: p.MsgID + farAway}, &mqttsn.Pubrel{MsgID: p.MsgID + farAway},
			&mqttsn.Pingresp{},
		}).Append(nil))
		return false
	default:
		return false
	}
	d.send(answer.Append(nil))
	return true
}

// farAway leads to a MsgId that the gateway does not use at present.
const farAway = 20000
