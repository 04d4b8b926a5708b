package client

import (
	"testing"

	v2 "mqttsn-gateway/mqttsn/v2"
)

// v2.0 4.5-2, 4.3.3-5, 4.3.4-9, 4.3.4-11, 4.3.4-12, 4.3.4-13, 3.6.2.7-1
func TestReceiveIn20(t *testing.T) {
	d := connected20(t, Config{}, V2{})
	named := v2.Topic{Type: v2.TopicName, Name: []byte("a")}
	d.gets(
		v2.Publish{Topic: named, Payload: []byte("0")},
		v2.Publish{Topic: named, QoS: 1, PacketID: 7, Payload: []byte("1")},
		v2.Publish{Topic: named, QoS: 1, PacketID: 7, Payload: []byte("1")},
		v2.Publish{Topic: named, QoS: 2, PacketID: 8, Payload: []byte("2")},
		v2.Publish{Topic: named, QoS: 2, PacketID: 8, DUP: true, Payload: []byte("2")},
		v2.Pubrel{PacketID: 8}, v2.Pubrel{PacketID: 8},
		v2.Publish{Topic: named, QoS: 2, PacketID: 8, DUP: true, Payload: []byte("2")}, // late
		v2.Publish{Topic: named, QoS: 2, PacketID: 8, Payload: []byte("2")},
		v2.Pubrel{PacketID: 8},
		v2.Publish{Topic: named, QoS: 2, PacketID: 8, DUP: true, Payload: []byte("3")})
	d.wants("PUBACK success pid=7", "PUBACK success pid=7", "PUBREC success pid=8", "PUBREC success pid=8",
		"PUBCOMP success pid=8", "PUBCOMP packet-id-not-found pid=8", "PUBREC success pid=8", "PUBREC success pid=8",
		"PUBCOMP success pid=8", "PUBREC success pid=8")
	d.received("a qos=0 0", "a qos=1 1", "a qos=1 1", "a qos=2 2", "a qos=2 2", "a qos=2 3")
}

// v2.0 4.7.2.1-2, 4.7.1.3-1, 4.7.1.1-1, 3.6.3.3-1, 3.6.4.3-1
func TestReceiveUnknownTopicsIn20(t *testing.T) {
	session, named := v2.Topic{Type: v2.SessionAlias, Alias: 5}, v2.Topic{Type: v2.TopicName, Name: []byte("a/#")}
	d := connected20(t, Config{}, V2{AnyPredefined: true})
	d.gets(v2.Publish{Topic: session}, v2.Publish{Topic: session, QoS: 1, PacketID: 1},
		v2.Publish{Topic: session, QoS: 2, PacketID: 2}, v2.Publish{Topic: named, QoS: 1, PacketID: 3})
	d.wants("PUBACK unknown-topic-alias pid=1", "PUBREC unknown-topic-alias pid=2", "PUBACK topic-name-invalid pid=3")
	d.received()

	predefined := v2.Publish{Topic: v2.Topic{Type: v2.PredefinedAlias, Alias: 7}}
	d.gets(predefined)
	d.received("predefined:7 qos=0 ")

	d = connected20(t, Config{}, V2{})
	req := d.Subscribe(d.now, Predefined(7), 1, &d.out)
	d.gets(v2.Suback{PacketID: 2, Reason: v2.GrantedQoS1}, predefined)
	d.succeeded(req)
	d.received("predefined:7 qos=0 ")
	predefined.Topic.Alias = 8
	d.gets(predefined)
	d.lostFor("protocol-error")
}
