package mqtt

// Connack answers CONNECT (3.2). Server to client. To a client older than MQTT 5 only SessionPresent and Reason go.
type Connack struct {
	SessionPresent bool
	Reason         Reason // Success, or 0x80 and above

	// MQTT 5 only, from here on. The zero values are the protocol's defaults: no limits, everything available.

	SessionExpiry     *uint32 // seconds, nil: as the client asked
	ServerKeepAlive   *uint16 // seconds, nil: as the client asked
	AssignedClientID  string  // set if the client's was empty
	ReceiveMaximum    uint16  // 0 when encoding: the default; a CONNACK that was read has 1 to 65,535
	MaximumQoS        *byte   // 0 or 1; nil: 2
	MaximumPacketSize uint32  // octets, 0 is no limit; Conn.Send fills it in from its own limit
	TopicAliasMaximum uint16  // Conn.Send fills it in
	NoRetain          bool    // retained messages are not available
	NoWildcards       bool    // wildcard subscriptions are not available
	NoSubscriptionIDs bool    // subscription identifiers are not available
	NoShared          bool    // shared subscriptions are not available
	ReasonString      string
	ResponseInfo      string // basis for response topics, if Connect.RequestResponse
	ServerReference   string // another server to use
	AuthMethod        string
	AuthData          []byte
	User              []UserProperty
}

// Type returns CONNACK.
func (*Connack) Type() Type { return CONNACK }
