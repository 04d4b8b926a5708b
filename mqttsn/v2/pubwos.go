package v2

// Pubwos publishes without a session, in either direction (3.6.1): a PUBLISH of QoS 0 from or to whomever. It is never
// answered, and may be dropped for any reason.
//
//	Flags(1) topic Payload(n)
type Pubwos struct {
	Retain  bool
	Topic   Topic // of the types PredefinedAlias and TopicName
	Payload []byte
}

const pubwosFlagsReserved = 0b111<<5 | 0b11<<2

func (Pubwos) Type() Type  { return TypePubwos }
func (p Pubwos) Len() int  { return packetLen(p.body()) }
func (p Pubwos) body() int { return 1 + p.Topic.len() + len(p.Payload) }

func (p Pubwos) Append(b []byte) []byte {
	b, ok := appendHeader(b, TypePubwos, p.body())
	if !ok {
		return b
	}
	b = append(b, byte(p.Topic.Type)&topicTypeMask|bit(p.Retain, flagRetain))
	b = p.Topic.append(b)
	return append(b, p.Payload...)
}

func (p *Pubwos) Parse(body []byte) error {
	r := read(TypePubwos, body)
	flags := r.flags(pubwosFlagsReserved)
	t := TopicType(flags & topicTypeMask)
	if t == SessionAlias {
		r.malformed(ErrTopicType) // there is no session
	}
	*p = Pubwos{Retain: flags&flagRetain != 0, Topic: r.topic(t)}
	p.Payload = r.tail()
	return r.done()
}

func (p Pubwos) String() string {
	return line(TypePubwos, field("topic", p.Topic), when(p.Retain, "retain"), payload(p.Payload))
}
