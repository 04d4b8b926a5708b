package engine

import (
	"mqttsn-gateway/gateway/topic"
	"mqttsn-gateway/mqtt"
	v2 "mqttsn-gateway/mqttsn/v2"
)

// subscribe20 resolves the topic of a SUBSCRIBE to a filter (v2.0, 3.7). SUBACK returns an alias for a plain filter, but
// none for what the device itself has called by a predefined alias (3.8.4-3).
func (d *Device) subscribe20(v *v20, body []byte) error {
	var p v2.Subscribe
	if err := p.Parse(body); err != nil {
		return err
	}
	if !d.begins(v, v2.TypeSubscribe, p.PacketID) {
		return nil
	}
	filter, reason := d.filter20(p.Topic)
	if reason.Failed() {
		d.suback(&request{msgID: p.PacketID}, 0, reason)
		return nil
	}
	t := topicRef{kind: topicNormal}
	if id, ok := d.predef.ids[filter]; p.Topic.Type == v2.PredefinedAlias {
		t.kind = topicNamed
	} else if ok {
		t = topicRef{kind: topicPredefined, id: id} // such a topic gets no session alias (4.7.2.2-4)
	}
	d.subscribe(wish{
		msgID: p.PacketID, filter: filter, topic: t, qos: uint8(p.QoS), noLocal: p.NoLocal,
		retainAsPublished: p.RetainAsPublished, retained: byte(p.RetainHandling),
	})
	return nil
}

func (d *Device) unsubscribe20(v *v20, body []byte) error {
	var p v2.Unsubscribe
	if err := p.Parse(body); err != nil {
		return err
	}
	if !d.begins(v, v2.TypeUnsubscribe, p.PacketID) {
		return nil
	}
	filter, reason := d.filter20(p.Topic)
	if reason.Failed() {
		d.unsubscribed(&request{msgID: p.PacketID}, reason)
		return nil
	}
	d.unsubscribe(p.PacketID, filter)
	return nil
}

func (d *Device) filter20(t v2.Topic) (string, mqtt.Reason) {
	switch t.Type {
	case v2.PredefinedAlias:
		if name, ok := d.predef.names[t.Alias]; ok {
			return name, mqtt.Success
		}
	case v2.SessionAlias:
		if e := d.topics.get(t.Alias); e != nil {
			return e.name, mqtt.Success
		}
	default:
		return string(t.Name), mqtt.Success
	}
	return "", mqtt.TopicAliasInvalid
}

// register20 gives a topic its alias. One that has a predefined alias is told that one (v2.0, 4.7.2.2-5).
func (d *Device) register20(v *v20, body []byte) error {
	var p v2.Register
	if err := p.Parse(body); err != nil {
		return err
	}
	if p.HasAlias {
		d.breach(v2.ProtocolError, p.PacketID, "a device registers no alias of its own") // 3.4-1
		return nil
	}
	if len(p.TopicName) == 0 {
		d.breach(v2.ProtocolError, p.PacketID, "REGISTER of an empty topic name") // 4.7.1.3-1
		return nil
	}
	if !d.begins(v, v2.TypeRegister, p.PacketID) {
		return nil
	}
	name := string(p.TopicName)
	if id, ok := d.predef.ids[name]; ok && topic.ValidName(name) == nil {
		t := topicRef{kind: topicPredefined, id: id}
		d.answer(func(b []byte) []byte { return d.dialect.regack(b, t, p.PacketID, aliasExists) })
		return nil
	}
	d.register(p.PacketID, name)
	return nil
}

func (d *Device) regack20(body []byte) error {
	var p v2.Regack
	if err := p.Parse(body); err != nil {
		return err
	}
	if p.HasAlias {
		d.breach(v2.ProtocolError, p.PacketID, "REGACK of a device with an alias") // 3.5.4-1
		return nil
	}
	reason := reason20(p.Reason)
	if reason.Failed() && congested(reason) {
		reason = mqtt.ImplementationSpecificError // then the topic goes by its full name
	}
	d.regack(p.PacketID, reason)
	return nil
}
