package client

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"mqttsn-gateway/mqttsn"
)

func TestWake(t *testing.T) {
	d := asleep(t, Config{})
	for range 3 {
		d.after(time.Hour)
		req := d.Wake(d.now, &d.out)
		require.Equal(t, Awake, d.State())
		d.wants("PINGREQ client=dev")
		d.gets(mqttsn.Register{TopicID: 5, MsgID: 1, TopicName: []byte("a")})
		d.gets(mqttsn.Publish{Flags: mqttsn.QoS2.Flags(), TopicID: 5, MsgID: 2, Data: []byte("x")}, mqttsn.Pubrel{MsgID: 2})
		d.wants("REGACK accepted id=5 msgid=1", "PUBREC msgid=2", "PUBCOMP msgid=2")
		d.received("a qos=2 x")
		d.pending(req)
		d.gets(mqttsn.Pingresp{})
		d.succeeded(req)
		require.Equal(t, Asleep, d.State())
		_, ok := d.Deadline()
		require.False(t, ok)
	}
}

// The client asks again when the gateway falls silent, not while it is at work, and goes to sleep in the end.
func TestWakeRetries(t *testing.T) {
	d := asleep(t, Config{Retries: 1})
	req := d.Wake(d.now, &d.out)
	d.wants("PINGREQ client=dev")
	for range 5 {
		d.after(9 * time.Second)
		d.gets(mqttsn.Publish{Flags: mqttsn.ShortName.Flags(), TopicID: 0x6161})
	}
	d.wants()
	d.after(10 * time.Second)
	d.wants("PINGREQ client=dev")
	d.after(10 * time.Second)
	d.failed(req, ErrTimeout)
	require.Equal(t, Asleep, d.State())
	require.NoError(t, d.lost)

	req = d.Wake(d.now, &d.out)
	d.wants("PINGREQ client=dev")
	d.Cancel(d.now, req, &d.out)
	require.Equal(t, Asleep, d.State())
}

func TestSleepAgain(t *testing.T) {
	d := asleep(t, Config{})
	req := d.Sleep(d.now, 1500*time.Millisecond, &d.out)
	d.wants("DISCONNECT duration=2")
	d.gets(mqttsn.Disconnect{})
	d.succeeded(req)
	require.Equal(t, Asleep, d.State())
}

func TestDisconnectFromSleep(t *testing.T) {
	d := asleep(t, Config{})
	req := d.Disconnect(d.now, &d.out)
	d.wants("DISCONNECT")
	d.gets(mqttsn.Disconnect{})
	d.succeeded(req)
	require.Equal(t, Disconnected, d.State())
}

func TestLostWhileAwake(t *testing.T) {
	d := asleep(t, Config{})
	req := d.Wake(d.now, &d.out)
	d.gets(mqttsn.Disconnect{})
	d.failed(req, ErrDisconnected)
	require.ErrorIs(t, d.lost, ErrDisconnected)
	require.Equal(t, Disconnected, d.State())
}

// A session that only slept keeps its topic ids.
func TestConnectFromSleep(t *testing.T) {
	d := newDevice(t, Config{})
	d.Connect(d.now, &d.out)
	d.gets(mqttsn.Connack{})
	d.out.Reset()
	d.knows(5, "a")
	d.Sleep(d.now, time.Minute, &d.out)
	d.gets(mqttsn.Disconnect{})
	d.Connect(d.now, &d.out)
	d.Publish(d.now, Message{Topic: Name("a")}, &d.out) // waits for CONNACK
	d.wants("DISCONNECT duration=60", "CONNECT client=dev duration=0")
	d.gets(mqttsn.Connack{})
	d.wants(`PUBLISH topic=normal:5 qos=0 ""`)
}

func TestKeepAlive(t *testing.T) {
	d := connected(t, Config{KeepAlive: 40 * time.Second})
	d.after(30*time.Second - 1)
	d.wants()
	d.after(1)
	d.wants("PINGREQ")
	d.gets(mqttsn.Pingresp{})

	// Who talks without being answered wants to know whether anybody listens.
	for range 3 {
		d.after(9 * time.Second)
		d.Publish(d.now, Message{Topic: Short("ab")}, &d.out)
		d.wants(`PUBLISH topic=short:ab qos=0 ""`)
	}
	d.after(3 * time.Second)
	d.wants("PINGREQ")
	d.gets(mqttsn.Pingresp{})

	// Who only listens must be heard.
	for range 3 {
		d.after(9 * time.Second)
		d.gets(mqttsn.Publish{Flags: mqttsn.ShortName.Flags(), TopicID: 0x6162})
	}
	d.after(3 * time.Second)
	d.wants("PINGREQ")

	d.after(40 * time.Second)
	d.wants("PINGREQ", "PINGREQ", "PINGREQ")
	require.ErrorIs(t, d.lost, ErrTimeout)
	require.Equal(t, Disconnected, d.State())
}

func TestNoKeepAliveWhileAsleep(t *testing.T) {
	d := asleep(t, Config{KeepAlive: time.Minute})
	d.after(time.Hour)
	d.wants()
}

func TestGatewayPings(t *testing.T) {
	d := connected(t, Config{})
	d.gets(mqttsn.Pingreq{})
	d.wants("PINGRESP")
}
