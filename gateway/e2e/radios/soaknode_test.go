package radios

import (
	"context"
	"fmt"
	"math/rand/v2"
	"time"

	"mqttsn-gateway/gateway/ledger"
	"mqttsn-gateway/mqttsn"
	"mqttsn-gateway/mqttsn/client"
	"mqttsn-gateway/testbed/xbee"
)

// A soakNode is a sensor: it publishes, and receives what is for it. One in three sleeps between its messages. It never
// gives up: what the gateway does not answer, it says again.
type soakNode struct {
	s       *soak
	id      string
	sleeper bool
	node    *xbee.Node
	client  *client.Client
	wakings int // CONNECTs after the first; read when run has returned
}

func newSoakNode(s *soak, i int) *soakNode {
	n := &soakNode{s: s, id: fmt.Sprintf("node-%02d", i), sleeper: i%3 == 2}
	n.node = s.air.NewNode(xbee.NodeConfig{Name: n.id})
	n.client = client.New(n.node, client.Config{
		ClientID: n.id, KeepAlive: time.Minute, RetryInterval: time.Second, Retries: 1000,
		FirstMsgID: uint16(rand.Uint32()),
	})
	n.client.OnLost(func(err error) {
		if n.client.State() == client.Disconnected {
			s.ledger.Blame(ledger.Noticed, n.id, err.Error())
		}
	})
	n.client.OnMessage(func(m client.Message) { s.ledger.Arrived(n.id, m.Topic.Name, m.Payload) })
	return n
}

func (n *soakNode) down() string { return "down/" + n.id }

// run lives until ctx ends, and publishes until the load does.
func (n *soakNode) run(ctx context.Context, ready chan<- error) error {
	defer n.client.Close()
	err := n.client.Connect(ctx)
	if err == nil {
		_, err = n.client.Subscribe(ctx, client.Name(n.down()), mqttsn.QoS2, nil)
		n.s.ledger.Subscribed(n.id, n.down(), 2)
	}
	ready <- err
	if err != nil {
		return err
	}
	for n.s.pause(ctx, 4*time.Second) {
		if err := n.publish(ctx); err != nil {
			return ifRunning(ctx, err)
		}
		if n.sleeper {
			if err := n.sleep(ctx); err != nil {
				return ifRunning(ctx, err)
			}
		}
	}
	<-ctx.Done()
	return nil
}

func ifRunning(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return nil
	}
	return err
}

func (n *soakNode) publish(ctx context.Context) error {
	qos := byte(1 + rand.IntN(2))
	topic := "up/" + n.id
	payload := n.s.ledger.Publish(n.id, topic, qos)
	err := n.client.Publish(ctx, client.Message{Topic: client.Name(topic), QoS: mqttsn.QoS(qos), Payload: payload})
	if err != nil {
		return fmt.Errorf("%s: publish: %w", n.id, err)
	}
	n.s.ledger.Acknowledged(payload)
	return nil
}

// sleep sleeps, looks for messages three times, and comes back.
func (n *soakNode) sleep(ctx context.Context) error {
	if err := n.client.Sleep(ctx, time.Minute); err != nil {
		return fmt.Errorf("%s: sleep: %w", n.id, err)
	}
	for range 3 {
		if !n.s.pause(ctx, 3*time.Second) {
			break
		}
		if err := n.client.Wake(ctx); err != nil {
			return fmt.Errorf("%s: wake: %w", n.id, err)
		}
	}
	n.wakings++
	if err := n.client.Connect(ctx); err != nil {
		return fmt.Errorf("%s: wake up: %w", n.id, err)
	}
	return nil
}
