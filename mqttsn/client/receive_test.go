package client

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"mqttsn-gateway/mqttsn"
)

func TestReceive(t *testing.T) {
	d := connected(t, Config{Predefined: map[uint16]string{10: "site/name"}})
	d.knows(5, "a/b")
	d.gets(
		mqttsn.Publish{TopicID: 5, MsgID: 77, Data: []byte("0")}, // of QoS 0, and yet with an id
		mqttsn.Publish{Flags: mqttsn.QoS1.Flags() | mqttsn.Predefined.Flags(), TopicID: 10, MsgID: 1, Data: []byte("1")},
		mqttsn.Publish{Flags: mqttsn.QoS2.Flags() | mqttsn.ShortName.Flags(), TopicID: 0x6162, MsgID: 2, Data: []byte("2")},
	)
	d.wants("PUBACK accepted id=10 msgid=1", "PUBREC msgid=2")
	d.received("a/b qos=0 0", "site/name qos=1 1", "ab qos=2 2")
}

func TestReceiveQoS2Once(t *testing.T) {
	d := connected(t, Config{})
	publish := mqttsn.Publish{Flags: mqttsn.QoS2.Flags() | mqttsn.ShortName.Flags(), TopicID: 0x6162, MsgID: 2}
	d.gets(publish, publish)
	d.wants("PUBREC msgid=2", "PUBREC msgid=2")
	d.received("ab qos=2 ")
	d.gets(mqttsn.Pubrel{MsgID: 2}, mqttsn.Pubrel{MsgID: 2})
	d.wants("PUBCOMP msgid=2", "PUBCOMP msgid=2")
}

// A network may hold back a copy of a message until after its release. It is acknowledged, and not handed on.
func TestReceiveQoS2LateCopy(t *testing.T) {
	d := connected(t, Config{RetryInterval: 10 * time.Second})
	publish := mqttsn.Publish{Flags: mqttsn.QoS2.Flags() | mqttsn.ShortName.Flags(), TopicID: 0x6162, MsgID: 2}
	d.gets(publish, mqttsn.Pubrel{MsgID: 2})
	d.received("ab qos=2 ")
	d.after(10*time.Second - 1)
	d.gets(publish)
	d.wants("PUBREC msgid=2", "PUBCOMP msgid=2", "PUBREC msgid=2")
	d.received()

	d.after(1)
	d.gets(publish) // a new message under an old id
	d.received("ab qos=2 ")

	publish.Data = []byte("x") // and another: the gateway has forgotten the one before
	d.gets(publish)
	d.received("ab qos=2 x")
}

func TestReceiveUnknownTopic(t *testing.T) {
	d := connected(t, Config{})
	d.gets(
		mqttsn.Publish{TopicID: 5},
		mqttsn.Publish{Flags: mqttsn.QoS1.Flags() | mqttsn.Predefined.Flags(), TopicID: 10, MsgID: 1},
		mqttsn.Publish{Flags: mqttsn.QoS2.Flags() | 3, TopicID: 10, MsgID: 2},                       // of the reserved type
		mqttsn.Publish{Flags: mqttsn.QoSMinus1.Flags() | mqttsn.ShortName.Flags(), TopicID: 0x6162}, // from clients only
	)
	d.wants("PUBACK invalid-topic-id id=5 msgid=0", "PUBACK invalid-topic-id id=10 msgid=1",
		"PUBACK not-supported id=10 msgid=2")
	d.received()
}

func TestUnreleasedMessagesAreBounded(t *testing.T) {
	d := connected(t, Config{})
	publish := mqttsn.Publish{Flags: mqttsn.QoS2.Flags() | mqttsn.ShortName.Flags(), TopicID: 0x6162}
	for range maxUnreleased {
		publish.MsgID++
		d.gets(publish)
	}
	d.out.Reset()
	publish.MsgID++
	d.gets(publish)
	d.wants()
	d.gets(mqttsn.Pubrel{MsgID: 1}, publish)
	d.wants("PUBCOMP msgid=1", fmt.Sprintf("PUBREC msgid=%d", publish.MsgID))
}

