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
