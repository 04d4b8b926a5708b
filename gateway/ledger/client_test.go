package ledger

import (
	"context"
	"slices"
	"sync"
	"time"

	"mqttsn-gateway/mqtt"
)

// A hub is an ordinary MQTT client. Its session outlives its connections: on the next one it sends again what was not
// acknowledged, in order, and takes no QoS 2 message twice.
type hub struct {
	f       *fleet
	id      string
	addr    string
	version mqtt.Version
	filters []string      // subscribed to with QoS 2
	roams   time.Duration // every so often it drops its connection and stays away for a while; 0: never
	away    chan struct{} // once subscribed, it stays away until this is closed; nil: it stays

	ready  sync.Once
	window chan struct{} // has a place for each message that may be under way

	mu       sync.Mutex
	conn     *mqtt.Conn // nil, or CONNACK has come
	known    bool       // the broker has a session of ours
	lastID   uint16
	sent     []*sentMessage // in order, until acknowledged
	received map[uint16]bool
	awaited  int // SUBACKs
}

type sentMessage struct {
	id       uint16
	qos      byte
	topic    string
	payload  []byte
	released bool // PUBREC has come
}

// hubWindow is how many messages a hub has under way.
const hubWindow = 20

func (h *hub) run(ctx context.Context) error {
	h.received = make(map[uint16]bool)
	for ctx.Err() == nil {
		conn, err := mqtt.Dial(ctx, mqtt.DialConfig{URL: "mqtt://" + h.addr})
		if err == nil {
			h.serve(ctx, conn)
		}
		if h.away != nil && h.isKnown() {
			select {
			case <-h.away:
				h.away = nil
			case <-ctx.Done():
			}
		}
		if h.roams > 0 && h.isKnown() && !over(ctx, h.f.loadOver) {
			pause(ctx, h.f.loadOver, 2*time.Second)
		}
		pause(ctx, nil, 100*time.Millisecond)
	}
	return nil
}

func (h *hub) isKnown() bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.known
}

