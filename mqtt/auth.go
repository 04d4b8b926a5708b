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