func TestGatewayRegisters(t *testing.T) {
	d := connected(t, Config{Topics: 2})
	d.gets(
		mqttsn.Register{TopicID: 0, MsgID: 1, TopicName: []byte("a")},
		mqttsn.Register{TopicID: 0xFFFF, MsgID: 2, TopicName: []byte("a")},
		mqttsn.Register{TopicID: 1, MsgID: 3},
		mqttsn.Register{TopicID: 1, MsgID: 4, TopicName: []byte("a")},
		mqttsn.Register{TopicID: 2, MsgID: 5, TopicName: []byte("b")},
		mqttsn.Register{TopicID: 3, MsgID: 6, TopicName: []byte("c")},
		mqttsn.Register{TopicID: 2, MsgID: 7, TopicName: []byte("a")}, // 1 is of no use any more
		mqttsn.Register{TopicID: 3, MsgID: 8, TopicName: []byte("c")},
	)
	d.wants("REGACK invalid-topic-id id=0 msgid=1", "REGACK invalid-topic-id id=65535 msgid=2",
		"REGACK not-supported id=1 msgid=3", "REGACK accepted id=1 msgid=4", "REGACK accepted id=2 msgid=5",
		"REGACK congestion id=3 msgid=6", "REGACK accepted id=2 msgid=7", "REGACK accepted id=3 msgid=8")
	d.gets(mqttsn.Publish{TopicID: 2}, mqttsn.Publish{TopicID: 3})
	d.received("a qos=0 ", "c qos=0 ")
	d.Publish(d.now, Message{Topic: Name("a")}, &d.out)
	d.wants(`PUBLISH topic=normal:2 qos=0 ""`)
}

func TestSubscribe(t *testing.T) {
	d := connected(t, Config{})
	req := d.Subscribe(d.now, Name("cmd/led"), mqttsn.QoS2, &d.out)
	d.wants(`SUBSCRIBE topic="cmd/led" qos=2 msgid=1`)
	d.gets(mqttsn.Suback{Flags: mqttsn.QoS1.Flags(), TopicID: 258, MsgID: 1})
	require.Equal(t, Result{Request: req, TopicID: 258, QoS: mqttsn.QoS1}, d.succeeded(req))
	d.gets(mqttsn.Publish{TopicID: 258})
	d.received("cmd/led qos=0 ")

	// The id of a wildcard means nothing, whatever the gateway sends.
	req = d.Subscribe(d.now, Name("site/#"), mqttsn.QoS0, &d.out)
	d.gets(mqttsn.Suback{TopicID: 9, MsgID: 2})
	d.succeeded(req)
	d.out.Reset()
	d.gets(mqttsn.Publish{TopicID: 9})
	d.wants("PUBACK invalid-topic-id id=9 msgid=0")
}

func TestSubscribePredefined(t *testing.T) {
	d := connected(t, Config{})
	req := d.Subscribe(d.now, Predefined(10), mqttsn.QoS0, &d.out)
	d.wants("SUBSCRIBE topic=predefined:10 qos=0 msgid=1")
	d.gets(mqttsn.Suback{TopicID: 10, MsgID: 1})
	d.succeeded(req)
	publish := mqttsn.Publish{Flags: mqttsn.Predefined.Flags(), TopicID: 10}
	d.gets(publish)
	d.received("predefined:10 qos=0 ")

	req = d.Unsubscribe(d.now, Predefined(10), &d.out)
	d.wants("UNSUBSCRIBE topic=predefined:10 msgid=2")
	d.gets(mqttsn.Unsuback{MsgID: 2})
	d.succeeded(req)
	d.gets(publish)
	d.wants("PUBACK invalid-topic-id id=10 msgid=0")
}

func TestSubscribeRefused(t *testing.T) {
	d := connected(t, Config{Topics: 1})
	req := d.Subscribe(d.now, Short("ab"), mqttsn.QoS0, &d.out)
	d.wants("SUBSCRIBE topic=short:ab qos=0 msgid=1")
	d.gets(mqttsn.Suback{MsgID: 1, ReturnCode: mqttsn.NotSupported})
	d.rejected(req, mqttsn.TypeSuback, mqttsn.NotSupported)

	d.knows(1, "a")
	req = d.Subscribe(d.now, Name("b"), mqttsn.QoS0, &d.out)
	d.gets(mqttsn.Suback{TopicID: 2, MsgID: 2})
	d.failed(req, ErrTooManyTopics)
}
