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

// Names of the protocol, with which CONNECT begins (3.1.2.1).
const (
	protocolName   = "MQTT"
	protocolName31 = "MQIsdp"
)

// Connect flags (3.1.2.3).
const (
	flagReserved   = 1 << 0
	flagCleanStart = 1 << 1
	flagWill       = 1 << 2
	shiftWillQoS   = 3
	flagWillRetain = 1 << 5
	flagPassword   = 1 << 6
	flagUsername   = 1 << 7
)

func (c *Connect) encode(e *encoder) {
	e.v = c.Version
	if c.Version == V31 {
		e.str(protocolName31)
	} else {
		e.str(protocolName)
	}
	e.u8(byte(c.Version))
	e.u8(c.flags())
	e.u16(c.KeepAlive)
	if c.Version == V5 {
		c.encodeProperties(e)
	}
	e.str(c.ClientID)
	if c.Will != nil {
		c.Will.encode(e)
	}
	if c.HasUsername {
		e.str(c.Username)
	}
	if c.HasPassword {
		e.bytes(c.Password)
	}
}

func (c *Connect) flags() (flags byte) {
	if c.CleanStart {
		flags |= flagCleanStart
	}
	if c.Will != nil {
		flags |= flagWill | c.Will.QoS<<shiftWillQoS
		if c.Will.Retain {
			flags |= flagWillRetain
		}
	}
	if c.HasPassword {
		flags |= flagPassword
	}
	if c.HasUsername {
		flags |= flagUsername
	}
	return flags
}

func (c *Connect) encodeProperties(e *encoder) {
	at := len(e.b)
	if c.SessionExpiry != 0 {
		e.prop32(propSessionExpiry, c.SessionExpiry)
	}
	if c.ReceiveMaximum != 0 && c.ReceiveMaximum != defaultReceiveMaximum {
		e.prop16(propReceiveMaximum, c.ReceiveMaximum)
	}
	if c.MaximumPacketSize != 0 {
		e.prop32(propMaximumPacketSize, c.MaximumPacketSize)
	}
	if c.TopicAliasMaximum != 0 {
		e.prop16(propTopicAliasMaximum, c.TopicAliasMaximum)
	}
	if c.RequestResponse {
		e.propFlag(propRequestResponse, true)
	}
	if c.NoProblemInfo {
		e.propFlag(propRequestProblemInfo, false)
	}
	e.propStr(propAuthMethod, c.AuthMethod)
	e.propBytes(propAuthData, c.AuthData)
	e.user(c.User)
	e.insertLength(at, 0)
}

func (c *Connect) decode(d *decoder) {
	d.v = 0
	c.decodeVersion(d)
	flags := d.u8()
	if flags&flagReserved != 0 {
		d.fail(MalformedPacket, "reserved connect flag is set") // MQTT-3.1.2-3
	}
	c.CleanStart = flags&flagCleanStart != 0
	c.HasUsername = flags&flagUsername != 0
	c.HasPassword = flags&flagPassword != 0
	if c.HasPassword && !c.HasUsername && c.Version < V5 {
		d.fail(MalformedPacket, "password without user name") // MQTT-3.1.2-22 of 3.1.1
	}
	c.KeepAlive = d.u16()
	c.decodeProperties(d)

	c.ClientID = d.str()
	if c.ClientID == "" && (c.Version == V31 || c.Version == V311 && !c.CleanStart) {
		d.fail(ClientIdentifierNotValid, "no client identifier") // MQTT-3.1.3-8 of 3.1.1
	}
	c.decodeWill(d, flags)
	if c.HasUsername {
		c.Username = d.str()
	}
	if c.HasPassword {
		c.Password = d.bytes()
	}
}

func (c *Connect) decodeVersion(d *decoder) {
	name := string(d.take(int(d.u16())))
	level := Version(d.u8())
	switch {
	case d.err != nil:
	case name == protocolName31 && level == V31, name == protocolName && (level == V311 || level == V5):
		c.Version, d.v = level, level
	case name != protocolName && name != protocolName31:
		d.fail(UnsupportedProtocolVersion, "protocol is not MQTT")
	default: // answer in the nearest version that we speak
		d.v = min(max(level, V311), V5)
		d.fail(UnsupportedProtocolVersion, "protocol %s, %s", name, level)
	}
}

func (c *Connect) decodeProperties(d *decoder) {
	c.ReceiveMaximum = defaultReceiveMaximum
	if d.v < V5 && !c.CleanStart {
		c.SessionExpiry = NoExpiry
	}
	for id := range d.properties() {
		switch id {
		case propSessionExpiry:
			c.SessionExpiry = d.u32()
		case propReceiveMaximum:
			c.ReceiveMaximum = d.positive16()
		case propMaximumPacketSize:
			c.MaximumPacketSize = d.positive32()
		case propTopicAliasMaximum:
			c.TopicAliasMaximum = d.u16()
		case propRequestResponse:
			c.RequestResponse = d.flag()
		case propRequestProblemInfo:
			c.NoProblemInfo = !d.flag()
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
	if c.AuthData != nil && c.AuthMethod == "" {
		d.fail(ProtocolViolation, "authentication data without method")
	}
}

// defaultReceiveMaximum holds where the property is absent.
const defaultReceiveMaximum = 65535
