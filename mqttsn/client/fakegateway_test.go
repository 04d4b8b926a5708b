package client_test

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"mqttsn-gateway/mqttsn"
)

// A fakeGateway is a gateway for one client, just good enough to talk to. It publishes to the client what the client
// itself publishes to a topic that it has subscribed to. It has no clock: whoever runs it calls receive and tick, and
// takes what it has to say from out.
type fakeGateway struct {
	out [][]byte

	connected, asleep, awake bool
	will                     string
	names                    []string // the topic id is the index, plus one
	filters                  []string
	handled                  map[string]bool // QoS 2 messages that have come, with their ids
	uplink                   []string        // all that was published, in order

	waiting   []mqttsn.Publish // to the client; TopicID and Flags are set
	inFlight  mqttsn.Packet    // what the client has to answer: REGISTER, PUBLISH, PUBREL
	sentAt    time.Duration
	announced map[uint16]bool // ids that the client knows
	lastMsgID uint16
}

const fakeRetry = 5 * time.Second

func (g *fakeGateway) send(p mqttsn.Packet) { g.out = append(g.out, p.Append(nil)) }

// said is what is to be sent.
func (g *fakeGateway) said() [][]byte {
	out := g.out
	g.out = nil
	return out
}

// publish is for messages that come from elsewhere.
func (g *fakeGateway) publish(topic, payload string, qos mqttsn.QoS) {
	g.waiting = append(g.waiting, mqttsn.Publish{Flags: qos.Flags(), TopicID: g.id(topic), Data: []byte(payload)})
}

func (g *fakeGateway) id(name string) uint16 {
	if !slices.Contains(g.names, name) {
		g.names = append(g.names, name)
	}
	return uint16(slices.Index(g.names, name) + 1)
}

func (g *fakeGateway) receive(now time.Duration, datagram []byte) {
	packet, err := mqttsn.Parse(datagram)
	if err != nil {
		return
	}
	switch p := packet.(type) {
	case *mqttsn.Connect:
		g.connected, g.asleep, g.awake, g.announced = true, false, false, make(map[uint16]bool)
		if p.Flags.Will() {
			g.send(&mqttsn.WillTopicReq{})
			return
		}
		g.send(&mqttsn.Connack{})
	case *mqttsn.WillTopic:
		g.will = string(p.Topic)
		g.send(&mqttsn.WillMsgReq{})
	case *mqttsn.WillMsg:
		g.will += " " + string(p.Msg)
		g.send(&mqttsn.Connack{})
	case *mqttsn.SearchGw:
		g.send(&mqttsn.GwInfo{GwID: 7})
	default:
		if !g.connected {
			g.send(&mqttsn.Disconnect{})
			return
		}
		g.serve(packet)
	}
	g.deliver(now)
}

func (g *fakeGateway) serve(packet mqttsn.Packet) {
	switch p := packet.(type) {
	case *mqttsn.WillTopicUpd:
		g.will = string(p.Topic)
		g.send(&mqttsn.WillTopicResp{})
	case *mqttsn.WillMsgUpd:
		g.will += " " + string(p.Msg)
		g.send(&mqttsn.WillMsgResp{})
	case *mqttsn.Register:
		id := g.id(string(p.TopicName))
		g.announced[id] = true
		g.send(&mqttsn.Regack{TopicID: id, MsgID: p.MsgID})
	case *mqttsn.Subscribe:
		name := string(p.TopicName)
		if strings.HasPrefix(name, "forbidden/") {
			g.send(&mqttsn.Suback{MsgID: p.MsgID, ReturnCode: mqttsn.NotSupported})
			return
		}
		g.filters = append(g.filters, name)
		ack := &mqttsn.Suback{Flags: p.Flags.QoS().Flags(), MsgID: p.MsgID}
		if !strings.ContainsAny(name, "+#") {
			ack.TopicID = g.id(name)
			g.announced[ack.TopicID] = true
		}
		g.send(ack)
	case *mqttsn.Unsubscribe:
		g.filters = slices.DeleteFunc(g.filters, func(f string) bool { return f == string(p.TopicName) })
		g.send(&mqttsn.Unsuback{MsgID: p.MsgID})
	case *mqttsn.Publish:
		g.take(p)
	case *mqttsn.Pubrel:
		g.send(&mqttsn.Pubcomp{MsgID: p.MsgID})
	case *mqttsn.Pingreq:
		g.awake = g.asleep
		if !g.asleep {
			g.send(&mqttsn.Pingresp{})
		}
	case *mqttsn.Disconnect:
		g.asleep, g.awake, g.connected = p.Duration > 0, false, p.Duration > 0
		g.send(&mqttsn.Disconnect{})
	default:
		g.settle(packet)
	}
}

