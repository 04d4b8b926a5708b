package engine

// A will is what the gateway publishes when it finds the device lost. The payload is opaque octets.
type will struct {
	topic   string
	payload []byte
	qos     uint8
	retain  bool
}

func (w *will) message(d *Device) *Message {
	name, _ := d.mapping.outward(w.topic)
	return &Message{
		Topic: name, Payload: w.payload, QoS: w.qos, Retain: w.retain,
		Props: d.told(0), expires: never, origin: d,
	}
}

// setWill replaces the will, nil for none, while the device is connected (v1.2, 6.4).
func (d *Device) setWill(w *will) {
	d.will = w
	d.save()
	d.north.willChanged(d)
}
