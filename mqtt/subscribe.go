package mqtt

// Subscribe asks for messages (3.8). Client to server.
type Subscribe struct {
	PacketID       uint16
	Subscriptions  []Subscription // at least one
	SubscriptionID uint32         // MQTT 5: 1 to 268,435,455, 0 is none
	User           []UserProperty // MQTT 5
}

// A Subscription is a topic filter and its options (3.8.3.1).
type Subscription struct {
	Filter string
	QoS    byte // 0 to 2

	// MQTT 5 only, from here on.

	NoLocal           bool // not what this client itself publishes; never on a shared subscription
	RetainAsPublished bool // keep the retain flag when forwarding
	RetainHandling    byte // SendRetained, SendRetainedIfNew or NoRetained
}

// Values of Subscription.RetainHandling.
const (
	SendRetained      byte = 0
	SendRetainedIfNew byte = 1 // only if the subscription did not exist
	NoRetained        byte = 2
)

// Type returns SUBSCRIBE.
func (*Subscribe) Type() Type { return SUBSCRIBE }

// Unsubscribe takes subscriptions back (3.10). Client to server.
type Unsubscribe struct {
	PacketID uint16
	Filters  []string       // at least one
	User     []UserProperty // MQTT 5
}

// Type returns UNSUBSCRIBE.
func (*Unsubscribe) Type() Type { return UNSUBSCRIBE }
