package mqtt

// Auth is a step of extended authentication (3.15). Both ways, MQTT 5 only.
type Auth struct {
	Reason       Reason // Success (server to client), ContinueAuthentication or ReAuthenticate (client to server)
	AuthMethod   string
	AuthData     []byte
	ReasonString string
	User         []UserProperty
}

// Type returns AUTH.
func (*Auth) Type() Type { return AUTH }

func (a *Auth) encode(e *encoder) {
	e.u8(byte(a.Reason))
	at := len(e.b)
	e.propStr(propAuthMethod, a.AuthMethod)
	e.propBytes(propAuthData, a.AuthData)
	e.problem(a.ReasonString, a.User)
	e.insertLength(at, 0)
}

func (a *Auth) decode(d *decoder) {
	if d.v < V5 {
		d.fail(MalformedPacket, "AUTH in MQTT %s", d.v)
		return
	}
	a.Reason = d.reason(AUTH)
	for id := range d.properties() {
		switch id {
		case propAuthMethod:
			a.AuthMethod = d.str()
		case propAuthData:
			a.AuthData = d.bytes()
		case propReasonString:
			a.ReasonString = d.str()
		case propUser:
			a.User = d.user(a.User)
		default:
			d.unexpected(id)
		}
	}
	if a.AuthMethod == "" {
		d.fail(ProtocolViolation, "AUTH without authentication method") // 3.15.2.2.2
	}
}
