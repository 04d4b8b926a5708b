package mqtt

// Ack is one of the four packets that acknowledge a PUBLISH by its packet identifier (3.4 to 3.7). Both ways.
type Ack struct {
	Kind     Type // PUBACK, PUBREC, PUBREL or PUBCOMP
	PacketID uint16

	// MQTT 5 only, from here on. Older versions can only acknowledge, so a refusal reaches them as an acknowledgement.

	Reason       Reason
	ReasonString string
	User         []UserProperty
}

// Type returns a.Kind.
func (a *Ack) Type() Type { return a.Kind }

func (a *Ack) encode(e *encoder) {
	e.u16(a.PacketID)
	explained := !e.terse && (a.ReasonString != "" || len(a.User) > 0)
	if e.v < V5 || a.Reason == Success && !explained {
		return // the reason is success if omitted (3.4.2.1)
	}
	e.u8(byte(a.Reason))
	if explained {
		at := len(e.b)
		e.problem(a.ReasonString, a.User)
		e.insertLength(at, 0)
	}
}

func (a *Ack) decode(d *decoder) {
	a.PacketID = d.packetID()
	if len(d.b) == 0 || d.v < V5 {
		return
	}
	a.Reason = d.reason(a.Kind)
	if len(d.b) > 0 {
		d.problem(&a.ReasonString, &a.User)
	}
}