// take is for a message from the client.
func (g *fakeGateway) take(p *mqttsn.Publish) {
	name := mqttsn.ShortTopicName(p.TopicID)
	if p.Flags.TopicIDType() == mqttsn.Normal {
		if int(p.TopicID) > len(g.names) || p.TopicID == 0 {
			g.send(&mqttsn.Puback{TopicID: p.TopicID, MsgID: p.MsgID, ReturnCode: mqttsn.InvalidTopicID})
			return
		}
		name = g.names[p.TopicID-1]
	}
	qos := p.Flags.QoS()
	switch qos {
	case mqttsn.QoS1:
		g.send(&mqttsn.Puback{TopicID: p.TopicID, MsgID: p.MsgID})
	case mqttsn.QoS2:
		g.send(&mqttsn.Pubrec{MsgID: p.MsgID})
		key := fmt.Sprint(p.MsgID, name, string(p.Data))
		if g.handled[key] {
			return
		}
		if g.handled == nil {
			g.handled = make(map[string]bool)
		}
		g.handled[key] = true
	}
	g.uplink = append(g.uplink, fmt.Sprintf("%s %s", name, p.Data))
	for _, filter := range g.filters {
		if filter == name || strings.HasSuffix(filter, "#") && strings.HasPrefix(name, strings.TrimSuffix(filter, "#")) {
			g.publish(name, string(p.Data), qos)
		}
	}
}

// settle takes the client's answer to what is in flight.
func (g *fakeGateway) settle(packet mqttsn.Packet) {
	switch sent := g.inFlight.(type) {
	case *mqttsn.Register:
		if p, ok := packet.(*mqttsn.Regack); ok && p.MsgID == sent.MsgID {
			g.announced[sent.TopicID] = true
			g.inFlight = nil
		}
	case *mqttsn.Publish:
		switch p := packet.(type) {
		case *mqttsn.Puback:
			if p.MsgID != sent.MsgID {
				return
			}
			g.inFlight = nil
			if p.ReturnCode == mqttsn.InvalidTopicID {
				g.announced[sent.TopicID] = false
			} else {
				g.waiting = g.waiting[1:]
			}
		case *mqttsn.Pubrec:
			if p.MsgID == sent.MsgID {
				g.waiting, g.inFlight = g.waiting[1:], &mqttsn.Pubrel{MsgID: p.MsgID}
				g.send(g.inFlight)
			}
		}
	case *mqttsn.Pubrel:
		if p, ok := packet.(*mqttsn.Pubcomp); ok && p.MsgID == sent.MsgID {
			g.inFlight = nil
		}
	}
}

// deliver sends what waits for the client, one by one, and PINGRESP when there is nothing more.
func (g *fakeGateway) deliver(now time.Duration) {
	for g.connected && g.asleep == g.awake && g.inFlight == nil && len(g.waiting) > 0 {
		p := &g.waiting[0]
		if !g.announced[p.TopicID] {
			g.lastMsgID++
			g.transmit(now, &mqttsn.Register{TopicID: p.TopicID, MsgID: g.lastMsgID, TopicName: []byte(g.names[p.TopicID-1])})
			return
		}
		if p.Flags.QoS() == mqttsn.QoS0 {
			g.send(p)
			g.waiting = g.waiting[1:]
			continue
		}
		if p.MsgID == 0 {
			g.lastMsgID++
			p.MsgID = g.lastMsgID
		}
		sent := *p
		g.transmit(now, &sent)
		p.Flags |= mqttsn.FlagDUP
	}
	if g.awake && g.inFlight == nil {
		g.awake = false
		g.send(&mqttsn.Pingresp{})
	}
}

func (g *fakeGateway) transmit(now time.Duration, p mqttsn.Packet) {
	g.inFlight, g.sentAt = p, now
	g.send(p)
}

// tick repeats what the client has not answered.
func (g *fakeGateway) tick(now time.Duration) {
	if g.inFlight == nil || now < g.sentAt+fakeRetry || g.asleep && !g.awake || !g.connected {
		return
	}
	if p, ok := g.inFlight.(*mqttsn.Publish); ok {
		p.Flags |= mqttsn.FlagDUP
	}
	g.transmit(now, g.inFlight)
}
