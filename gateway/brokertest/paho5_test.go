package brokertest

import (
	"context"
	"net"
	"testing"
	"time"

	"github.com/eclipse/paho.golang/paho"
	"github.com/stretchr/testify/require"
)

// backlog is how many messages may have come before a user looks at them.
const backlog = 1000

// paho5 is a user of paho.golang.
type paho5 struct {
	t        *testing.T
	addr     string
	conn     net.Conn
	client   *paho.Client
	messages chan message
}

func newPaho5(t *testing.T, addr string) user {
	return &paho5{t: t, addr: addr, messages: make(chan message, backlog)}
}

func (u *paho5) ctx() context.Context {
	ctx, cancel := context.WithTimeout(u.t.Context(), patience)
	u.t.Cleanup(cancel)
	return ctx
}

func (u *paho5) connect(s session) bool {
	var err error
	u.conn, err = net.Dial("tcp", u.addr)
	require.NoError(u.t, err)
	u.client = paho.NewClient(paho.ClientConfig{
		Conn: u.conn, PacketTimeout: patience,
		OnPublishReceived: []func(paho.PublishReceived) (bool, error){func(p paho.PublishReceived) (bool, error) {
			u.messages <- fromPaho5(p.Packet)
			return true, nil
		}},
	})
	window, expiry := uint16(16), uint32(600)
	c := &paho.Connect{
		ClientID: s.client, CleanStart: !s.keep, KeepAlive: 30,
		Properties: &paho.ConnectProperties{ReceiveMaximum: &window},
	}
	if s.keep {
		c.Properties.SessionExpiryInterval = &expiry
	}
	if w := s.will; w != nil {
		c.WillMessage = &paho.WillMessage{Topic: w.topic, Payload: []byte(w.payload), QoS: w.qos, Retain: w.retain}
	}
	ack, err := u.client.Connect(u.ctx(), c)
	require.NoError(u.t, err)
	u.t.Cleanup(u.lose)
	return ack.SessionPresent
}

func (u *paho5) subscribe(filter string, qos byte) {
	_, err := u.client.Subscribe(u.ctx(), &paho.Subscribe{Subscriptions: []paho.SubscribeOptions{{Topic: filter, QoS: qos}}})
	require.NoError(u.t, err)
}

func (u *paho5) publish(m message) {
	p := &paho.Publish{
		Topic: m.topic, Payload: []byte(m.payload), QoS: m.qos, Retain: m.retain,
		Properties: &paho.PublishProperties{ResponseTopic: m.responseTopic, ContentType: m.contentType},
	}
	if m.correlation != "" {
		p.Properties.CorrelationData = []byte(m.correlation)
	}
	if m.user[0] != "" {
		p.Properties.User.Add(m.user[0], m.user[1])
	}
	_, err := u.client.Publish(u.ctx(), p)
	require.NoError(u.t, err)
}

func fromPaho5(p *paho.Publish) message {
	m := message{topic: p.Topic, payload: string(p.Payload), qos: p.QoS, retain: p.Retain}
	if q := p.Properties; q != nil {
		m.responseTopic, m.correlation, m.contentType = q.ResponseTopic, string(q.CorrelationData), q.ContentType
		if len(q.User) > 0 {
			m.user = [2]string{q.User[0].Key, q.User[0].Value}
		}
	}
	return m
}

func (u *paho5) receive() message { return next(u.t, u.messages) }

func (u *paho5) leave() {
	require.NoError(u.t, u.client.Disconnect(&paho.Disconnect{}))
	<-u.client.Done()
}

func (u *paho5) lose() {
	u.conn.Close()
	<-u.client.Done()
}

// next waits for the next message of a user.
func next(t *testing.T, messages <-chan message) message {
	t.Helper()
	select {
	case m := <-messages:
		return m
	case <-time.After(patience):
		t.Fatal("no message comes")
		return message{}
	}
}
