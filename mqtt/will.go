package mqtt

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

func (w *Will) encode(e *encoder) {
	if e.v == V5 {
		at := len(e.b)
		if w.Delay != 0 {
			e.prop32(propWillDelay, w.Delay)
		}
		if w.HasExpiry {
			e.prop32(propMessageExpiry, w.Expiry)
		}
		w.Props.encode(e)
		e.insertLength(at, 0)
	}
	e.str(w.Topic)
	e.bytes(w.Payload)
}

func (c *Connect) decodeWill(d *decoder, flags byte) {
	qos := flags >> shiftWillQoS & 3
	retain := flags&flagWillRetain != 0
	if flags&flagWill == 0 {
		if qos != 0 || retain {
			d.fail(MalformedPacket, "will options without a will") // MQTT-3.1.2-11, MQTT-3.1.2-13
		}
		return
	}
	if qos > 2 {
		d.fail(MalformedPacket, "will with QoS 3") // MQTT-3.1.2-12
	}
	w := &Will{QoS: qos, Retain: retain}
	for id := range d.properties() {
		switch id {
		case propWillDelay:
			w.Delay = d.u32()
		case propMessageExpiry:
			w.HasExpiry, w.Expiry = true, d.u32()
		default:
			w.Props = w.Props.decode(d, id)
		}
	}
	w.Topic = d.str()
	d.checkTopicName(w.Topic)
	w.Payload = d.bytes()
	c.Will = w
}
