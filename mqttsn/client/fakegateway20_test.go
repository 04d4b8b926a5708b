package client_test

import (
	"fmt"
	"slices"
	"strings"
	"time"

	v2 "mqttsn-gateway/mqttsn/v2"
)

// A fakeGateway20 is a fakeGateway that speaks version 2.0.
type fakeGateway20 struct {
	out [][]byte

	hasSession, connected, asleep bool
	waking                        uint16          // the PINGREQ to answer when nothing waits any more
	names                         []string        // the alias is the index, plus one
	filters                       []string        // those of the client
	handled                       map[uint16]bool // identifiers of QoS 2 messages, which are not used again here
	uplink                        []string        // all that was published, in order

	waiting  []v2.Publish // to the client
	inFlight v2.Packet    // what the client has to answer: PUBLISH, PUBREL
	sentAt   time.Duration
	lastID   uint16
}

func (g *fakeGateway20) send(p v2.Packet) { g.out = append(g.out, p.Append(nil)) }

// said is what is to be sent.
func (g *fakeGateway20) said() [][]byte {
	out := g.out
	g.out = nil
	return out
}

// publish is for messages that come from elsewhere: under the topic's alias, if it has one.
func (g *fakeGateway20) publish(topic, payload string, qos v2.QoS) {
	p := v2.Publish{QoS: qos, Topic: v2.Topic{Type: v2.TopicName, Name: []byte(topic)}, Payload: []byte(payload)}
	if i := slices.Index(g.names, topic); i >= 0 {
		p.Topic = v2.Topic{Type: v2.SessionAlias, Alias: uint16(i + 1)}
	}
	g.waiting = append(g.waiting, p)
}

func (g *fakeGateway20) alias(name string) uint16 {
	if !slices.Contains(g.names, name) {
		g.names = append(g.names, name)
	}
	return uint16(slices.Index(g.names, name) + 1)
}

func (g *fakeGateway20) receive(now time.Duration, datagram []byte) {
	packet, err := v2.Parse(datagram)
	if err != nil {
		panic(err) // clients send no such thing
	}
	switch p := packet.(type) {
	case *v2.Connect:
		present := g.hasSession && !p.CleanStart
		if !present {
			*g = fakeGateway20{out: g.out, uplink: g.uplink, handled: make(map[uint16]bool)}
		}
		g.hasSession, g.connected, g.asleep, g.waking = true, true, false, 0
		g.again(now)
		ack := &v2.Connack{PacketID: p.PacketID, SessionPresent: present}
		if len(p.ClientID) == 0 {
			ack.ClientID = []byte("given-1")
		}
		if p.SrvSugg {
			ack.HasExpiry, ack.SessionExpiry = true, min(p.SessionExpiry, 3600)
		}
		g.send(ack)
	case *v2.Disconnect:
		g.connected = false
	default:
		if !g.connected {
			g.send(&v2.Disconnect{Reason: v2.NoVirtualConnection})
			return
		}
		g.serve(packet)
	}
	g.deliver(now)
}

// again sends after a new connection what was under way before it.
func (g *fakeGateway20) again(now time.Duration) {
	if p, ok := g.inFlight.(*v2.Publish); ok {
		p.DUP = p.QoS == v2.QoS2
	}
	g.sentAt = now - fakeRetry
}

func (g *fakeGateway20) serve(packet v2.Packet) {
	switch p := packet.(type) {
	case *v2.Register:
		g.send(&v2.Regack{PacketID: p.PacketID, HasAlias: true, Alias: g.alias(string(p.TopicName))})
	case *v2.Subscribe:
		name := string(p.Topic.Name)
		g.filters = append(g.filters, name)
		ack := &v2.Suback{PacketID: p.PacketID, Reason: v2.ReasonCode(p.QoS)}
		if !strings.ContainsAny(name, "+#") {
			ack.HasAlias, ack.Alias = true, g.alias(name)
		}
		g.send(ack)
	case *v2.Publish:
		g.take(p)
	case *v2.Pubrel:
		g.send(&v2.Pubcomp{PacketID: p.PacketID})
	case *v2.Pingreq:
		if g.asleep {
			g.waking = p.PacketID
		} else {
			g.send(&v2.Pingresp{PacketID: p.PacketID})
		}
	case *v2.Sleepreq:
		g.asleep, g.waking = true, 0
		g.send(&v2.Sleepresp{PacketID: p.PacketID})
	default:
		g.settle(packet)
	}
}

// take is for a message from the client. One of QoS 1 that is repeated because the answer was lost counts twice.
func (g *fakeGateway20) take(p *v2.Publish) {
	name := string(p.Topic.Name)
	if p.Topic.Type == v2.SessionAlias {
		name = g.names[p.Topic.Alias-1]
	}
	if strings.HasPrefix(name, "forbidden/") {
		g.send(&v2.Puback{PacketID: p.PacketID, Reason: v2.NotAuthorized})
		return
	}
	switch p.QoS {
	case v2.QoS1:
		g.send(&v2.Puback{PacketID: p.PacketID})
	case v2.QoS2:
		g.send(&v2.Pubrec{PacketID: p.PacketID})
		if g.handled[p.PacketID] {
			return
		}
		g.handled[p.PacketID] = true
	}
	g.uplink = append(g.uplink, fmt.Sprintf("%s %s", name, p.Payload))
	for _, filter := range g.filters {
		if filter == name || strings.HasSuffix(filter, "#") && strings.HasPrefix(name, strings.TrimSuffix(filter, "#")) {
			g.publish(name, string(p.Payload), p.QoS)
		}
	}
}

// settle takes the client's answer to what is in flight.
func (g *fakeGateway20) settle(packet v2.Packet) {
	switch sent := g.inFlight.(type) {
	case *v2.Publish:
		switch p := packet.(type) {
		case *v2.Puback:
			if p.PacketID == sent.PacketID {
				g.inFlight = nil
			}
		case *v2.Pubrec:
			if p.PacketID == sent.PacketID {
				g.inFlight = &v2.Pubrel{PacketID: p.PacketID}
				g.send(g.inFlight)
			}
		}
	case *v2.Pubrel:
		if p, ok := packet.(*v2.Pubcomp); ok && p.PacketID == sent.PacketID {
			g.inFlight = nil
		}
	}
}

// deliver sends what waits for the client, one by one, and PINGRESP when there is nothing more.
func (g *fakeGateway20) deliver(now time.Duration) {
	for g.connected && (!g.asleep || g.waking != 0) && g.inFlight == nil && len(g.waiting) > 0 {
		p := g.waiting[0]
		g.waiting = g.waiting[1:]
		if p.QoS == v2.QoS0 {
			g.send(&p)
			continue
		}
		g.lastID++
		p.PacketID = g.lastID
		g.inFlight, g.sentAt = &p, now
		g.send(&p)
	}
	if g.waking != 0 && g.inFlight == nil {
		g.send(&v2.Pingresp{PacketID: g.waking})
		g.waking = 0
	}
}

// tick repeats what the client has not answered.
func (g *fakeGateway20) tick(now time.Duration) {
	if g.inFlight == nil || now < g.sentAt+fakeRetry || g.asleep && g.waking == 0 || !g.connected {
		return
	}
	if p, ok := g.inFlight.(*v2.Publish); ok {
		p.DUP = p.QoS == v2.QoS2
	}
	g.sentAt = now
	g.send(g.inFlight)
}
