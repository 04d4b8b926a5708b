package testbed

import (
	"context"
	"net"
	"strings"
	"sync"

	"mqttsn-gateway/mqttsn"
	"mqttsn-gateway/mqttsn/client"
)

// A fakeGateway says yes to everything that sensors ask, without a goroutine: the answer is there when Write returns.
type fakeGateway struct {
	mu       sync.Mutex
	readings map[string][]string // by client id: topic and payload
	packets  map[string][]string // by client id: types
	refuse   bool                // says no to everything
	forget   bool                // ends the session at the next PUBLISH
}

func newFakeGateway() *fakeGateway {
	return &fakeGateway{readings: make(map[string][]string), packets: make(map[string][]string)}
}

// set changes the gateway's mind.
func (g *fakeGateway) set(f func()) {
	g.mu.Lock()
	defer g.mu.Unlock()
	f()
}

// A wire leads to the gateway. It is a client.Transport.
type wire struct {
	gateway *fakeGateway
	client  string
	topic   string
	answers chan []byte
	closed  chan struct{}
}

func (g *fakeGateway) dial(context.Context) (client.Transport, error) {
	return &wire{gateway: g, answers: make(chan []byte, 8), closed: make(chan struct{})}, nil
}

func (w *wire) Read(b []byte) (int, error) {
	select {
	case a := <-w.answers:
		return copy(b, a), nil
	case <-w.closed:
		return 0, net.ErrClosed
	}
}

func (w *wire) Close() error {
	close(w.closed)
	return nil
}

func (w *wire) Write(b []byte) (int, error) {
	p, err := mqttsn.Parse(b)
	if err != nil {
		panic(err) // a sensor that sends nonsense
	}
	w.gateway.set(func() {
		if answer := w.answer(p); answer != nil {
			w.answers <- answer.Append(nil)
		}
		w.gateway.packets[w.client] = append(w.gateway.packets[w.client], p.Type().String())
	})
	return len(b), nil
}

func (w *wire) answer(p mqttsn.Packet) mqttsn.Packet {
	switch p := p.(type) {
	case *mqttsn.Connect:
		w.client = string(p.ClientID)
		if w.gateway.refuse {
			return &mqttsn.Connack{ReturnCode: mqttsn.Congestion}
		}
		return &mqttsn.Connack{}
	case *mqttsn.Register:
		w.topic = string(p.TopicName)
		return &mqttsn.Regack{TopicID: 1, MsgID: p.MsgID}
	case *mqttsn.Publish:
		if w.gateway.forget {
			w.gateway.forget = false
			return &mqttsn.Disconnect{}
		}
		if w.gateway.refuse {
			return &mqttsn.Puback{TopicID: p.TopicID, MsgID: p.MsgID, ReturnCode: mqttsn.Congestion}
		}
		w.gateway.readings[w.client] = append(w.gateway.readings[w.client], strings.Join([]string{w.topic, string(p.Data)}, " "))
		switch p.Flags.QoS() {
		case mqttsn.QoS1:
			return &mqttsn.Puback{TopicID: p.TopicID, MsgID: p.MsgID}
		case mqttsn.QoS2:
			return &mqttsn.Pubrec{MsgID: p.MsgID}
		}
	case *mqttsn.Pubrel:
		return &mqttsn.Pubcomp{MsgID: p.MsgID}
	case *mqttsn.Pingreq:
		return &mqttsn.Pingresp{}
	case *mqttsn.Disconnect:
		return &mqttsn.Disconnect{}
	}
	return nil
}
