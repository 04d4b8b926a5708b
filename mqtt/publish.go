package mqtt

// Publish carries an application message (3.3). Both ways.
//
// What each hop decides for itself is in Publish; what goes on unaltered from publisher to subscribers (3.3.2.3) is in
// Props, which therefore may be shared by many.
type Publish struct {
	Topic    string
	Payload  []byte
	QoS      byte   // 0 to 2
	PacketID uint16 // not 0 exactly if QoS is 1 or 2
	Retain   bool
	Dup      bool // delivered before, perhaps; never with QoS 0

	// MQTT 5 only, from here on.

	HasExpiry       bool
	Expiry          uint32   // seconds the message has left to live
	TopicAlias      uint16   // 0 is none; to users of Conn always 0, it resolves and assigns aliases
	SubscriptionIDs []uint32 // 1 to 268,435,455 each; server to client only
	Props           *PublishProps
}

// Type returns PUBLISH.
func (*Publish) Type() Type { return PUBLISH }

// Flags in the fixed header (3.3.1).
const (
	flagRetain = 1 << 0
	shiftQoS   = 1
	flagDup    = 1 << 3
)

func (p *Publish) flags() byte {
	flags := p.QoS << shiftQoS
	if p.Retain {
		flags |= flagRetain
	}
	if p.Dup {
		flags |= flagDup
	}
	return flags
}

func (p *Publish) setFlags(d *decoder, flags byte) {
	p.Retain = flags&flagRetain != 0
	p.Dup = flags&flagDup != 0
	p.QoS = flags >> shiftQoS & 3
	if p.QoS > 2 {
		d.fail(MalformedPacket, "PUBLISH with QoS 3") // MQTT-3.3.1-4
	}
	if p.Dup && p.QoS == 0 {
		d.fail(MalformedPacket, "PUBLISH with QoS 0 and DUP") // MQTT-3.3.1-2
	}
}

func (p *Publish) encode(e *encoder) {
	e.str(p.Topic)
	if p.QoS > 0 {
		e.u16(p.PacketID)
	}
	if e.v == V5 {
		at := len(e.b)
		if p.HasExpiry {
			e.prop32(propMessageExpiry, p.Expiry)
		}
		if p.TopicAlias != 0 {
			e.prop16(propTopicAlias, p.TopicAlias)
		}
		for _, id := range p.SubscriptionIDs {
			e.propSubscriptionID(id)
		}
		p.Props.encode(e)
		e.insertLength(at, 0)
	}
	e.tail = p.Payload
}

func (p *Publish) decode(d *decoder) {
	name := d.take(int(d.u16()))
	if string(name) != d.topic {
		d.checkText(name)
		d.topic = string(name)
	}
	p.Topic = d.topic
	if p.QoS > 0 {
		p.PacketID = d.packetID()
	}
	for id := range d.properties() {
		switch id {
		case propMessageExpiry:
			p.HasExpiry, p.Expiry = true, d.u32()
		case propTopicAlias:
			p.TopicAlias = d.u16()
			if p.TopicAlias == 0 {
				d.fail(TopicAliasInvalid, "topic alias is 0") // MQTT-3.3.2-8
			}
		case propSubscriptionID:
			p.SubscriptionIDs = append(p.SubscriptionIDs, d.subscriptionID())
		default:
			p.Props = p.Props.decode(d, id)
		}
	}
	if p.SubscriptionIDs != nil && !d.fromServer {
		d.fail(ProtocolViolation, "PUBLISH from a client with a subscription identifier") // MQTT-3.3.4-6
	}
	if p.Topic != "" || p.TopicAlias == 0 {
		d.checkTopicName(p.Topic)
	}
	p.Payload = append([]byte{}, d.b...)
	d.b = nil
}
