package radios

import (
	"context"
	"net"
	"testing"
	"time"

	"github.com/eclipse/paho.golang/paho"
	"github.com/stretchr/testify/require"

	"mqttsn-gateway/gateway/e2e/programs"
)

// An app is an ordinary MQTT client, of a library that knows nothing of ours.
type app struct {
	t    testing.TB
	conn *paho.Client
	got  chan *paho.Publish
}

// newApp connects to the gateway's broker and subscribes with QoS 2.
func newApp(t testing.TB, g *gateway, filters ...string) *app {
	t.Helper()
	conn, err := net.Dial("tcp", g.mqtt)
	require.NoError(t, err)
	a := &app{t: t, got: make(chan *paho.Publish, 1000)}
	a.conn = paho.NewClient(paho.ClientConfig{Conn: conn, OnPublishReceived: []func(paho.PublishReceived) (bool, error){
		func(r paho.PublishReceived) (bool, error) {
			a.got <- r.Packet
			return true, nil
		},
	}})
	ctx, cancel := context.WithTimeout(t.Context(), programs.Patience)
	defer cancel()
	_, err = a.conn.Connect(ctx, &paho.Connect{CleanStart: true, KeepAlive: 600})
	require.NoError(t, err)
	t.Cleanup(func() { a.conn.Disconnect(&paho.Disconnect{}) })
	if len(filters) == 0 {
		return a
	}
	s := &paho.Subscribe{}
	for _, f := range filters {
		s.Subscriptions = append(s.Subscriptions, paho.SubscribeOptions{Topic: f, QoS: 2, NoLocal: true})
	}
	_, err = a.conn.Subscribe(ctx, s)
	require.NoError(t, err)
	return a
}

// publish publishes a message; with QoS 1 and 2 the broker has taken it.
func (a *app) publish(topic, payload string, qos byte) {
	a.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), programs.Patience)
	defer cancel()
	_, err := a.conn.Publish(ctx, &paho.Publish{Topic: topic, Payload: []byte(payload), QoS: qos})
	require.NoError(a.t, err)
}

// want waits for the next message.
func (a *app) want(topic, payload string, qos byte) {
	a.t.Helper()
	select {
	case p := <-a.got:
		require.Equal(a.t, topic+" "+payload, p.Topic+" "+string(p.Payload))
		require.Equal(a.t, qos, p.QoS, topic)
	case <-time.After(programs.Patience):
		a.t.Fatalf("no message on %s", topic)
	}
}
