package client

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"mqttsn-gateway/mqttsn"
)

func TestPublishRegistersOnce(t *testing.T) {
	d := connected(t, Config{})
	first := d.Publish(d.now, Message{Topic: Name("a/b"), Payload: []byte("1")}, &d.out)
	second := d.Publish(d.now, Message{Topic: Name("a/b"), Payload: []byte("2"), Retain: true}, &d.out)
	d.wants(`REGISTER topic="a/b" msgid=1`)
	d.gets(mqttsn.Regack{TopicID: 7, MsgID: 2}) // not ours
	d.pending(first)
	d.gets(mqttsn.Regack{TopicID: 7, MsgID: 1})
	d.wants(`PUBLISH topic=normal:7 qos=0 "1"`, `PUBLISH topic=normal:7 qos=0 retain "2"`)
	d.succeeded(first)
	d.succeeded(second)
	require.Equal(t, uint16(7), d.succeeded(d.Register(d.now, "a/b", &d.out)).TopicID)
	d.wants()
}

func TestRegisterRefused(t *testing.T) {
	d := connected(t, Config{Topics: 1})
	req := d.Publish(d.now, Message{Topic: Name("a")}, &d.out)
	d.gets(mqttsn.Regack{MsgID: 1, ReturnCode: mqttsn.Congestion})
	d.rejected(req, mqttsn.TypeRegack, mqttsn.Congestion)

	req = d.Register(d.now, "a", &d.out)
	d.gets(mqttsn.Regack{TopicID: 0, MsgID: 2}) // an id that cannot be
	d.rejected(req, mqttsn.TypeRegack, mqttsn.InvalidTopicID)

	req = d.Register(d.now, "a", &d.out)
	d.gets(mqttsn.Regack{TopicID: 1, MsgID: 3})
	d.succeeded(req)
	req = d.Register(d.now, "b", &d.out)
	d.gets(mqttsn.Regack{TopicID: 2, MsgID: 4})
	d.failed(req, ErrTooManyTopics)
}

func TestPublishWithoutRegistration(t *testing.T) {
	d := connected(t, Config{})
	d.succeeded(d.Publish(d.now, Message{Topic: Predefined(10)}, &d.out))
	d.succeeded(d.Publish(d.now, Message{Topic: Short("t1")}, &d.out))
	d.wants(`PUBLISH topic=predefined:10 qos=0 ""`, `PUBLISH topic=short:t1 qos=0 ""`)
}

func TestPublishQoSMinus1(t *testing.T) {
	d := newDevice(t, Config{})
	d.succeeded(d.Publish(d.now, Message{Topic: Predefined(10), QoS: mqttsn.QoSMinus1, Payload: []byte("42")}, &d.out))
	d.succeeded(d.Publish(d.now, Message{Topic: Short("ab"), QoS: mqttsn.QoSMinus1, Payload: []byte("42")}, &d.out))
	d.wants(`PUBLISH topic=predefined:10 qos=-1 "42"`, `PUBLISH topic=short:ab qos=-1 "42"`)
	require.Equal(t, Disconnected, d.State())
}

func TestPublishQoS2(t *testing.T) {
	d := connected(t, Config{})
	req := d.Publish(d.now, Message{Topic: Short("ab"), QoS: mqttsn.QoS2, Payload: []byte("x")}, &d.out)
	d.wants(`PUBLISH topic=short:ab qos=2 msgid=1 "x"`)
	d.gets(mqttsn.Pubcomp{MsgID: 1}, mqttsn.Pubrec{MsgID: 2}, mqttsn.Puback{MsgID: 1}) // none of them right
	d.wants()
	d.gets(mqttsn.Pubrec{MsgID: 1})
	d.wants("PUBREL msgid=1")
	d.after(10 * time.Second)
	d.wants("PUBREL msgid=1")
	d.gets(mqttsn.Pubrec{MsgID: 1}) // a late one
	d.wants()
	d.pending(req)
	d.gets(mqttsn.Pubcomp{MsgID: 1})
	d.succeeded(req)
}

func TestPublishRefused(t *testing.T) {
	for _, qos := range []mqttsn.QoS{mqttsn.QoS1, mqttsn.QoS2} {
		d := connected(t, Config{})
		req := d.Publish(d.now, Message{Topic: Predefined(9), QoS: qos}, &d.out)
		d.gets(mqttsn.Puback{TopicID: 9, MsgID: 1, ReturnCode: mqttsn.InvalidTopicID}) // nothing to register
		d.rejected(req, mqttsn.TypePuback, mqttsn.InvalidTopicID)
		req = d.Publish(d.now, Message{Topic: Predefined(9), QoS: qos}, &d.out)
		d.gets(mqttsn.Puback{TopicID: 9, MsgID: 2, ReturnCode: mqttsn.Congestion})
		d.rejected(req, mqttsn.TypePuback, mqttsn.Congestion)
	}
}

