package mqttsn

// Pingreq asks whether the peer is there; with a client id, it is a sleeping client that asks for its messages (5.4.19).
//
//	[ClientId(n)]
type Pingreq struct{ ClientID []byte }

func (Pingreq) Type() Type               { return TypePingreq }
func (p Pingreq) Len() int               { return packetLen(len(p.ClientID)) }
func (p Pingreq) Append(b []byte) []byte { return appendBytes(b, TypePingreq, p.ClientID) }

func (p *Pingreq) Parse(body []byte) error {
	p.ClientID = body
	return nil
}

func (p Pingreq) String() string {
	l := newLine(TypePingreq)
	if len(p.ClientID) > 0 {
		l.field("client", word(p.ClientID))
	}
	return l.String()
}

// Pingresp answers a PINGREQ; to a sleeping client it also says that nothing more is waiting (5.4.20). It has no fields.
type Pingresp struct{}

func (Pingresp) Type() Type              { return TypePingresp }
func (Pingresp) Len() int                { return shortHeader }
func (Pingresp) Append(b []byte) []byte  { return appendEmpty(b, TypePingresp) }
func (Pingresp) Parse(body []byte) error { return wantLen(body, 0) }
func (Pingresp) String() string          { return TypePingresp.String() }
