package v2

import "strings"

// A Will is the message that a server publishes for a client that is lost (3.1.3, 3.1.10 to 3.1.13).
type Will struct {
	Topic   Topic // a session alias makes sense only in a session that is resumed
	QoS     QoS
	Retain  bool
	Payload []byte // may be empty
}

const (
	willQoSShift      = 2
	flagWillRetain    = 1 << 4
	willFlagsReserved = 0b111 << 5
)

// flags is TopicType in the bits 1 and 0, QoS in 3 and 2, Retain in 4.
func (w Will) flags() byte {
	return byte(w.Topic.Type)&topicTypeMask | byte(w.QoS&qosMask)<<willQoSShift | bit(w.Retain, flagWillRetain)
}

// The other fields stand further back in the packet: topic, PayloadLength(2) Payload(n).

func (w Will) len() int { return w.Topic.len() + 2 + len(w.Payload) }

func (w Will) append(b []byte) []byte { return append16(w.Topic.append(b), w.Payload) }

func (r *reader) will(flags byte) Will {
	w := Will{QoS: QoS(flags >> willQoSShift & qosMask), Retain: flags&flagWillRetain != 0}
	if w.QoS > QoS2 {
		r.malformed(ErrQoS)
	}
	w.Topic = r.topic(TopicType(flags & topicTypeMask))
	w.Payload = r.octets(int(r.uint16()))
	return w
}

func (w Will) String() string {
	parts := []string{field("will", w.Topic), field("qos", w.QoS)}
	if w.Retain {
		parts = append(parts, "retain")
	}
	return strings.Join(append(parts, payload(w.Payload)), " ")
}
