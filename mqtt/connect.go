package mqtt

// Connect opens a session (3.1). Client to server.
type Connect struct {
	Version  Version
	ClientID string // empty: the server assigns one

	// CleanStart is called Clean Session in 3.1.1, where it also ends the session with the connection. A CONNECT that
	// was read has SessionExpiry to match: 0 with Clean Session, NoExpiry without.
	CleanStart bool
	KeepAlive  uint16 // seconds; 0 is off

	HasUsername bool
	Username    string
	HasPassword bool
	Password    []byte

	Will *Will // nil: none

	// MQTT 5 only, from here on.

	SessionExpiry     uint32 // seconds after the connection is lost; NoExpiry for ever
	ReceiveMaximum    uint16 // 0 when encoding: the default; a CONNECT that was read has 1 to 65,535
	MaximumPacketSize uint32 // octets, 0 is no limit; Conn.Send fills it in from its own limit
	TopicAliasMaximum uint16 // Conn.Send fills it in
	RequestResponse   bool   // the client would like Connack.ResponseInfo
	NoProblemInfo     bool   // the client wants no reason strings or user properties but in PUBLISH, CONNACK, DISCONNECT
	AuthMethod        string // empty: no extended authentication
	AuthData          []byte
	User              []UserProperty
}

// Type returns CONNECT.
func (*Connect) Type() Type { return CONNECT }

// A Will is published by the server when the client is lost (3.1.2.5, 3.1.3.2).
type Will struct {
	Topic   string
	Payload []byte
	QoS     byte
	Retain  bool

	// MQTT 5 only, from here on.

	Delay     uint32 // seconds between the loss and the publication
	HasExpiry bool
	Expiry    uint32 // seconds, once published
	Props     *PublishProps
}
