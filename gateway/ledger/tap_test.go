package ledger

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io"
	"net"
	"slices"
	"sync"
	"testing"

	"github.com/eclipse/paho.golang/packets"

	"mqttsn-gateway/gateway/e2e/programs"
)

// theBroker is the receiver that the tap is in the ledger: what the broker has acknowledged has arrived there.
const theBroker = "broker"

// A tap stands between the gateway and the broker. It hands on what each says to the other, reads along with a decoder
// that is not ours, and writes down what the broker took and what the gateway has been sent.
type tap struct {
	t        *testing.T
	trace    *trace
	broker   string // its address
	listener net.Listener
	wait     sync.WaitGroup

	mu       sync.Mutex
	ledger   *Ledger                              // nil: nothing is written down yet
	filters  []string                             // of what is written down when the broker takes it
	perPeer  bool                                 // a connection is a device's, by its client id; else it is everyone's
	under    map[string]map[uint16]*tappedMessage // way to the broker, by client and packet id
	conns    map[net.Conn]bool
	isClosed bool
}

type tappedMessage struct {
	topic   string
	payload []byte
}

func newTap(t *testing.T, trace *trace, broker string) *tap {
	listener, err := net.Listen("tcp", programs.FreeAddr(t))
	if err != nil {
		t.Fatal(err)
	}
	p := &tap{
		t: t, trace: trace, broker: broker, listener: listener,
		under: make(map[string]map[uint16]*tappedMessage), conns: make(map[net.Conn]bool),
	}
	p.wait.Go(p.serve)
	t.Cleanup(p.close)
	return p
}

func (p *tap) addr() string { return p.listener.Addr().String() }

// tell has the tap write into a ledger.
func (p *tap) tell(l *Ledger, perPeer bool, filters ...string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.ledger, p.perPeer, p.filters = l, perPeer, filters
	for _, f := range filters {
		l.Subscribed(theBroker, f, 2)
	}
}

func (p *tap) close() {
	p.listener.Close()
	p.mu.Lock()
	p.isClosed = true
	for c := range p.conns {
		c.Close()
	}
	p.mu.Unlock()
	p.wait.Wait()
}

func (p *tap) serve() {
	for {
		near, err := p.listener.Accept()
		if err != nil {
			return
		}
		p.wait.Go(func() { p.relay(near) })
	}
}

// relay connects a connection of the gateway's with the broker, until either side ends it.
func (p *tap) relay(near net.Conn) {
	defer near.Close()
	far, err := new(net.Dialer).DialContext(context.Background(), "tcp", p.broker)
	if err != nil {
		return
	}
	defer far.Close()
	if !p.add(near, far) {
		return
	}
	defer p.remove(near, far)
	c := &tappedConn{tap: p, topics: make(map[uint16]string)}
	var up sync.WaitGroup
	up.Go(func() {
		c.copy(far, near, c.fromGateway)
		far.(*net.TCPConn).CloseWrite()
	})
	c.copy(near, far, c.fromBroker)
	near.Close()
	up.Wait()
}

func (p *tap) add(conns ...net.Conn) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, c := range conns {
		p.conns[c] = true
	}
	return !p.isClosed
}

func (p *tap) remove(conns ...net.Conn) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, c := range conns {
		delete(p.conns, c)
	}
}

// A tappedConn is one of the gateway's connections.
type tappedConn struct {
	tap    *tap
	client string            // known from CONNECT on
	topics map[uint16]string // by the aliases that the gateway gives them
}

// copy hands on one packet after the other. What the decoder does not understand goes on as it is, unread.
func (c *tappedConn) copy(to io.Writer, from io.Reader, read func(packets.Packet)) {
	src := bufio.NewReader(from)
	var octets bytes.Buffer
	for {
		octets.Reset()
		p, err := packets.ReadPacket(io.TeeReader(src, &octets))
		if err == nil {
			read(p.Content)
		}
		if _, failed := to.Write(octets.Bytes()); failed != nil {
			return
		}
		if err != nil {
			io.Copy(to, src)
			return
		}
	}
}

func (c *tappedConn) note(way, what string) { c.tap.trace.note("tap("+c.client+")", way+" "+what) }

func (c *tappedConn) fromGateway(packet packets.Packet) {
	c.tap.mu.Lock()
	defer c.tap.mu.Unlock()
	switch p := packet.(type) {
	case *packets.Connect:
		c.client = p.ClientID
		c.note("->", fmt.Sprintf("CONNECT clean=%t will=%t", p.CleanStart, p.WillFlag))
	case *packets.Publish:
		topic := c.resolve(p)
		c.note("->", fmt.Sprintf("PUBLISH %s qos=%d id=%d dup=%t %s ", topic, p.QoS, p.PacketID, p.Duplicate, idOf(p.Payload)))
		mine := c.tap.under[c.client]
		if m := mine[p.PacketID]; p.QoS > 0 && (m == nil || !bytes.Equal(m.payload, p.Payload)) {
			mine[p.PacketID] = &tappedMessage{topic: topic, payload: slices.Clone(p.Payload)}
		}
	case *packets.Puback:
		c.note("->", fmt.Sprintf("PUBACK id=%d", p.PacketID))
	case *packets.Pubrec:
		c.note("->", fmt.Sprintf("PUBREC id=%d", p.PacketID))
	}
}

// resolve returns the topic that a PUBLISH names or has an alias for.
func (c *tappedConn) resolve(p *packets.Publish) string {
	if p.Properties == nil || p.Properties.TopicAlias == nil {
		return p.Topic
	}
	alias := *p.Properties.TopicAlias
	if p.Topic != "" {
		c.topics[alias] = p.Topic
	}
	return c.topics[alias]
}

func (c *tappedConn) fromBroker(packet packets.Packet) {
	c.tap.mu.Lock()
	defer c.tap.mu.Unlock()
	switch p := packet.(type) {
	case *packets.Connack:
		c.note("<-", fmt.Sprintf("CONNACK present=%t %d", p.SessionPresent, p.ReasonCode))
		if !p.SessionPresent {
			c.tap.under[c.client] = make(map[uint16]*tappedMessage)
		}
	case *packets.Publish:
		c.note("<-", fmt.Sprintf("PUBLISH %s qos=%d id=%d dup=%t %s ", p.Topic, p.QoS, p.PacketID, p.Duplicate, idOf(p.Payload)))
		c.held(p.Payload)
	case *packets.Puback:
		c.note("<-", fmt.Sprintf("PUBACK id=%d", p.PacketID))
		c.taken(p.PacketID, p.ReasonCode)
	case *packets.Pubrec:
		c.note("<-", fmt.Sprintf("PUBREC id=%d", p.PacketID))
	case *packets.Pubcomp:
		c.note("<-", fmt.Sprintf("PUBCOMP id=%d", p.PacketID))
		c.taken(p.PacketID, 0)
	}
}

// taken notes that the broker has taken a message: until PUBCOMP, one of QoS 2 is not yet its own.
func (c *tappedConn) taken(id uint16, reason byte) {
	m := c.tap.under[c.client][id]
	delete(c.tap.under[c.client], id)
	if m == nil || reason >= 0x80 || c.tap.ledger == nil {
		return
	}
	for _, f := range c.tap.filters {
		if matches(f, m.topic) {
			c.tap.ledger.Arrived(theBroker, m.topic, m.payload)
		}
	}
}

func (c *tappedConn) held(payload []byte) {
	if c.tap.ledger == nil {
		return
	}
	receiver := ""
	if c.tap.perPeer {
		receiver = c.client
	}
	c.tap.ledger.Held(receiver, payload)
}