// serve serves a connection until it ends.
func (h *hub) serve(ctx context.Context, conn *mqtt.Conn) {
	defer conn.Close()
	defer context.AfterFunc(ctx, conn.Close)()
	if h.roams > 0 && !over(ctx, h.f.loadOver) {
		defer time.AfterFunc(randomly(h.roams), conn.Close).Stop()
	}
	h.mu.Lock()
	h.send(conn, &mqtt.Connect{
		Version: h.version, ClientID: h.id, SessionExpiry: uint32(time.Hour / time.Second), ReceiveMaximum: 50,
	})
	h.mu.Unlock()
	for {
		p, err := conn.ReadPacket()
		if err != nil {
			break
		}
		h.f.w.trace.client(h.id, "<-", p)
		h.mu.Lock()
		h.packet(conn, p)
		h.mu.Unlock()
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	h.conn = nil
	h.f.w.trace.note(h.id, "connection ended")
}

// send sends a packet. If the connection is gone, it is as if the packet was lost on the way.
func (h *hub) send(conn *mqtt.Conn, p mqtt.Packet) {
	h.f.w.trace.client(h.id, "->", p)
	if conn.Send(p) == nil {
		conn.Flush()
	}
}

func (h *hub) packet(conn *mqtt.Conn, p mqtt.Packet) {
	switch p := p.(type) {
	case *mqtt.Connack:
		h.connack(conn, p)
	case *mqtt.Suback:
		h.suback(p)
	case *mqtt.Publish:
		h.receive(conn, p)
	case *mqtt.Ack:
		h.ack(conn, p)
	case *mqtt.Disconnect:
		conn.Close()
	}
}

func (h *hub) connack(conn *mqtt.Conn, p *mqtt.Connack) {
	if p.Reason.Failed() {
		conn.Close()
		return
	}
	h.conn = conn
	if p.SessionPresent {
		h.resend()
		return
	}
	if h.known {
		h.forgotten()
	}
	h.known = true
	if len(h.filters) == 0 {
		h.f.isReady(&h.ready)
		return
	}
	h.awaited = len(h.filters)
	for _, filter := range h.filters {
		h.f.ledger.Subscribing(h.id, filter, 2)
		h.send(conn, &mqtt.Subscribe{PacketID: h.newID(), Subscriptions: []mqtt.Subscription{{Filter: filter, QoS: 2}}})
	}
}

// forgotten says that the broker has lost the session, and with it knows nothing of what was under way.
func (h *hub) forgotten() {
	if !h.f.forgetful {
		h.f.ledger.Blame(Noticed, h.id, "the session is gone")
	}
	h.f.ledger.Forgotten(h.id)
	for _, m := range h.sent {
		h.f.ledger.Abandoned(m.payload)
		<-h.window
	}
	h.sent = nil
	clear(h.received)
}

func (h *hub) suback(p *mqtt.Suback) {
	filter := h.filters[len(h.filters)-h.awaited] // they are answered in order
	h.awaited--
	for _, r := range p.Reasons {
		h.f.ledger.Subscribed(h.id, filter, byte(r))
	}
	if h.awaited > 0 {
		return
	}
	h.f.isReady(&h.ready)
	if h.away != nil {
		h.conn.Close()
	}
}

func (h *hub) resend() {
	for _, m := range h.sent {
		if m.released {
			h.send(h.conn, &mqtt.Ack{Kind: mqtt.PUBREL, PacketID: m.id})
		} else {
			h.sendPublish(m, true)
		}
	}
}

func (h *hub) sendPublish(m *sentMessage, dup bool) {
	h.send(h.conn, &mqtt.Publish{Topic: m.topic, Payload: m.payload, QoS: m.qos, PacketID: m.id, Dup: dup})
}

// publish publishes a message as soon as there is room for it among those under way.
func (h *hub) publish(ctx context.Context, topic string, qos byte) {
	select {
	case h.window <- struct{}{}:
	case <-h.f.loadOver:
		return
	case <-ctx.Done():
		return
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	m := &sentMessage{qos: qos, topic: topic, payload: h.f.ledger.Publish(h.id, topic, qos)}
	if qos > 0 {
		m.id = h.newID()
		h.sent = append(h.sent, m)
	} else {
		h.f.ledger.Acknowledged(m.payload)
		<-h.window
	}
	if h.conn != nil {
		h.sendPublish(m, false)
	}
}

func (h *hub) newID() uint16 {
	for {
		h.lastID++
		if h.lastID != 0 && h.find(h.lastID) < 0 {
			return h.lastID
		}
	}
}

func (h *hub) find(id uint16) int {
	return slices.IndexFunc(h.sent, func(m *sentMessage) bool { return m.id == id })
}

func (h *hub) ack(conn *mqtt.Conn, p *mqtt.Ack) {
	if p.Kind == mqtt.PUBREL {
		delete(h.received, p.PacketID)
		h.send(conn, &mqtt.Ack{Kind: mqtt.PUBCOMP, PacketID: p.PacketID})
		return
	}
	i := h.find(p.PacketID)
	if i < 0 {
		return
	}
	m := h.sent[i]
	switch {
	case p.Kind == mqtt.PUBREC && !p.Reason.Failed():
		m.released = true
		h.send(conn, &mqtt.Ack{Kind: mqtt.PUBREL, PacketID: m.id})
		return
	case p.Reason.Failed() && p.Kind != mqtt.PUBCOMP:
		h.f.ledger.Refused(m.payload)
	default: // a PUBCOMP that does not know the id ends the exchange as well: MQTT 5, 3.7.2.1
		h.f.ledger.Acknowledged(m.payload)
	}
	h.sent = slices.Delete(h.sent, i, i+1)
	<-h.window
}

func (h *hub) receive(conn *mqtt.Conn, p *mqtt.Publish) {
	switch p.QoS {
	case 0:
		h.f.ledger.Arrived(h.id, p.Topic, p.Payload)
	case 1:
		h.f.ledger.Arrived(h.id, p.Topic, p.Payload)
		h.send(conn, &mqtt.Ack{Kind: mqtt.PUBACK, PacketID: p.PacketID})
	case 2:
		if !h.received[p.PacketID] {
			h.received[p.PacketID] = true
			h.f.ledger.Arrived(h.id, p.Topic, p.Payload)
		}
		h.send(conn, &mqtt.Ack{Kind: mqtt.PUBREC, PacketID: p.PacketID})
	}
}
