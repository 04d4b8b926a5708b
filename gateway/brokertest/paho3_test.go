package brokertest

import (
	"net"
	"net/url"
	"testing"
	"time"

	mqtt "github.com/eclipse/paho.mqtt.golang"
	"github.com/stretchr/testify/require"
)

// paho3 is a user of paho.mqtt.golang.
type paho3 struct {
	t        *testing.T
	addr     string
	conn     net.Conn
	client   mqtt.Client
	messages chan message
}

func newPaho3(t *testing.T, addr string) user {
	return &paho3{t: t, addr: addr, messages: make(chan message, backlog)}
}

func (u *paho3) wait(token mqtt.Token) {
	u.t.Helper()
	require.True(u.t, token.WaitTimeout(patience), "no answer")
	require.NoError(u.t, token.Error())
}

func (u *paho3) connect(s session) bool {
	o := mqtt.NewClientOptions().AddBroker("tcp://" + u.addr).SetClientID(s.client).SetCleanSession(!s.keep).
		SetProtocolVersion(4).SetAutoReconnect(false).SetConnectTimeout(patience).
		SetDefaultPublishHandler(func(_ mqtt.Client, m mqtt.Message) {
			u.messages <- message{topic: m.Topic(), payload: string(m.Payload()), qos: m.Qos(), retain: m.Retained()}
		}).
		SetCustomOpenConnectionFn(func(*url.URL, mqtt.ClientOptions) (net.Conn, error) {
			var err error
			u.conn, err = net.Dial("tcp", u.addr)
			return u.conn, err
		})
	if w := s.will; w != nil {
		o.SetBinaryWill(w.topic, []byte(w.payload), w.qos, w.retain)
	}
	u.client = mqtt.NewClient(o)
	token := u.client.Connect()
	u.wait(token)
	u.t.Cleanup(u.lose)
	return token.(*mqtt.ConnectToken).SessionPresent()
}

func (u *paho3) subscribe(filter string, qos byte) { u.wait(u.client.Subscribe(filter, qos, nil)) }

func (u *paho3) publish(m message) {
	u.wait(u.client.Publish(m.topic, m.qos, m.retain, []byte(m.payload)))
}

func (u *paho3) receive() message { return next(u.t, u.messages) }

// leave gives the library time to send its DISCONNECT.
func (u *paho3) leave() { u.client.Disconnect(uint(patience / time.Millisecond)) }

func (u *paho3) lose() {
	u.conn.Close()
	u.client.Disconnect(0)
}
