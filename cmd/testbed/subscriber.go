package main

import (
	"context"
	"fmt"
	"net"
	"sync"

	"github.com/eclipse/paho.golang/paho"
)

// A subscriber is an ordinary MQTT client, made with Eclipse Paho, that hands over every message of a filter.
type subscriber struct {
	client *paho.Client
	failed chan error // the first error of the connection

	mu       sync.Mutex
	messages int
	changed  chan struct{} // closed when there is one more
}

// subscribe connects with a broker. Handle is called by one goroutine.
func subscribe(ctx context.Context, broker, id, filter string, handle func(topic string, payload []byte)) (*subscriber, error) {
	conn, err := new(net.Dialer).DialContext(ctx, "tcp", broker)
	if err != nil {
		return nil, err
	}
	s := &subscriber{failed: make(chan error, 1), changed: make(chan struct{})}
	s.client = paho.NewClient(paho.ClientConfig{
		Conn: conn,
		OnPublishReceived: []func(paho.PublishReceived) (bool, error){func(p paho.PublishReceived) (bool, error) {
			handle(p.Packet.Topic, p.Packet.Payload)
			s.count()
			return true, nil
		}},
		OnClientError:      s.fail,
		OnServerDisconnect: func(d *paho.Disconnect) { s.fail(fmt.Errorf("disconnected with reason 0x%02X", d.ReasonCode)) },
	})
	if _, err := s.client.Connect(ctx, &paho.Connect{ClientID: id, CleanStart: true, KeepAlive: 30}); err != nil {
		conn.Close()
		return nil, err
	}
	_, err = s.client.Subscribe(ctx, &paho.Subscribe{Subscriptions: []paho.SubscribeOptions{{Topic: filter, QoS: 2}}})
	if err != nil {
		s.close()
		return nil, err
	}
	return s, nil
}

func (s *subscriber) fail(err error) {
	select {
	case s.failed <- err:
	default:
	}
}

func (s *subscriber) count() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.messages++
	close(s.changed)
	s.changed = make(chan struct{})
}

// waitFor waits until there have been n messages or ctx ends, and returns how many there were.
func (s *subscriber) waitFor(ctx context.Context, n int) int {
	for {
		s.mu.Lock()
		messages, changed := s.messages, s.changed
		s.mu.Unlock()
		if messages >= n {
			return messages
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return messages
		}
	}
}

// close ends the connection and waits until nothing is handed over any more.
func (s *subscriber) close() {
	_ = s.client.Disconnect(&paho.Disconnect{}) // the broker may be gone
	<-s.client.Done()
}
