package mqtt

import "strings"

// Subscribe asks for messages (3.8). Client to server.
type Subscribe struct {
	PacketID       uint16
	Subscriptions  []Subscription // at least one
	SubscriptionID uint32         // MQTT 5: 1 to 268,435,455, 0 is none
	User           []UserProperty // MQTT 5
}

// A Subscription is a topic filter and its options (3.8.3.1).
type Subscription struct {
	Filter string
	QoS    byte // 0 to 2

	// MQTT 5 only, from here on.

	NoLocal           bool // not what this client itself publishes; never on a shared subscription
	RetainAsPublished bool // keep the retain flag when forwarding
	RetainHandling    byte // SendRetained, SendRetainedIfNew or NoRetained
}

// Values of Subscription.RetainHandling.
const (
	SendRetained      byte = 0
	SendRetainedIfNew byte = 1 // only if the subscription did not exist
	NoRetained        byte = 2
)

// Subscription options (3.8.3.1).
const (
	maskQoS             = 0b0000_0011
	flagNoLocal         = 1 << 2
	flagAsPublished     = 1 << 3
	shiftRetainHandling = 4
	maskReserved        = 0b1100_0000
	maskReserved311     = 0b1111_1100
)

// Type returns SUBSCRIBE.
func (*Subscribe) Type() Type { return SUBSCRIBE }

func (s *Subscribe) encode(e *encoder) {
	e.u16(s.PacketID)
	if e.v == V5 {
		at := len(e.b)
		if s.SubscriptionID != 0 {
			e.propSubscriptionID(s.SubscriptionID)
		}
		e.user(s.User)
		e.insertLength(at, 0)
	}
	for i := range s.Subscriptions {
		e.str(s.Subscriptions[i].Filter)
		e.u8(s.Subscriptions[i].options(e.v))
	}
}

func (s *Subscription) options(v Version) byte {
	options := s.QoS
	if v < V5 {
		return options
	}
	if s.NoLocal {
		options |= flagNoLocal
	}
	if s.RetainAsPublished {
		options |= flagAsPublished
	}
	return options | s.RetainHandling<<shiftRetainHandling
}

func (s *Subscribe) decode(d *decoder) {
	s.PacketID = d.packetID()
	for id := range d.properties() {
		switch id {
		case propSubscriptionID:
			if s.SubscriptionID != 0 {
				d.fail(ProtocolViolation, "SUBSCRIBE with two subscription identifiers")
			}
			s.SubscriptionID = d.subscriptionID()
		case propUser:
			s.User = d.user(s.User)
		default:
			d.unexpected(id)
		}
	}
	if len(d.b) == 0 {
		d.fail(ProtocolViolation, "SUBSCRIBE without a topic filter") // MQTT-3.8.3-2
	}
	for len(d.b) > 0 {
		s.Subscriptions = append(s.Subscriptions, d.subscription())
	}
}

func (d *decoder) subscription() Subscription {
	filter := d.topicFilter()
	options := d.u8()
	s := Subscription{
		Filter:            filter,
		QoS:               options & maskQoS,
		NoLocal:           options&flagNoLocal != 0,
		RetainAsPublished: options&flagAsPublished != 0,
		RetainHandling:    options >> shiftRetainHandling & 3,
	}
	switch {
	case options&maskReserved != 0 || d.v < V5 && options&maskReserved311 != 0:
		d.fail(MalformedPacket, "reserved subscription option is set") // MQTT-3.8.3-5
	case s.QoS > 2:
		d.fail(MalformedPacket, "SUBSCRIBE with QoS 3")
	case s.RetainHandling > NoRetained:
		d.fail(ProtocolViolation, "SUBSCRIBE with retain handling 3")
	case s.NoLocal && strings.HasPrefix(filter, sharePrefix):
		d.fail(ProtocolViolation, "shared subscription with no local") // MQTT-3.8.3-4
	}
	return s
}

// sharePrefix begins the filter of a shared subscription (4.8.2).
const sharePrefix = "$share/"

// topicFilter reads a topic filter. What its wildcards mean, and whether they stand where they may, is the caller's.
func (d *decoder) topicFilter() string {
	filter := d.str()
	if filter == "" {
		d.fail(ProtocolViolation, "topic filter is empty") // MQTT-4.7.3-1
	}
	return filter
}
