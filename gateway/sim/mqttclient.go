package sim

import (
	"fmt"
	"slices"
	"time"

	"mqttsn-gateway/mqtt"
)

// An mqttClient is an ordinary MQTT client of the built-in broker.
type mqttClient struct {
	w       *world
	party   *party
	version mqtt.Version
	clean   bool // its session ends with the connection
	keep    time.Duration
	window  int           // Receive Maximum; 0: as many as the gateway likes
	slow    int           // octets a second that it reads; 0: fast
	think   time.Duration // before it acknowledges
	filters []mqtt.Subscription
	topics  []string
	steady  bool // its connection never breaks by itself

	conn     *conn
	up       bool // CONNACK has come
	lastID   uint16
	sends    []clientSend                   // in order
	received map[uint16]struct{}            // QoS 2 ids that were not released
	requests map[uint16][]mqtt.Subscription // SUBSCRIBE
	flights  map[uint16]struct{}            // what the gateway has under way to it, as seen there
	promised bool                           // a subscription was acknowledged: the session must be kept
	began    time.Duration                  // when the connection was lost

	again, talk, fate, ping *timer
	over                    bool
}

// A clientSend is a publication that is not acknowledged.
type clientSend struct {
	id       uint16
	m        *message
	expires  uint32 // seconds, 0 for never
	released bool
}

// clientExpiry is how long the gateway is asked to keep a session.
const clientExpiry = 2 * time.Hour

func newMQTTClient(w *world, i int) *mqttClient {
	d := w.dice
	c := plainClient(w, fmt.Sprintf("mqtt%d", i))
	c.version = pick(d, []mqtt.Version{mqtt.V311, mqtt.V5})
	c.clean = d.chance(0.4)
	if c.version == mqtt.V5 {
		c.window = pick(d, []int{0, 1, 5})
	}
	if d.chance(0.2) {
		c.slow = 100 + d.IntN(400)
	}
	if d.chance(0.2) {
		c.think = d.between(0, 5*time.Second)
	}
	for range 1 + d.IntN(3) {
		f := mqtt.Subscription{Filter: nameOf(someFilter(d)), QoS: byte(d.IntN(3))}
		if !slices.ContainsFunc(c.filters, func(s mqtt.Subscription) bool { return s.Filter == f.Filter }) {
			c.filters = append(c.filters, f)
		}
	}
	for range 2 {
		c.topics = append(c.topics, nameOf(someTopic(d)))
	}
	c.talk.after(d.around(w.plan.traffic / 3))
	c.fate.after(d.around(c.patience()))
	return c
}

// newWatcher sees all wills.
func newWatcher(w *world) *mqttClient {
	c := plainClient(w, "watcher")
	c.version, c.steady = mqtt.V5, true
	c.filters = []mqtt.Subscription{{Filter: willTopicPrefix + "#", QoS: 2}}
	return c
}

func plainClient(w *world, name string) *mqttClient {
	c := &mqttClient{
		w: w, party: w.ledger.newParty(name), keep: time.Minute,
		received: make(map[uint16]struct{}), requests: make(map[uint16][]mqtt.Subscription),
		flights: make(map[uint16]struct{}),
	}
	c.again = newTimer(&w.clock, c.connect)
	c.talk = newTimer(&w.clock, c.speak)
	c.fate = newTimer(&w.clock, c.suffer)
	c.ping = newTimer(&w.clock, c.pings)
	c.again.after(w.dice.between(0, 10*time.Second))
	return c
}

func (c *mqttClient) patience() time.Duration {
	if c.w.plan.impolite {
		return 2 * time.Minute
	}
	return 10 * time.Minute
}

func (c *mqttClient) connect() {
	if c.conn != nil || c.over {
		return
	}
	if c.conn = c.w.gateway.accept(c); c.conn == nil {
		c.again.after(c.w.dice.around(3 * time.Second))
		return
	}
	c.conn.pace = c.slow
	c.send(c.greeting())
}

func (c *mqttClient) greeting() *mqtt.Connect {
	p := &mqtt.Connect{
		Version: c.version, ClientID: c.party.name, CleanStart: c.clean, KeepAlive: uint16(c.keep / time.Second),
		ReceiveMaximum: uint16(c.window),
	}
	switch {
	case c.version == mqtt.V5 && !c.clean:
		p.SessionExpiry = uint32(clientExpiry / time.Second)
	case c.version != mqtt.V5 && !c.clean:
		p.SessionExpiry = mqtt.NoExpiry
	}
	return p
}

func (c *mqttClient) send(p mqtt.Packet) {
	if c.conn != nil {
		c.conn.toEngine(p)
		c.ping.after(c.keep * 3 / 4)
	}
}

func (c *mqttClient) pings() {
	if c.up {
		c.send(&mqtt.Pingreq{})
	}
}

func (c *mqttClient) nextID() uint16 {
	for {
		c.lastID++
		if c.lastID != 0 && c.find(c.lastID) < 0 {
			return c.lastID
		}
	}
}

func (c *mqttClient) find(id uint16) int {
	return slices.IndexFunc(c.sends, func(s clientSend) bool { return s.id == id })
}

// speak publishes, in bursts.
func (c *mqttClient) speak() {
	if c.over || c.w.calm {
		return
	}
	c.talk.after(c.w.dice.around(c.w.plan.traffic / 3))
	for range 1 + c.w.dice.IntN(4) {
		if c.up && len(c.sends) < clientReceiveMaximum {
			c.publish()
		}
	}
}

func (c *mqttClient) publish() {
	d := c.w.dice
	qos := byte(pick(d, someQoS))
	m := c.w.ledger.publication(c.party, pick(d, c.topics), qos, d.chance(0.05), 10+d.IntN(90))
	s := clientSend{m: m}
	if c.version == mqtt.V5 && d.chance(0.05) {
		s.expires = uint32(10 + d.IntN(600))
		m.expires = c.w.now + time.Duration(s.expires)*time.Second
	}
	if qos > 0 {
		s.id = c.nextID()
		c.sends = append(c.sends, s)
	}
	c.send(s.packet(false))
}

func (s *clientSend) packet(dup bool) mqtt.Packet {
	return &mqtt.Publish{
		Topic: s.m.topic, Payload: s.m.payload, QoS: s.m.qos, PacketID: s.id, Retain: s.m.retain, Dup: dup,
		HasExpiry: s.expires > 0, Expiry: s.expires,
	}
}

// suffer breaks the connection in one of the ways in which connections break.
func (c *mqttClient) suffer() {
	if c.over {
		return
	}
	d := c.w.dice
	c.fate.after(d.around(c.patience()))
	if !c.up {
		return
	}
	switch n := d.IntN(10); {
	case n < 3:
		c.send(&mqtt.Disconnect{})
		conn := c.conn
		c.w.after(conn.lag, conn.end)
	case n < 7:
		c.conn.cut(d.around(2 * time.Second))
	default:
		c.conn.cut(-1) // the gateway must find out by itself
	}
	c.again.after(d.around(time.Minute))
}

func (c *mqttClient) calm() {
	c.fate.stop()
	c.slow, c.think = 0, 0
	if c.conn != nil {
		c.conn.pace = 0
	} else {
		c.again.after(c.w.dice.between(0, 10*time.Second))
	}
}

// quit ends the session for good.
func (c *mqttClient) quit() {
	c.talk.stop()
	c.fate.stop()
	c.clean = true
	if c.conn != nil {
		c.conn.cut(0)
	}
	c.again.after(10 * time.Second)
	c.w.after(30*time.Second, func() {
		c.send(&mqtt.Disconnect{})
		c.over = true
	})
}
