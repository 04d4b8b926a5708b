package mqtt

// Suback answers SUBSCRIBE (3.9). Server to client.
type Suback struct {
	PacketID     uint16
	Reasons      []Reason       // one a subscription, in its order: GrantedQoS0 to GrantedQoS2, or 0x80 and above
	ReasonString string         // MQTT 5
	User         []UserProperty // MQTT 5
}

// Type returns SUBACK.
func (*Suback) Type() Type { return SUBACK }

// Unsuback answers UNSUBSCRIBE (3.11). Server to client.
type Unsuback struct {
	PacketID     uint16
	Reasons      []Reason       // MQTT 5: one a filter, in its order; from older servers none
	ReasonString string         // MQTT 5
	User         []UserProperty // MQTT 5
}

// Type returns UNSUBACK.
func (*Unsuback) Type() Type { return UNSUBACK }
