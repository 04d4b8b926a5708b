package client

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"mqttsn-gateway/mqttsn"
)

func TestConnect(t *testing.T) {
	d := newDevice(t, Config{KeepAlive: 1500 * time.Millisecond})
	req := d.Connect(d.now, &d.out)
	d.wants("CONNECT client=dev duration=2")
	require.Equal(t, Connecting, d.State())
	d.gets(mqttsn.Connack{})
	d.succeeded(req)
	require.Equal(t, Active, d.State())
}

func TestConnectRejected(t *testing.T) {
	d := newDevice(t, Config{})
	req := d.Connect(d.now, &d.out)
	d.gets(mqttsn.Connack{ReturnCode: mqttsn.Congestion})
	d.rejected(req, mqttsn.TypeConnack, mqttsn.Congestion)
	require.Equal(t, Disconnected, d.State())
}

func TestConnectWithWill(t *testing.T) {
	d := newDevice(t, Config{Will: &Will{Topic: "state/dev", Payload: []byte("gone"), QoS: mqttsn.QoS1, Retain: true}})
	req := d.Connect(d.now, &d.out)
	d.wants("CONNECT client=dev duration=0 will")
	d.gets(mqttsn.WillTopicReq{})
	d.wants(`WILLTOPIC topic="state/dev" qos=1 retain`)
	d.after(10 * time.Second)
	d.wants(`WILLTOPIC topic="state/dev" qos=1 retain`) // each step has its own retries
	d.gets(mqttsn.WillMsgReq{})
	d.wants(`WILLMSG "gone"`)
	d.after(30 * time.Second)
	d.wants(`WILLMSG "gone"`, `WILLMSG "gone"`, `WILLMSG "gone"`)
	d.pending(req)
	d.gets(mqttsn.Connack{})
	d.succeeded(req)
}

// A gateway that answers the CONNECT again begins the handshake again.
func TestConnectWithWillRepeated(t *testing.T) {
	d := newDevice(t, Config{Will: &Will{Topic: "w", Payload: []byte("gone")}})
	req := d.Connect(d.now, &d.out)
	d.gets(mqttsn.WillMsgReq{}) // out of place
	d.wants("CONNECT client=dev duration=0 will")
	d.gets(mqttsn.WillTopicReq{}, mqttsn.WillTopicReq{}, mqttsn.WillMsgReq{}, mqttsn.WillTopicReq{}, mqttsn.WillMsgReq{})
	d.wants(`WILLTOPIC topic="w" qos=0`, `WILLTOPIC topic="w" qos=0`, `WILLMSG "gone"`, `WILLTOPIC topic="w" qos=0`,
		`WILLMSG "gone"`)
	for range 100 {
		d.gets(mqttsn.WillTopicReq{})
	}
	require.Len(t, d.out.Send, maxWillAnswers-5)
	d.after(time.Hour)
	d.failed(req, ErrTimeout)
}

func TestConnectDeletesWill(t *testing.T) {
	d := newDevice(t, Config{Will: &Will{}})
	req := d.Connect(d.now, &d.out)
	d.gets(mqttsn.WillTopicReq{})
	d.wants("CONNECT client=dev duration=0 will", "WILLTOPIC empty")
	d.gets(mqttsn.WillMsgReq{}) // some gateways ask all the same
	d.wants(`WILLMSG ""`)
	d.gets(mqttsn.Connack{})
	d.succeeded(req)
}

func TestAskedForAWillWithoutHavingOne(t *testing.T) {
	d := newDevice(t, Config{})
	req := d.Connect(d.now, &d.out)
	d.gets(mqttsn.WillTopicReq{}, mqttsn.WillMsgReq{}, mqttsn.Connack{})
	d.wants("CONNECT client=dev duration=0", "WILLTOPIC empty", `WILLMSG ""`)
	d.succeeded(req)
}

