package mqtt

// Suback answers SUBSCRIBE (3.9). Server to client.
type Suback struct {
	PacketID     uint16
	Reasons      []Reason       // one a subscription, in its order: GrantedQoS0 to GrantedQoS2, or 0x80 and above
	ReasonString string         // MQTT 5
	User         []UserProperty // MQTT 5
}

// Type returns SUBACK.
func (*Suback) Type() Type { return SUBACK }

func (s *Suback) encode(e *encoder) {
	e.u16(s.PacketID)
	if e.v == V5 {
		at := len(e.b)
		e.problem(s.ReasonString, s.User)
		e.insertLength(at, 0)
	}
	for _, r := range s.Reasons {
		if e.v < V5 {
			r = subackCode(r)
		}
		e.u8(byte(r))
	}
}

func (s *Suback) decode(d *decoder) {
	s.PacketID = d.packetID()
	if d.v == V5 {
		d.problem(&s.ReasonString, &s.User)
	}
	s.Reasons = d.reasons(SUBACK)
	for _, r := range s.Reasons {
		if d.v < V5 && r != subackCode(r) {
			d.fail(ProtocolViolation, "SUBACK return code 0x%02x is reserved", byte(r)) // MQTT-3.9.3-2 of 3.1.1
		}
	}
}

// Unsuback answers UNSUBSCRIBE (3.11). Server to client.
type Unsuback struct {
	PacketID     uint16
	Reasons      []Reason       // MQTT 5: one a filter, in its order; from older servers none
	ReasonString string         // MQTT 5
	User         []UserProperty // MQTT 5
}

// Type returns UNSUBACK.
func (*Unsuback) Type() Type { return UNSUBACK }

func (u *Unsuback) encode(e *encoder) {
	e.u16(u.PacketID)
	if e.v < V5 {
		return
	}
	at := len(e.b)
	e.problem(u.ReasonString, u.User)
	e.insertLength(at, 0)
	for _, r := range u.Reasons {
		e.u8(byte(r))
	}
}

func (u *Unsuback) decode(d *decoder) {
	u.PacketID = d.packetID()
	if d.v < V5 {
		return
	}
	d.problem(&u.ReasonString, &u.User)
	u.Reasons = d.reasons(UNSUBACK)
}

// reasons reads reason codes to the end of the packet, at least one.
func (d *decoder) reasons(t Type) []Reason {
	rs := make([]Reason, 0, len(d.b))
	for more := true; more; more = len(d.b) > 0 {
		rs = append(rs, d.reason(t))
	}
	return rs
}
