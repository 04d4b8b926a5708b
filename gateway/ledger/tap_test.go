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
	"time"

	"github.com/eclipse/paho.golang/packets"
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
	delay    time.Duration // of each way
	wait     sync.WaitGroup

	mu       sync.Mutex
	ledger   *Ledger  // nil: nothing is written down yet
	filters  []string // of what is written down when the broker takes it
	perPeer  bool
	under    map[string]map[uint16]*tappedMessage // way to the broker, by client and packet id
	sessions map[string]*tappedSession
	conns    map[net.Conn]bool
	isClosed bool
}

// A tappedSession is how often the broker took up a client's session, and began one.
type tappedSession struct{ resumed, begun int }

type tappedMessage struct {
	topic   string
	payload []byte
}

func newTap(t *testing.T, trace *trace, broker string) *tap {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	p := &tap{
		t: t, trace: trace, broker: broker, listener: listener, filters: []string{"up/#", "peer/#"},
		under: make(map[string]map[uint16]*tappedMessage), conns: make(map[net.Conn]bool),
		sessions: make(map[string]*tappedSession),
	}
	t.Cleanup(p.close)
	return p
}

// start begins to serve, with everything set.
func (p *tap) start() { p.wait.Go(p.serve) }

func (p *tap) addr() string { return p.listener.Addr().String() }

// tell has the tap write into a ledger. A connection is a device's, by its client id, if perPeer is set; else everyone's.
func (p *tap) tell(l *Ledger, perPeer bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.ledger, p.perPeer = l, perPeer
	for _, f := range p.filters {
		l.Subscribed(theBroker, f, 2)
	}
}

// watch has the tap write down more than what devices publish. It must be called before tell.
func (p *tap) watch(filter string) { p.filters = append(p.filters, filter) }

func (p *tap) close() {
	p.listener.Close()
	p.mu.Lock()
	p.isClosed = true
	p.mu.Unlock()
	p.cut()
	p.wait.Wait()
}

// cut cuts all connections.
func (p *tap) cut() {
	p.trace.note("tap", "is cut")
	p.mu.Lock()
	defer p.mu.Unlock()
	for c := range p.conns {
		c.Close()
	}
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

// copy hands on one packet after the other, and ends when either side does.
func (c *tappedConn) copy(to io.Writer, from io.Reader, read func(packets.Packet)) {
	src := bufio.NewReader(from)
	line := newDelayLine(to, c.tap.delay)
	defer line.close()
	for {
		var octets bytes.Buffer
		p, err := packets.ReadPacket(io.TeeReader(src, &octets))
		if err == nil {
			read(p.Content)
		}
		if !line.write(octets.Bytes()) || err != nil {
			return // the decoder does not know a DISCONNECT without a reason; it is the last packet anyway
		}
	}
}

// A delayLine writes everything a while later.
type delayLine struct {
	to     io.Writer
	delay  time.Duration
	under  chan delayed
	broken chan struct{} // closed when writing has failed
	done   chan struct{}
}

type delayed struct {
	octets []byte
	due    time.Time
}

func newDelayLine(to io.Writer, delay time.Duration) *delayLine {
	l := &delayLine{
		to: to, delay: delay, under: make(chan delayed, 1<<14), broken: make(chan struct{}), done: make(chan struct{}),
	}
	go l.run()
	return l
}

func (l *delayLine) run() {
	defer close(l.done)
	for d := range l.under {
		elapse(time.Until(d.due))
		if _, err := l.to.Write(d.octets); err != nil {
			close(l.broken)
			return
		}
	}
}

func (l *delayLine) write(octets []byte) bool {
	select {
	case l.under <- delayed{octets, time.Now().Add(l.delay)}:
		return true
	case <-l.broken:
		return false
	}
}

// close waits until everything is written.
func (l *delayLine) close() {
	close(l.under)
	<-l.done
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
		s := c.tap.sessions[c.client]
		if s == nil {
			s = new(tappedSession)
			c.tap.sessions[c.client] = s
		}
		if p.SessionPresent {
			s.resumed++
		} else {
			s.begun++
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
