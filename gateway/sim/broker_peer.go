package sim

import (
	"time"

	"mqttsn-gateway/mqtt"
)

// A brokerPeer is the broker's end of one connection.
type brokerPeer struct {
	b       *broker
	conn    *conn
	session *brokerSession // nil before CONNECT
	ready   bool           // CONNACK was sent
	window  int            // the gateway's Receive Maximum
	think   time.Duration  // before it answers
	open    map[uint16]struct{}
	silence *timer
}

// enters reads what the broker sent on its way to the engine.
func (p *brokerPeer) enters(_ *conn, packet mqtt.Packet) {
	p.tell("=> ", packet)
	m, ok := packet.(*mqtt.Publish)
	if !ok || p.session == nil {
		return
	}
	msg := p.b.w.ledger.find(m.Payload)
	switch {
	case msg == nil:
	case !p.b.w.transparent():
		p.b.w.ledger.enters(msg)
	case !m.Retain && p.session.party != nil:
		p.b.w.ledger.entersFor(p.session.party, msg)
	}
}

// leaves reads what the engine sends to the broker.
func (p *brokerPeer) leaves(c *conn, packet mqtt.Packet) {
	if _, goodbye := packet.(*mqtt.Disconnect); goodbye && !c.open && p.session != nil {
		p.session.vanished = true // it will never be heard
	}
	switch m := packet.(type) {
	case *mqtt.Publish:
		if msg := p.b.w.ledger.find(m.Payload); msg != nil {
			p.b.w.ledger.leaves(p.b.apps, msg, m.QoS, false)
		}
	case *mqtt.Ack:
		p.leavesAck(m)
	}
}

// leavesAck reads what the engine says to the applications' messages: the bridge has them, for everybody who is entitled; a
// device has one.
func (p *brokerPeer) leavesAck(a *mqtt.Ack) {
	if p.session == nil || a.Reason.Failed() || a.Kind != mqtt.PUBACK && a.Kind != mqtt.PUBREC {
		return
	}
	i := p.session.find(a.PacketID)
	switch {
	case i < 0 || p.session.flights[i].replay:
	case p.b.w.transparent():
		p.b.w.ledger.isWith(p.session.party, p.session.flights[i].m)
	default:
		p.b.w.ledger.isSafe(p.session.flights[i].m)
	}
}

func (p *brokerPeer) tell(arrow string, packet mqtt.Packet) {
	if p.b.w.trace != nil {
		who := ""
		if p.session != nil {
			who = p.session.id
		} else if c, ok := packet.(*mqtt.Connect); ok {
			who = c.ClientID
		}
		p.b.w.tell(who, "%s %s", arrow, packetText(packet))
	}
}

func (p *brokerPeer) send(packet mqtt.Packet) {
	c := p.conn
	p.b.w.after(p.think, func() {
		if c.open {
			c.toEngine(packet)
		}
	})
}

func (p *brokerPeer) receive(c *conn, packet mqtt.Packet) {
	p.conn = c
	p.tell("<= ", packet)
	if p.b.trouble == brokerMute {
		if _, first := packet.(*mqtt.Connect); first {
			p.b.refused = p.b.w.now
			return
		}
	}
	if p.session == nil {
		if connect, ok := packet.(*mqtt.Connect); ok {
			p.connect(connect)
		} else if p.silence != nil {
			p.b.w.fail("", nil, "the engine sends %s before CONNECT", packet.Type())
		}
		return
	}
	p.silence.after(p.keepAlive())
	switch packet := packet.(type) {
	case *mqtt.Publish:
		p.receivePublish(packet)
	case *mqtt.Ack:
		p.receiveAck(packet)
	case *mqtt.Subscribe:
		p.session.subscribe(packet)
	case *mqtt.Unsubscribe:
		ack := &mqtt.Unsuback{PacketID: packet.PacketID}
		for _, f := range packet.Filters {
			p.session.unsubscribe(f)
			ack.Reasons = append(ack.Reasons, mqtt.Success)
		}
		p.send(ack)
	case *mqtt.Pingreq:
		p.send(&mqtt.Pingresp{})
	case *mqtt.Disconnect:
		p.disconnect(packet)
	default:
		p.b.w.fail(p.session.id, nil, "the engine sends %s to the broker", packet.Type())
	}
}

