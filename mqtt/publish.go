package mqtt

// Publish carries an application message (3.3). Both ways.
//
// What each hop decides for itself is in Publish; what goes on unaltered from publisher to subscribers (3.3.2.3) is in
// Props, which therefore may be shared by many.
type Publish struct {
	Topic    string
	Payload  []byte
	QoS      byte   // 0 to 2
	PacketID uint16 // not 0 exactly if QoS is 1 or 2
	Retain   bool
	Dup      bool // delivered before, perhaps; never with QoS 0

	// MQTT 5 only, from here on.

	HasExpiry       bool
	Expiry          uint32   // seconds the message has left to live
	TopicAlias      uint16   // 0 is none; to users of Conn always 0, it resolves and assigns aliases
	SubscriptionIDs []uint32 // 1 to 268,435,455 each; server to client only
	Props           *PublishProps
}

// PublishProps are the properties of a message that a server forwards as they are. Whoever shares them does not change
// them.
type PublishProps struct {
	PayloadIsText   bool // payload format indicator 1: UTF-8
	ContentType     string
	ResponseTopic   string
	CorrelationData []byte
	User            []UserProperty
}

// Type returns PUBLISH.
func (*Publish) Type() Type { return PUBLISH }
