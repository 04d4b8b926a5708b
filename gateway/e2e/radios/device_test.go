package radios

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"mqttsn-gateway/gateway/e2e/programs"
	"mqttsn-gateway/mqttsn"
	"mqttsn-gateway/mqttsn/client"
)

// A device runs the client library.
type device struct {
	*client.Client
	t    testing.TB
	ctx  context.Context
	got  chan client.Message
	lost chan error
}

// newDevice puts a device on a transport, which ends with the test. It does not connect.
func newDevice(t testing.TB, over client.Transport, c client.Config) *device {
	t.Helper()
	c.RetryInterval, c.Retries = time.Second, 10
	if c.KeepAlive == 0 {
		c.KeepAlive = time.Minute
	}
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	d := &device{Client: client.New(over, c), t: t, ctx: ctx, got: make(chan client.Message, 1000), lost: make(chan error, 10)}
	d.OnMessage(func(m client.Message) { d.got <- m })
	d.OnLost(func(err error) { d.lost <- err })
	t.Cleanup(func() {
		d.Close()
		cancel()
	})
	return d
}

func (d *device) connect() *device {
	d.t.Helper()
	require.NoError(d.t, d.Connect(d.ctx))
	return d
}

func (d *device) subscribe(filter string) {
	d.t.Helper()
	qos, err := d.Subscribe(d.ctx, client.Name(filter), mqttsn.QoS2, nil)
	require.NoError(d.t, err)
	require.Equal(d.t, mqttsn.QoS2, qos)
}

func (d *device) publish(topic, payload string, qos mqttsn.QoS) {
	d.t.Helper()
	require.NoError(d.t, d.Publish(d.ctx, client.Message{Topic: client.Name(topic), Payload: []byte(payload), QoS: qos}))
}

// want waits for the next message.
func (d *device) want(topic, payload string, qos mqttsn.QoS) {
	d.t.Helper()
	select {
	case m := <-d.got:
		require.Equal(d.t, topic+" "+payload, m.Topic.Name+" "+string(m.Payload))
		require.Equal(d.t, qos, m.QoS, topic)
	case err := <-d.lost:
		d.t.Fatalf("the device lost its session: %v", err)
	case <-time.After(programs.Patience):
		d.t.Fatalf("the device got no message on %s", topic)
	}
}

// wantNothing fails if a message has come. It asks the gateway something first, so that what was on its way is here.
func (d *device) wantNothing() {
	d.t.Helper()
	require.NoError(d.t, d.Ping(d.ctx))
	require.Empty(d.t, d.got)
	require.Empty(d.t, d.lost)
}
