package mqtt

// Unsubscribe takes subscriptions back (3.10). Client to server.
type Unsubscribe struct {
	PacketID uint16
	Filters  []string       // at least one
	User     []UserProperty // MQTT 5
}

// Type returns UNSUBSCRIBE.
func (*Unsubscribe) Type() Type { return UNSUBSCRIBE }

func (u *Unsubscribe) encode(e *encoder) {
	e.u16(u.PacketID)
	if e.v == V5 {
		at := len(e.b)
		e.user(u.User)
		e.insertLength(at, 0)
	}
	for _, filter := range u.Filters {
		e.str(filter)
	}
}

func (u *Unsubscribe) decode(d *decoder) {
	u.PacketID = d.packetID()
	for id := range d.properties() {
		if id != propUser {
			d.unexpected(id)
			continue
		}
		u.User = d.user(u.User)
	}
	if len(d.b) == 0 {
		d.fail(ProtocolViolation, "UNSUBSCRIBE without a topic filter") // MQTT-3.10.3-2
	}
	for len(d.b) > 0 {
		u.Filters = append(u.Filters, d.topicFilter())
	}
}