// The gateway has lost its topic table: the trace in our reference.
func TestPublishInvalidTopicID(t *testing.T) {
	d := connected(t, Config{})
	d.knows(1, "site/a/temp")
	req := d.Publish(d.now, Message{Topic: Name("site/a/temp"), QoS: mqttsn.QoS1, Payload: []byte("21.5")}, &d.out)
	d.wants(`PUBLISH topic=normal:1 qos=1 msgid=1 "21.5"`)
	d.after(10 * time.Second)
	d.wants(`PUBLISH topic=normal:1 qos=1 msgid=1 dup "21.5"`)
	d.gets(mqttsn.Puback{TopicID: 1, MsgID: 1, ReturnCode: mqttsn.InvalidTopicID})
	d.wants(`REGISTER topic="site/a/temp" msgid=2`)
	d.gets(mqttsn.Regack{TopicID: 3, MsgID: 2})
	d.wants(`PUBLISH topic=normal:3 qos=1 msgid=1 "21.5"`)

	d.gets(mqttsn.Puback{TopicID: 3, MsgID: 1, ReturnCode: mqttsn.InvalidTopicID}) // once is enough
	d.rejected(req, mqttsn.TypePuback, mqttsn.InvalidTopicID)
}

// A message of QoS 0 is lost when its topic id is unknown; the next one is not.
func TestPublishQoS0InvalidTopicID(t *testing.T) {
	d := connected(t, Config{})
	d.knows(1, "a")
	d.Publish(d.now, Message{Topic: Name("a")}, &d.out)
	d.gets(mqttsn.Puback{TopicID: 1, ReturnCode: mqttsn.InvalidTopicID})
	d.Publish(d.now, Message{Topic: Name("a")}, &d.out)
	d.wants(`PUBLISH topic=normal:1 qos=0 ""`, `REGISTER topic="a" msgid=1`)
}

func TestResume(t *testing.T) {
	d := newDevice(t, Config{Resume: true, Retries: -1})
	connect := func() {
		t.Helper()
		req := d.Connect(d.now, &d.out)
		d.wants("CONNECT client=dev duration=0")
		d.gets(mqttsn.Connack{})
		d.succeeded(req)
	}
	message := func(qos mqttsn.QoS, payload string) Message {
		return Message{Topic: Short("ab"), QoS: qos, Payload: []byte(payload)}
	}
	early := d.Publish(d.now, message(mqttsn.QoS1, "early"), &d.out) // there is no session yet
	d.wants()
	connect()
	d.wants(`PUBLISH topic=short:ab qos=1 msgid=1 "early"`)
	next := d.Publish(d.now, message(mqttsn.QoS2, "next"), &d.out)
	d.after(10 * time.Second)
	require.ErrorIs(t, d.lost, ErrTimeout)
	require.Equal(t, 2, d.Waiting())

	connect()
	d.wants(`PUBLISH topic=short:ab qos=1 msgid=1 dup "early"`)
	d.gets(mqttsn.Puback{MsgID: 1})
	d.succeeded(early)
	d.wants(`PUBLISH topic=short:ab qos=2 msgid=2 "next"`)
	d.gets(mqttsn.Pubrec{MsgID: 2})
	d.wants("PUBREL msgid=2")
	d.gets(mqttsn.Disconnect{})
	d.failed(d.Ping(d.now, &d.out), ErrNotConnected)

	connect()
	d.wants("PUBREL msgid=2")
	d.gets(mqttsn.Pubcomp{MsgID: 2})
	d.succeeded(next)
}

// A clean session knows nothing of what was under way.
func TestResumeInCleanSession(t *testing.T) {
	d := connected(t, Config{Resume: true})
	req := d.Publish(d.now, Message{Topic: Short("ab"), QoS: mqttsn.QoS2}, &d.out)
	d.wants(`PUBLISH topic=short:ab qos=2 msgid=1 ""`)
	d.gets(mqttsn.Pubrec{MsgID: 1}, mqttsn.Disconnect{})
	d.wants("PUBREL msgid=1")
	d.Connect(d.now, &d.out)
	d.gets(mqttsn.Connack{})
	d.wants("CONNECT client=dev duration=0 clean", `PUBLISH topic=short:ab qos=2 msgid=2 ""`)
	d.Cancel(d.now, req, &d.out)
	d.gets(mqttsn.Disconnect{})
	require.Zero(t, d.Waiting()) // nobody waits for it any more
}
