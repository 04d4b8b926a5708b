package mqtt

// Disconnect is the last packet of a connection (3.14). Both ways in MQTT 5, client to server before: there a server
// can only close, and [Conn.Send] of a Disconnect writes nothing.
type Disconnect struct {
	Reason Reason // from clients older than MQTT 5 always NormalDisconnection

	// MQTT 5 only, from here on.

	SessionExpiry   *uint32 // seconds, nil: as in CONNECT; client to server only
	ReasonString    string
	ServerReference string // another server to use; server to client only
	User            []UserProperty
}

// Type returns DISCONNECT.
func (*Disconnect) Type() Type { return DISCONNECT }

func (p *Disconnect) encode(e *encoder) {
	explained := !e.terse && (p.ReasonString != "" || len(p.User) > 0)
	plain := p.SessionExpiry == nil && p.ServerReference == "" && !explained
	if e.v < V5 || plain && p.Reason == NormalDisconnection {
		return // the reason is normal if omitted (3.14.2.1)
	}
	e.u8(byte(p.Reason))
	if plain {
		return
	}
	at := len(e.b)
	if p.SessionExpiry != nil {
		e.prop32(propSessionExpiry, *p.SessionExpiry)
	}
	e.propStr(propServerReference, p.ServerReference)
	e.problem(p.ReasonString, p.User)
	e.insertLength(at, 0)
}

func (p *Disconnect) decode(d *decoder) {
	if len(d.b) == 0 || d.v < V5 {
		return
	}
	p.Reason = d.reason(DISCONNECT)
	if len(d.b) == 0 {
		return
	}
	for id := range d.properties() {
		switch {
		case id == propSessionExpiry && !d.fromServer: // MQTT-3.14.2-2
			p.SessionExpiry = new(d.u32())
		case id == propServerReference && d.fromServer:
			p.ServerReference = d.str()
		case id == propReasonString:
			p.ReasonString = d.str()
		case id == propUser:
			p.User = d.user(p.User)
		default:
			d.unexpected(id)
		}
	}
}
