package mqttsn

// Pubrec, Pubrel and Pubcomp, in this order, follow a PUBLISH of QoS 2 (5.4.14). Each repeats its MsgID.
//
//	MsgId(2)
type (
	Pubrec  struct{ MsgID uint16 } // to the sender: I have it
	Pubrel  struct{ MsgID uint16 } // from the sender: I know, you may forget the id
	Pubcomp struct{ MsgID uint16 } // to the sender: forgotten
)

func (Pubrec) Type() Type               { return TypePubrec }
func (Pubrec) Len() int                 { return msgIDLen }
func (p Pubrec) Append(b []byte) []byte { return appendMsgID(b, TypePubrec, p.MsgID) }
func (p Pubrec) String() string         { return newLine(TypePubrec).field("msgid", p.MsgID).String() }

func (p *Pubrec) Parse(body []byte) (err error) {
	p.MsgID, err = parseMsgID(body)
	return err
}

func (Pubrel) Type() Type               { return TypePubrel }
func (Pubrel) Len() int                 { return msgIDLen }
func (p Pubrel) Append(b []byte) []byte { return appendMsgID(b, TypePubrel, p.MsgID) }
func (p Pubrel) String() string         { return newLine(TypePubrel).field("msgid", p.MsgID).String() }

func (p *Pubrel) Parse(body []byte) (err error) {
	p.MsgID, err = parseMsgID(body)
	return err
}

func (Pubcomp) Type() Type               { return TypePubcomp }
func (Pubcomp) Len() int                 { return msgIDLen }
func (p Pubcomp) Append(b []byte) []byte { return appendMsgID(b, TypePubcomp, p.MsgID) }
func (p Pubcomp) String() string         { return newLine(TypePubcomp).field("msgid", p.MsgID).String() }

func (p *Pubcomp) Parse(body []byte) (err error) {
	p.MsgID, err = parseMsgID(body)
	return err
}
