package sim

import (
	"slices"
	"time"

	"mqttsn-gateway/mqtt"
)

// A brokerSession is what the broker knows of one client: a device, by way of the gateway.
type brokerSession struct {
	b      *broker
	id     string
	party  *party // nil: nobody whom the ledger knows
	memory int    // another one each time that the session begins; 0: there is none

	peer     *brokerPeer // its connection, nil if there is none
	subs     []mqtt.Subscription
	waiting  []copyOf
	flights  []copyOf
	received map[uint16]struct{} // QoS 2 ids, until PUBREL
	lastID   uint16

	will      *mqtt.Will
	gone      time.Duration // when the connection was lost
	vanished  bool          // without a word to either side
	willTimer *timer
	expiry    time.Duration
	end       *timer
}

// A copyOf is a message on its way to the client.
type copyOf struct {
	m        *message
	qos      uint8
	retain   bool
	id       uint16
	released bool
}

// begin begins a session, and reports whether there was one to go on with.
func (s *brokerSession) begin(clean bool) (present bool) {
	if clean {
		s.forget(exemptEnded)
	}
	present = s.memory > 0
	if !present {
		s.b.memory++
		s.memory = s.b.memory
		s.received = make(map[uint16]struct{})
	}
	return present
}

// forget ends the session.
func (s *brokerSession) forget(why exemption) {
	s.memory = 0
	s.subs, s.waiting, s.flights, s.received = nil, nil, nil, nil
	if s.party == nil {
		return
	}
	for id := range s.party.owed {
		s.b.w.exempt(why)
		delete(s.party.owed, id)
	}
}

// take takes a message for the client. One of QoS 0 is for those who are connected.
func (s *brokerSession) take(m *message, qos uint8, retain bool) {
	switch {
	case qos == 0 && s.peer != nil:
		s.peer.send(&mqtt.Publish{Topic: m.topic, Payload: m.payload, Retain: retain})
	case qos > 0:
		s.waiting = append(s.waiting, copyOf{m: m, qos: qos, retain: retain})
		if !retain && s.party != nil {
			s.b.w.ledger.owe(s.party, m)
		}
		s.flow()
	}
}

// flow sends what the gateway's Receive Maximum allows.
func (s *brokerSession) flow() {
	for s.peer != nil && s.peer.ready && len(s.waiting) > 0 && len(s.flights) < s.peer.window {
		c := s.waiting[0]
		s.waiting = s.waiting[1:]
		s.lastID++
		c.id = s.lastID
		s.flights = append(s.flights, c)
		s.peer.send(c.packet(false))
	}
}

func (c *copyOf) packet(dup bool) mqtt.Packet {
	if c.released {
		return &mqtt.Ack{Kind: mqtt.PUBREL, PacketID: c.id}
	}
	return &mqtt.Publish{
		Topic: c.m.topic, Payload: c.m.payload, QoS: c.qos, PacketID: c.id, Retain: c.retain, Dup: dup,
	}
}

func (s *brokerSession) find(id uint16) int {
	return slices.IndexFunc(s.flights, func(c copyOf) bool { return c.id == id })
}

// ack is the gateway's acknowledgement of a message.
func (s *brokerSession) ack(p *mqtt.Ack) {
	i := s.find(p.PacketID)
	switch {
	case i < 0:
		return
	case p.Kind == mqtt.PUBREC && !p.Reason.Failed():
		s.flights[i].released = true
		s.peer.send(s.flights[i].packet(false))
		return
	}
	s.flights = slices.Delete(s.flights, i, i+1)
	s.flow()
}

func (s *brokerSession) subscribe(p *mqtt.Subscribe) {
	ack := &mqtt.Suback{PacketID: p.PacketID}
	for _, sub := range p.Subscriptions {
		s.unsubscribe(sub.Filter)
		s.subs = append(s.subs, sub)
		ack.Reasons = append(ack.Reasons, mqtt.Reason(sub.QoS))
	}
	s.peer.send(ack)
	for _, sub := range p.Subscriptions {
		s.replay(sub)
	}
}

func (s *brokerSession) unsubscribe(filter string) {
	s.subs = slices.DeleteFunc(s.subs, func(o mqtt.Subscription) bool { return o.Filter == filter })
}

// replay sends the retained messages of a new subscription.
func (s *brokerSession) replay(sub mqtt.Subscription) {
	for _, m := range s.b.retainedFor(sub.Filter) {
		s.take(m, min(m.qos, sub.QoS), true)
	}
}

// lostConnection is the end of a connection without a goodbye.
func (s *brokerSession) lostConnection() {
	s.peer, s.gone = nil, s.b.w.now
	if s.will != nil {
		s.willTimer.after(min(time.Duration(s.will.Delay)*time.Second, s.expiry))
	}
	s.end.after(s.expiry)
}

// publishWill is what the broker does with the will of a client that does not come back.
func (s *brokerSession) publishWill() {
	will := s.will
	s.will = nil
	if will == nil {
		return
	}
	// The gateway comes back in time to prevent this, unless it was turned away.
	excused := s.vanished || s.b.refused >= s.gone || !s.b.w.gateway.up || s.b.w.gateway.boot > s.gone
	s.b.w.wills.publishedByBroker(will.Topic, will.Payload, excused)
}
