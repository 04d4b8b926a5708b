package bench

import (
	"context"
	"fmt"
	"sync/atomic"
	"time"

	"mqttsn-gateway/mqtt"
)

// A peer is the ordinary MQTT client at the other end.
type peer struct {
	conn    *mqtt.Conn
	heard   func(payload []byte) // called by the peer's goroutine
	poke    func()               // called when something may go on
	ended   chan struct{}
	err     error // why; valid when ended
	granted chan byte

	open   atomic.Int64 // publications that are not acknowledged
	lastID uint16
}

const (
	peerOpen1    = 1000      // publications with QoS 1 under way
	peerOpen2    = 20        // with QoS 2: mosquitto ends the connection of who has more
	peerBuffered = 256 << 10 // octets that wait to be sent
	peerGoodbye  = 200 * time.Millisecond
)

// dialPeer connects to the broker. Heard is given the payloads of messages; poke is called whenever there may be more to do.
func dialPeer(ctx context.Context, broker, id string, heard func([]byte), poke func()) (*peer, error) {
	c, err := mqtt.Dial(ctx, mqtt.DialConfig{URL: broker, Conn: mqtt.Config{CloseTimeout: peerGoodbye}})
	if err != nil {
		return nil, err
	}
	p := &peer{conn: c, heard: heard, poke: poke, ended: make(chan struct{}), granted: make(chan byte, 1)}
	c.OnDrained(peerBuffered, poke)
	c.Send(&mqtt.Connect{Version: mqtt.V311, ClientID: id, CleanStart: true})
	c.Flush()
	answer, err := c.ReadPacket()
	if connack, ok := answer.(*mqtt.Connack); err == nil && ok && connack.Reason.Failed() {
		err = fmt.Errorf("the broker refuses the connection: %v", connack.Reason)
	}
	if err != nil {
		c.Close()
		return nil, err
	}
	go p.read()
	return p, nil
}

// subscribe waits for the answer.
func (p *peer) subscribe(ctx context.Context, filter string, qos byte) error {
	p.conn.Send(&mqtt.Subscribe{PacketID: 1, Subscriptions: []mqtt.Subscription{{Filter: filter, QoS: qos}}})
	p.conn.Flush()
	select {
	case code := <-p.granted:
		if code > 2 {
			return fmt.Errorf("the broker refuses the subscription to %s", filter)
		}
		return nil
	case <-p.ended:
		return p.err
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

func (p *peer) mayPublish(qos byte) bool {
	most := peerOpen1
	if qos == 2 {
		most = peerOpen2
	}
	return p.unacknowledged() < most && p.conn.Buffered() < peerBuffered
}

func (p *peer) unacknowledged() int { return int(p.open.Load()) }

// publish sends a message. It is for one goroutine, and mayPublish has said yes.
func (p *peer) publish(topic string, payload []byte, qos byte) {
	m := &mqtt.Publish{Topic: topic, Payload: payload, QoS: qos}
	if qos > 0 {
		if p.lastID++; p.lastID == 0 {
			p.lastID = 1
		}
		m.PacketID = p.lastID
		p.open.Add(1)
	}
	p.conn.Send(m)
	p.conn.Flush()
}

// read answers what comes until the connection ends.
func (p *peer) read() {
	defer close(p.ended)
	defer p.poke()
	for {
		packet, err := p.conn.ReadPacket()
		if err != nil {
			p.err = fmt.Errorf("connection with the broker: %w", err)
			return
		}
		switch m := packet.(type) {
		case *mqtt.Publish:
			p.heard(m.Payload)
			switch m.QoS {
			case 1:
				p.conn.Send(&mqtt.Ack{Kind: mqtt.PUBACK, PacketID: m.PacketID})
			case 2:
				p.conn.Send(&mqtt.Ack{Kind: mqtt.PUBREC, PacketID: m.PacketID})
			}
		case *mqtt.Ack:
			p.acknowledged(m)
		case *mqtt.Suback:
			p.granted <- byte(m.Reasons[0])
		}
		if !p.conn.ReadBuffered() {
			p.conn.Flush()
			p.poke()
		}
	}
}

func (p *peer) acknowledged(m *mqtt.Ack) {
	switch m.Kind {
	case mqtt.PUBACK, mqtt.PUBCOMP:
		p.open.Add(-1)
	case mqtt.PUBREC:
		p.conn.Send(&mqtt.Ack{Kind: mqtt.PUBREL, PacketID: m.PacketID})
	case mqtt.PUBREL:
		p.conn.Send(&mqtt.Ack{Kind: mqtt.PUBCOMP, PacketID: m.PacketID})
	}
}

// failed is why the connection has ended, nil while it stands.
func (p *peer) failed() error {
	select {
	case <-p.ended:
		return p.err
	default:
		return nil
	}
}

func (p *peer) close() {
	p.conn.Send(&mqtt.Disconnect{})
	<-p.ended
}
