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
	subs     []brokerSub
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

// A brokerSub is a subscription with its identifier, 0 for none.
type brokerSub struct {
	mqtt.Subscription
	id uint32
}

// A copyOf is a message on its way to the client.
type copyOf struct {
	m        *message
	wanted   bool
	replay   bool // of a retained message, to a new subscriber
	qos      uint8
	retain   bool
	ids      []uint32 // of the subscriptions that match
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
func (s *brokerSession) take(c copyOf) {
	switch {
	case c.qos == 0 && s.peer != nil:
		s.peer.send(c.packet(false))
	case c.qos > 0:
		s.waiting = append(s.waiting, c)
		if !c.replay && s.party != nil {
			s.b.w.ledger.owe(s.party, c.m)
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
		Topic: c.m.topic, Payload: c.m.payload, QoS: c.qos, PacketID: c.id, Retain: c.retain, Dup: dup && c.qos > 0,
		SubscriptionIDs: c.ids,
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
	var news []brokerSub
	for _, want := range p.Subscriptions {
		sub := brokerSub{want, p.SubscriptionID}
		if known := s.unsubscribe(sub.Filter); !known || sub.RetainHandling == mqtt.SendRetained {
			news = append(news, sub)
		}
		s.subs = append(s.subs, sub)
		ack.Reasons = append(ack.Reasons, mqtt.Reason(sub.QoS))
	}
	s.peer.send(ack)
	for _, sub := range news {
		s.replay(sub)
	}
}

// unsubscribe reports whether there was such a subscription.
func (s *brokerSession) unsubscribe(filter string) bool {
	before := len(s.subs)
	s.subs = slices.DeleteFunc(s.subs, func(o brokerSub) bool { return o.Filter == filter })
	return len(s.subs) < before
}

// replay sends the retained messages of a new subscription.
func (s *brokerSession) replay(sub brokerSub) {
	for _, m := range s.b.retainedFor(sub.Filter) {
		c := copyOf{m: m, replay: true, qos: min(m.qos, sub.QoS), retain: true}
		if sub.id != 0 {
			c.ids = []uint32{sub.id}
		}
		s.take(c)
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