func TestConnectWithInvalidWill(t *testing.T) {
	d := newDevice(t, Config{Will: &Will{Topic: "w", QoS: mqttsn.QoSMinus1}})
	d.failed(d.Connect(d.now, &d.out), ErrInvalid)
	d.wants()
}

func TestGatewayEndsSession(t *testing.T) {
	d := connected(t, Config{})
	underWay := d.Ping(d.now, &d.out)
	waiting := d.Register(d.now, "a", &d.out)
	d.gets(mqttsn.Disconnect{})
	require.ErrorIs(t, d.lost, ErrDisconnected)
	d.failed(underWay, ErrDisconnected)
	d.failed(waiting, ErrNotConnected)
	require.Equal(t, Disconnected, d.State())
	_, ok := d.Deadline()
	require.False(t, ok)
}

// A DISCONNECT that was sent to us before the gateway got our CONNECT must not end the new session.
func TestLateDisconnect(t *testing.T) {
	d := newDevice(t, Config{})
	req := d.Connect(d.now, &d.out)
	d.gets(mqttsn.Disconnect{}, mqttsn.Connack{})
	d.succeeded(req)
	require.NoError(t, d.lost)
}

// After a new connection the gateway may number topics in another way, so that ours are registered again. Those under
// which it publishes may be the old ones if it has kept the session.
func TestTopicIDsOfNewConnection(t *testing.T) {
	for _, clean := range []bool{false, true} {
		d := newDevice(t, Config{CleanSession: clean})
		d.Connect(d.now, &d.out)
		d.gets(mqttsn.Connack{})
		d.out.Reset()
		d.knows(5, "a")
		d.Connect(d.now, &d.out)
		d.gets(mqttsn.Connack{})
		d.out.Reset()

		d.gets(mqttsn.Publish{TopicID: 5, Data: []byte("x")})
		if clean {
			d.wants("PUBACK invalid-topic-id id=5 msgid=0")
		} else {
			d.received("a qos=0 x")
		}
		d.Publish(d.now, Message{Topic: Name("a")}, &d.out)
		d.wants(`REGISTER topic="a" msgid=1`)
	}
}

func TestUpdateWill(t *testing.T) {
	d := connected(t, Config{})
	req := d.UpdateWill(d.now, &Will{Topic: "w", Payload: []byte("x"), QoS: mqttsn.QoS2}, &d.out)
	d.wants(`WILLTOPICUPD topic="w" qos=2`)
	d.gets(mqttsn.WillTopicResp{})
	d.wants(`WILLMSGUPD "x"`)
	d.pending(req)
	d.gets(mqttsn.WillMsgResp{})
	d.succeeded(req)

	d.Connect(d.now, &d.out)
	d.gets(mqttsn.WillTopicReq{}, mqttsn.WillMsgReq{}, mqttsn.Connack{})
	d.wants("CONNECT client=dev duration=0 clean will", `WILLTOPIC topic="w" qos=2`, `WILLMSG "x"`)

	req = d.UpdateWill(d.now, nil, &d.out)
	d.gets(mqttsn.WillTopicResp{})
	d.wants("WILLTOPICUPD empty")
	d.succeeded(req)
	d.Connect(d.now, &d.out)
	d.wants("CONNECT client=dev duration=0 clean")
}

func TestUpdateWillRefused(t *testing.T) {
	d := connected(t, Config{})
	req := d.UpdateWill(d.now, &Will{Topic: "w"}, &d.out)
	d.gets(mqttsn.WillTopicResp{ReturnCode: mqttsn.NotSupported})
	d.rejected(req, mqttsn.TypeWillTopicResp, mqttsn.NotSupported)

	req = d.UpdateWill(d.now, &Will{Topic: "w"}, &d.out)
	d.gets(mqttsn.WillTopicResp{}, mqttsn.WillMsgResp{ReturnCode: mqttsn.NotSupported})
	d.rejected(req, mqttsn.TypeWillMsgResp, mqttsn.NotSupported)
	require.Equal(t, Active, d.State())
}
