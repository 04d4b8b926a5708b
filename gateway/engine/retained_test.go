package engine

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"mqttsn-gateway/mqtt"
)

// A retained message finds room or its publisher is told; one in the place of another always does.
func TestRetainedLimits(t *testing.T) {
	c := DefaultConfig("udp")
	c.Retained = Limit{Messages: 2, Bytes: 1000}
	e, err := New(c)
	require.NoError(t, err)
	e.enter(0, new(Out))
	retain := func(topic, payload string, qos uint8) mqtt.Reason {
		m := &Message{Topic: topic, Payload: []byte(payload), QoS: qos, Retain: true, expires: never}
		if r := e.refuses(m); r.Failed() {
			return r
		}
		e.publish(m)
		return mqtt.Success
	}
	require.Equal(t, mqtt.Success, retain("a", "1", 1))
	require.Equal(t, mqtt.Success, retain("b", "1", 1))
	require.Equal(t, mqtt.QuotaExceeded, retain("c", "1", 1), "too many")
	require.Equal(t, mqtt.Success, retain("c", "1", 0), "delivered, not retained")
	require.EqualValues(t, 1, e.stats.RetainedDropped)
	require.Equal(t, 2, e.router.retained.names.Len())

	require.Equal(t, mqtt.Success, retain("a", "2", 1), "in the place of another")
	require.Equal(t, mqtt.QuotaExceeded, retain("a", string(make([]byte, 900)), 1), "too long")
	require.Equal(t, mqtt.Success, retain("b", "", 1), "deletes")
	require.Equal(t, mqtt.Success, retain("c", "1", 1))
}

func TestRetainedMessagesExpire(t *testing.T) {
	e, err := New(DefaultConfig("udp"))
	require.NoError(t, err)
	out := new(Out)
	e.enter(0, out)
	e.publish(&Message{Topic: "a", Payload: []byte("1"), Retain: true, expires: time.Minute})
	e.publish(&Message{Topic: "$b", Payload: []byte("1"), Retain: true, expires: time.Minute})
	e.publish(&Message{Topic: "c", Payload: []byte("1"), Retain: true, expires: never})
	e.Tick(time.Minute-1, out)
	require.Equal(t, 3, e.router.retained.names.Len())
	e.Tick(sweepEvery, out)
	require.Equal(t, 1, e.router.retained.names.Len())
	require.Equal(t, (&Message{Topic: "c", Payload: []byte("1")}).size(), e.router.retained.bytes)
}
