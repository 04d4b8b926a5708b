package v2

// Pubrec answers a PUBLISH of QoS 2 (3.6.4). With a reason of 0x80 or above it ends the exchange.
//
//	PacketID(2) [Reason(1)]
type Pubrec struct {
	PacketID uint16
	Reason   ReasonCode
}

func (Pubrec) Type() Type               { return TypePubrec }
func (p Pubrec) Len() int               { return ackLen(p.Reason) }
func (p Pubrec) Append(b []byte) []byte { return appendAck(b, TypePubrec, p.PacketID, p.Reason) }
func (p Pubrec) String() string         { return ackText(TypePubrec, p.PacketID, p.Reason) }

func (p *Pubrec) Parse(body []byte) (err error) {
	p.PacketID, p.Reason, err = parseAck(TypePubrec, body)
	return err
}

// Pubrel answers a PUBREC (3.6.5). It is a request itself: it is sent again until PUBCOMP comes.
//
//	PacketID(2) [Reason(1)]
type Pubrel struct {
	PacketID uint16
	Reason   ReasonCode
}

func (Pubrel) Type() Type               { return TypePubrel }
func (p Pubrel) Len() int               { return ackLen(p.Reason) }
func (p Pubrel) Append(b []byte) []byte { return appendAck(b, TypePubrel, p.PacketID, p.Reason) }
func (p Pubrel) String() string         { return ackText(TypePubrel, p.PacketID, p.Reason) }

func (p *Pubrel) Parse(body []byte) (err error) {
	p.PacketID, p.Reason, err = parseAck(TypePubrel, body)
	return err
}

// Pubcomp answers a PUBREL (3.6.6), with PacketIDNotFound if there is nothing to release.
//
//	PacketID(2) [Reason(1)]
type Pubcomp struct {
	PacketID uint16
	Reason   ReasonCode
}

func (Pubcomp) Type() Type               { return TypePubcomp }
func (p Pubcomp) Len() int               { return ackLen(p.Reason) }
func (p Pubcomp) Append(b []byte) []byte { return appendAck(b, TypePubcomp, p.PacketID, p.Reason) }
func (p Pubcomp) String() string         { return ackText(TypePubcomp, p.PacketID, p.Reason) }

func (p *Pubcomp) Parse(body []byte) (err error) {
	p.PacketID, p.Reason, err = parseAck(TypePubcomp, body)
	return err
}
