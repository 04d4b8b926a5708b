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

func (c *Connack) encode(e *encoder) {
	if c.SessionPresent {
		e.u8(1)
	} else {
		e.u8(0)
	}
	if e.v < V5 {
		code, _ := connackCode(c.Reason) // Conn.Send does not come here with reasons that have no code
		e.u8(code)
		return
	}
	e.u8(byte(c.Reason))
	c.encodeProperties(e)
}

func (c *Connack) encodeProperties(e *encoder) {
	at := len(e.b)
	if c.SessionExpiry != nil {
		e.prop32(propSessionExpiry, *c.SessionExpiry)
	}
	if c.ReceiveMaximum != 0 && c.ReceiveMaximum != defaultReceiveMaximum {
		e.prop16(propReceiveMaximum, c.ReceiveMaximum)
	}
	if c.MaximumQoS != nil {
		e.prop8(propMaximumQoS, *c.MaximumQoS)
	}
	if c.NoRetain {
		e.propFlag(propRetainAvailable, false)
	}
	if c.MaximumPacketSize != 0 {
		e.prop32(propMaximumPacketSize, c.MaximumPacketSize)
	}
	e.propStr(propAssignedClientID, c.AssignedClientID)
	if c.TopicAliasMaximum != 0 {
		e.prop16(propTopicAliasMaximum, c.TopicAliasMaximum)
	}
	if c.NoWildcards {
		e.propFlag(propWildcardAvailable, false)
	}
	if c.NoSubscriptionIDs {
		e.propFlag(propSubIDAvailable, false)
	}
	if c.NoShared {
		e.propFlag(propSharedAvailable, false)
	}
	if c.ServerKeepAlive != nil {
		e.prop16(propServerKeepAlive, *c.ServerKeepAlive)
	}
	e.propStr(propResponseInfo, c.ResponseInfo)
	e.propStr(propServerReference, c.ServerReference)
	e.propStr(propAuthMethod, c.AuthMethod)
	e.propBytes(propAuthData, c.AuthData)
	e.problem(c.ReasonString, c.User)
	e.insertLength(at, 0)
}

func (c *Connack) decode(d *decoder) {
	flags := d.u8()
	if flags > 1 {
		d.fail(MalformedPacket, "reserved CONNACK flag is set") // MQTT-3.2.2-1
	}
	c.SessionPresent = flags == 1
	older := d.v == V5 && len(d.b) == 1 // a server that does not know MQTT 5 answers in its own version
	if d.v < V5 || older {
		code := d.u8()
		if int(code) >= len(connackCodes) {
			d.fail(ProtocolViolation, "CONNACK return code %d is reserved", code)
			return
		}
		c.Reason = connackCodes[code]
	} else {
		c.Reason = d.reason(CONNACK)
	}
	if c.SessionPresent && c.Reason.Failed() {
		d.fail(ProtocolViolation, "session present, and refused") // MQTT-3.2.2-6
	}
	if !older {
		c.decodeProperties(d)
	} else if !c.Reason.Failed() {
		d.fail(MalformedPacket, "CONNACK of an older version accepts MQTT 5")
	}
}

func (c *Connack) decodeProperties(d *decoder) {
	c.ReceiveMaximum = defaultReceiveMaximum
	for id := range d.properties() {
		switch id {
		case propSessionExpiry:
			c.SessionExpiry = new(d.u32())
		case propReceiveMaximum:
			c.ReceiveMaximum = d.positive16()
		case propMaximumQoS:
			c.MaximumQoS = new(byte(1))
			if !d.flag() {
				*c.MaximumQoS = 0
			}
		case propRetainAvailable:
			c.NoRetain = !d.flag()
		case propMaximumPacketSize:
			c.MaximumPacketSize = d.positive32()
		case propAssignedClientID:
			c.AssignedClientID = d.str()
		case propTopicAliasMaximum:
			c.TopicAliasMaximum = d.u16()
		case propWildcardAvailable:
			c.NoWildcards = !d.flag()
		case propSubIDAvailable:
			c.NoSubscriptionIDs = !d.flag()
		case propSharedAvailable:
			c.NoShared = !d.flag()
		case propServerKeepAlive:
			c.ServerKeepAlive = new(d.u16())
		case propReasonString:
			c.ReasonString = d.str()
		case propResponseInfo:
			c.ResponseInfo = d.str()
		case propServerReference:
			c.ServerReference = d.str()
		case propAuthMethod:
			c.AuthMethod = d.str()
		case propAuthData:
			c.AuthData = d.bytes()
		case propUser:
			c.User = d.user(c.User)
		default:
			d.unexpected(id)
		}
	}
}