func (p *brokerPeer) connect(c *mqtt.Connect) {
	b := p.b
	if b.trouble == brokerRefuses {
		b.refused = b.w.now
		p.send(&mqtt.Connack{Reason: pick(b.w.dice, []mqtt.Reason{mqtt.ServerBusy, mqtt.ServerUnavailable})})
		b.w.after(p.think, func() { p.conn.cut(0) })
		return
	}
	s := b.session(c.ClientID)
	if old := s.peer; old != nil {
		old.silence.stop()
		s.peer = nil
		old.conn.cut(0)
	}
	s.willTimer.stop()
	s.end.stop()
	s.vanished = false
	present := s.begin(c.CleanStart)
	s.peer, p.session = p, s
	s.will, s.expiry = c.Will, time.Duration(c.SessionExpiry)*time.Second
	p.window, p.open = int(c.ReceiveMaximum), make(map[uint16]struct{})
	p.silence = newTimer(&b.w.clock, p.tooSilent)
	p.silence.after(p.keepAlive())
	p.send(&mqtt.Connack{SessionPresent: present, ReceiveMaximum: brokerWindow})
	p.ready = true
	for i := range s.flights {
		p.send(s.flights[i].packet(true))
	}
	s.flow()
}

func (p *brokerPeer) keepAlive() time.Duration { return p.b.w.config.Uplink.KeepAlive * 3 / 2 }

// tooSilent is when nothing was heard of the gateway for too long. That must not be its fault, whatever its devices do.
func (p *brokerPeer) tooSilent() {
	if p.conn.open && p.b.w.gateway.up {
		p.b.w.fail(p.session.id, nil, "its connection to the broker was not kept alive")
		return
	}
	s := p.session
	p.closed(p.conn)
	s.vanished = true
}

func (p *brokerPeer) receivePublish(m *mqtt.Publish) {
	s := p.session
	if m.QoS > 0 {
		p.open[m.PacketID] = struct{}{}
		if len(p.open) > brokerWindow {
			p.b.w.fail(s.id, nil, "%d messages on their way to a broker that takes %d", len(p.open), brokerWindow)
		}
	}
	switch m.QoS {
	case 0:
		p.b.publication(s, m)
	case 1:
		p.b.publication(s, m)
		delete(p.open, m.PacketID)
		p.send(&mqtt.Ack{Kind: mqtt.PUBACK, PacketID: m.PacketID})
	case 2:
		if _, known := s.received[m.PacketID]; !known {
			s.received[m.PacketID] = struct{}{}
			p.b.publication(s, m)
		}
		p.send(&mqtt.Ack{Kind: mqtt.PUBREC, PacketID: m.PacketID})
	}
}

func (p *brokerPeer) receiveAck(a *mqtt.Ack) {
	if a.Kind != mqtt.PUBREL {
		p.session.ack(a)
		return
	}
	delete(p.open, a.PacketID)
	delete(p.session.received, a.PacketID)
	p.send(&mqtt.Ack{Kind: mqtt.PUBCOMP, PacketID: a.PacketID})
}

// disconnect is the gateway's goodbye. The will goes with it.
func (p *brokerPeer) disconnect(d *mqtt.Disconnect) {
	s := p.session
	if d.SessionExpiry != nil {
		s.expiry = time.Duration(*d.SessionExpiry) * time.Second
	}
	if d.Reason == mqtt.NormalDisconnection {
		s.will = nil
	}
	p.conn.end()
}

// closed is the end of the connection.
func (p *brokerPeer) closed(c *conn) {
	if p.silence != nil {
		p.silence.stop()
	}
	if p.session != nil && p.session.peer == p {
		p.session.lostConnection()
	}
}
