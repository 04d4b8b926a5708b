package client

import (
	"math/rand/v2"
	"time"

	"mqttsn-gateway/mqttsn"
	v2 "mqttsn-gateway/mqttsn/v2"
)

// v20 is the dialect of version 2.0 (draft CSD01). Numbers such as 4.9-2 are the draft's conformance statements.
type v20 struct {
	*Core
	options V2
	scratch []byte // of a packet on its way into an envelope

	knowsSession bool              // we have connected before, and remember what belongs to that session
	aliases      map[string]uint16 // the predefined topic aliases by name, as configured and as learnt
}

func newV20(c *Core) *v20 {
	d := &v20{Core: c, options: *c.cfg.V2, aliases: make(map[string]uint16)}
	if d.options.Rand == nil {
		d.options.Rand = rand.New(rand.NewPCG(rand.Uint64(), rand.Uint64()))
	}
	for id, name := range c.cfg.Predefined {
		if name != "" {
			d.aliases[name] = id
		}
	}
	return d
}

func (c *v20) check(r *request) error {
	if r.kind == kindUpdateWill {
		return ErrUnsupported // a new will needs a new CONNECT
	}
	return nil
}

func (c *v20) begin(now time.Duration, out *Out) {
	switch c.current.kind {
	case kindConnect:
		c.startConnect(now, out)
	case kindDisconnect:
		c.tell(now, v2.Disconnect{}, out)
		c.state = Disconnected
		c.finish(Result{}, out)
	case kindSleep:
		c.request(now, stepSleep, out)
	case kindWake:
		c.state = Awake
		c.request(now, stepWake, out)
	case kindPing:
		c.request(now, stepPing, out)
	case kindRegister:
		c.startRegister(now, out)
	case kindPublish:
		c.startPublish(now, out)
	case kindSubscribe:
		c.request(now, stepSubscribe, out)
	case kindUnsubscribe:
		c.request(now, stepUnsubscribe, out)
	}
}

// request takes a step whose packet needs an identifier.
func (c *v20) request(now time.Duration, s step, out *Out) {
	c.current.msgID = c.nextMsgID()
	c.enter(now, s, out)
}

func (c *v20) packet(b []byte) ([]byte, error) {
	r := c.current
	switch c.step {
	case stepConnect, stepAuth:
		return c.appendConnecting(b)
	case stepRegister:
		return c.encode(b, v2.Register{PacketID: r.registerID, TopicName: []byte(r.message.Topic.Name)})
	case stepPublish:
		return c.encode(b, c.publishPacket())
	case stepPubrel:
		return c.encode(b, v2.Pubrel{PacketID: r.msgID})
	case stepSubscribe:
		return c.encode(b, c.subscribePacket())
	case stepUnsubscribe:
		return c.encode(b, v2.Unsubscribe{PacketID: r.msgID, Topic: filterOf(r.message.Topic)})
	case stepSleep:
		return c.encode(b, v2.Sleepreq{RetainAliases: !c.options.DropAliases, PacketID: r.msgID, Duration: r.duration})
	default: // stepPing, stepWake
		return c.encode(b, v2.Pingreq{PacketID: r.msgID})
	}
}

// A packet is what the codec can write.
type packet interface {
	Type() v2.Type
	Append(b []byte) []byte
}

// encode appends a packet, in the envelopes that it needs.
func (c *v20) encode(b []byte, p packet) ([]byte, error) {
	if c.options.Roaming && v2.TypeConnection.MayHold(p.Type()) {
		p = v2.Connection{ClientID: []byte(c.session.ClientID), Inner: p.Append(nil)}
	}
	if c.options.Sender != nil {
		c.scratch = p.Append(c.scratch[:0])
		return c.options.Sender.Seal(b, c.scratch)
	}
	before := len(b)
	if b = p.Append(b); len(b) == before {
		return b, mqttsn.ErrTooLong
	}
	return b, nil
}

// tell sends what is not answered. What cannot be sealed any more is lost, like any datagram.
func (c *v20) tell(now time.Duration, p packet, out *Out) {
	if buf, err := c.encode(out.buf, p); err == nil {
		c.send(now, buf, out)
	}
}

// patience doubles with each retry, and has a random part, so that clients that were interrupted together do not go on
// together.
func (c *v20) patience() time.Duration {
	wait := min(c.cfg.RetryInterval<<min(c.resends, 10), max(maxRetryInterval, c.cfg.RetryInterval))
	return wait + time.Duration(c.options.Rand.Int64N(int64(c.cfg.RetryInterval/4)+1))
}

// unanswered deletes the Virtual Connection, whatever the request was (3.1.6-3, 4.4.2-5).
func (c *v20) unanswered(now time.Duration, out *Out) {
	if c.connecting() {
		c.fail(ErrTimeout, out)
		return
	}
	c.tell(now, v2.Disconnect{Reason: v2.UnspecifiedError}, out)
	c.lose(ErrTimeout, out)
}

// hangUp ends the connection because of what the gateway has sent (4.12.1-1).
func (c *v20) hangUp(now time.Duration, reason v2.ReasonCode, packetID uint16, err error, out *Out) {
	c.tell(now, v2.Disconnect{Reason: reason, PacketID: packetID}, out)
	if c.connecting() {
		c.fail(err, out)
		return
	}
	c.lose(err, out)
}

func (c *v20) stray(b []byte, m Message) ([]byte, error) {
	topic := filterOf(m.Topic)
	if alias, ok := c.aliases[m.Topic.Name]; ok && topic.Type == v2.TopicName {
		topic = v2.Topic{Type: v2.PredefinedAlias, Alias: alias}
	}
	return c.encode(b, v2.Pubwos{Retain: m.Retain, Topic: topic, Payload: m.Payload})
}

// filterOf is a topic as it goes without session aliases. There are no short names in version 2.0: they are names.
func filterOf(t Topic) v2.Topic {
	if t.Type == mqttsn.Predefined {
		return v2.Topic{Type: v2.PredefinedAlias, Alias: t.ID}
	}
	return v2.Topic{Type: v2.TopicName, Name: []byte(t.Name)}
}
