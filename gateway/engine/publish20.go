package engine

import (
	"mqttsn-gateway/mqtt"
	v2 "mqttsn-gateway/mqttsn/v2"
)

// ref20 is how the engine calls what names a topic in version 2.0.
func ref20(t v2.Topic) topicRef {
	switch t.Type {
	case v2.PredefinedAlias:
		return topicRef{kind: topicPredefined, id: t.Alias}
	case v2.TopicName:
		return topicRef{kind: topicNamed}
	}
	return topicRef{kind: topicNormal, id: t.Alias}
}

// publish20 serves a PUBLISH of a device that has a connection (v2.0, 3.6.2).
func (d *Device) publish20(v *v20, body []byte) error {
	var p v2.Publish
	if err := p.Parse(body); err != nil {
		return err
	}
	pub := publication{
		topic: ref20(p.Topic), qos: uint8(p.QoS), retain: p.Retain, dup: p.DUP, msgID: p.PacketID, payload: p.Payload,
	}
	if pub.topic.kind == topicNamed {
		pub.name = string(p.Topic.Name)
	}
	switch _, known := d.predef.names[p.Topic.Alias]; {
	case pub.topic.kind == topicPredefined && !known && !d.e.lenient(d):
		d.breach(v2.ProtocolError, p.PacketID, "no such predefined alias") // 4.7.2.1-2
		return nil
	case pub.qos > 0 || d.state != Active:
		if !d.begins(v, v2.TypePublish, p.PacketID) {
			return nil
		}
	}
	d.publish(pub)
	return nil
}

// pubrel20 serves PUBREL, which goes on with the exchange that PUBLISH began, or ends one of an earlier connection.
func (d *Device) pubrel20(v *v20, body []byte) error {
	var p v2.Pubrel
	if err := p.Parse(body); err != nil {
		return err
	}
	if d.begins(v, v2.TypePubrel, p.PacketID) {
		d.pubrel(p.PacketID)
	}
	return nil
}

// acknowledged20 serves the answers of a device to a PUBLISH or PUBREL. One that refuses ends the exchange (v2.0, 4.4.1-2).
func (d *Device) acknowledged20(typ v2.Type, body []byte) error {
	var p v2.Puback // all of them have the same fields
	if err := p.Parse(body); err != nil {
		return err
	}
	f := d.flight(p.PacketID)
	underWay := f != nil && f.phase == published && !f.held
	switch {
	case typ == v2.TypePubcomp:
		d.pubcomp(p.PacketID)
	case underWay && p.Reason.Failed():
		d.unproven = false
		if p.Reason != v2.UnknownTopicAlias || !d.sayInFull(f) {
			d.rejected(f)
		}
		d.pump()
	case typ == v2.TypePubrec && !p.Reason.Failed():
		d.pubrec(p.PacketID)
	case underWay:
		d.puback(0, p.PacketID, mqtt.Success)
	}
	return nil
}

// sayInFull sends a message again, as a new one and by its topic's name, to a device that has forgotten the alias: it may have
// been restarted. It returns false for a message that went by its name.
func (d *Device) sayInFull(f *flight) bool {
	if f.topic.kind != topicNormal {
		return false
	}
	d.topics.drop(f.topic.id)
	if !d.reachable() {
		f.topic, f.paused, f.anew = topicRef{kind: topicNamed}, true, true // when it next wakes up
		return true
	}
	d.launch(flight{entry: d.land(f), topic: topicRef{kind: topicNamed}})
	return true
}

// nameTopic20 chooses how a PUBLISH names its topic: by an alias if there is one (v2.0, 4.7.2-1), else by its full name,
// which costs octets, but no REGISTER and no wait.
func (d *Device) nameTopic20(name string) topicRef {
	if id, ok := d.predef.ids[name]; ok {
		return topicRef{kind: topicPredefined, id: id}
	}
	if id := d.topics.find(name); id != 0 && d.topics.get(id).known {
		return topicRef{kind: topicNormal, id: id}
	}
	return topicRef{kind: topicNamed}
}

// needsAlias reports whether a message fits into what the device or the link takes only if an alias stands for its topic.
func (d *Device) needsAlias(m *Message) bool {
	limit := d.e.mtu(d.addr.Link) - len(d.addr.Node)
	if d.maxSize > 0 {
		limit = min(limit, int(d.maxSize))
	}
	limit -= d.e.protector.overhead(d.addr.Sender)
	p := v2.Publish{QoS: v2.QoS1, Topic: v2.Topic{Type: v2.SessionAlias}, Payload: m.Payload}
	if id := d.topics.find(m.Topic); id != 0 && d.topics.get(id).refused {
		return false
	}
	register := v2.Register{HasAlias: true, TopicName: []byte(m.Topic)}
	return p.Len()+len(m.Topic) > limit && p.Len() <= limit && register.Len() <= limit
}
