package main

import (
	"fmt"
	"net"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"mqttsn-gateway/mqttsn"
)

// A fakeGateway says yes to everything, and has messages for those who subscribe. It is here to see what the commands
// send; whether the real gateway understands it is tested from outside, in gateway/e2e.
type fakeGateway struct {
	conn *net.UDPConn
	done chan struct{}

	mu        sync.Mutex
	received  []string
	changed   chan struct{} // closed when there is more
	messages  [][]mqttsn.Packet
	answers   map[mqttsn.Type]func(mqttsn.Packet) []mqttsn.Packet
	lastTopic uint16
}

func startGateway(t testing.TB) *fakeGateway { return startGatewayAt(t, "127.0.0.1:0") }

func startGatewayAt(t testing.TB, address string) *fakeGateway {
	at, err := net.ResolveUDPAddr("udp", address)
	require.NoError(t, err)
	conn, err := net.ListenUDP("udp", at)
	require.NoError(t, err)
	g := &fakeGateway{conn: conn, done: make(chan struct{}), changed: make(chan struct{}), answers: make(map[mqttsn.Type]func(mqttsn.Packet) []mqttsn.Packet)}
	go g.serve()
	t.Cleanup(func() {
		conn.Close()
		<-g.done
	})
	return g
}

// args is a command line for this gateway; options that it has come later, and win.
func (g *fakeGateway) args(line string) string {
	name, rest, _ := strings.Cut(line, " ")
	host, port, _ := net.SplitHostPort(g.conn.LocalAddr().String())
	return fmt.Sprintf("%s -h %s -p %s --retry-interval 50ms %s", name, host, port, rest)
}

func (g *fakeGateway) run(t testing.TB, line string, stdin ...string) (code int, stdout, stderr string) {
	t.Helper()
	return command(t, g.args(line), stdin...)
}

func (g *fakeGateway) serve() {
	defer close(g.done)
	buf := make([]byte, maxDatagram)
	for {
		n, from, err := g.conn.ReadFromUDPAddrPort(buf)
		if err != nil {
			return
		}
		p, err := mqttsn.Parse(buf[:n])
		if err != nil {
			panic(err) // a test is to be written that expects it
		}
		g.mu.Lock()
		g.received = append(g.received, withoutNumbers(p))
		answers := g.answer(p)
		close(g.changed)
		g.changed = make(chan struct{})
		g.mu.Unlock()
		for _, a := range answers {
			_, _ = g.conn.WriteToUDPAddrPort(a.Append(nil), from)
		}
	}
}

var number = regexp.MustCompile(`msgid=[1-9]\d*`)

// withoutNumbers is a packet in words, without the message id, which begins at random.
func withoutNumbers(p mqttsn.Packet) string { return number.ReplaceAllString(p.String(), "msgid=N") }

func (g *fakeGateway) answer(p mqttsn.Packet) []mqttsn.Packet {
	if f := g.answers[p.Type()]; f != nil {
		return f(p)
	}
	switch p := p.(type) {
	case *mqttsn.SearchGw:
		return []mqttsn.Packet{&mqttsn.GwInfo{GwID: 5}}
	case *mqttsn.Connect:
		if p.Flags.Will() {
			return []mqttsn.Packet{&mqttsn.WillTopicReq{}}
		}
		return []mqttsn.Packet{&mqttsn.Connack{}}
	case *mqttsn.WillTopic:
		return []mqttsn.Packet{&mqttsn.WillMsgReq{}}
	case *mqttsn.WillMsg:
		return []mqttsn.Packet{&mqttsn.Connack{}}
	case *mqttsn.Register:
		g.lastTopic++
		return []mqttsn.Packet{&mqttsn.Regack{TopicID: g.lastTopic, MsgID: p.MsgID}}
	case *mqttsn.Publish:
		switch p.Flags.QoS() {
		case mqttsn.QoS1:
			return []mqttsn.Packet{&mqttsn.Puback{TopicID: p.TopicID, MsgID: p.MsgID}}
		case mqttsn.QoS2:
			return []mqttsn.Packet{&mqttsn.Pubrec{MsgID: p.MsgID}}
		}
	case *mqttsn.Pubrel:
		return []mqttsn.Packet{&mqttsn.Pubcomp{MsgID: p.MsgID}}
	case *mqttsn.Subscribe:
		return append([]mqttsn.Packet{&mqttsn.Suback{Flags: p.Flags, TopicID: p.TopicID, MsgID: p.MsgID}}, g.next()...)
	case *mqttsn.Pingreq:
		if len(p.ClientID) > 0 {
			return append(g.next(), &mqttsn.Pingresp{})
		}
		return []mqttsn.Packet{&mqttsn.Pingresp{}}
	case *mqttsn.Disconnect:
		return []mqttsn.Packet{&mqttsn.Disconnect{}}
	}
	return nil
}

// next is what there is for the device now.
func (g *fakeGateway) next() (batch []mqttsn.Packet) {
	if len(g.messages) > 0 {
		batch, g.messages = g.messages[0], g.messages[1:]
	}
	return batch
}

// say makes an answer to packets of a type another one than usual. It is called by one goroutine.
func (g *fakeGateway) say(typ mqttsn.Type, answer func(mqttsn.Packet) []mqttsn.Packet) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.answers[typ] = answer
}

// saying are answers that do not look at the packet.
func saying(answers ...mqttsn.Packet) func(mqttsn.Packet) []mqttsn.Packet {
	return func(mqttsn.Packet) []mqttsn.Packet { return answers }
}

// keep has messages ready: for each SUBACK or awake window a batch, one after the other.
func (g *fakeGateway) keep(batches ...[]mqttsn.Packet) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.messages = append(g.messages, batches...)
}

// waitFor waits until a packet has been received whose words begin with text.
func (g *fakeGateway) waitFor(t testing.TB, text string) {
	t.Helper()
	timeout := time.After(10 * time.Second)
	for {
		g.mu.Lock()
		there := slices.ContainsFunc(g.received, func(s string) bool { return strings.HasPrefix(s, text) })
		changed := g.changed
		g.mu.Unlock()
		if there {
			return
		}
		select {
		case <-changed:
		case <-timeout:
			require.Fail(t, "never received", text)
		}
	}
}

// take returns what was received since the last call.
func (g *fakeGateway) take() []string {
	g.mu.Lock()
	defer g.mu.Unlock()
	received := g.received
	g.received = nil
	return received
}

// message is a PUBLISH to the device, on a short topic.
func message(topic, payload string, flags mqttsn.Flags) mqttsn.Packet {
	id, _ := mqttsn.ShortTopic(topic)
	return &mqttsn.Publish{Flags: flags | mqttsn.ShortName.Flags(), TopicID: id, Data: []byte(payload)}
}
