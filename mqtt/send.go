package mqtt

import "sync"

// Send puts a packet into the outgoing buffer, in the peer's version of the protocol, and returns without waiting; Flush
// gets the buffer written. The packet may be changed and sent again at once.
//
// Send fails with [ErrPacketTooLarge], and the connection goes on; or because the connection is closed or closing, with
// the cause. What the peer's version has no words for is left out, in part or in whole, without an error.
//
// A Disconnect, and a Connack that refuses, are the last: the connection closes after them, as CloseAfterFlush does. In
// CONNECT and CONNACK, Send fills in the maximum packet size and the topic alias maximum of [Config].
//
// A peer that does not read makes the buffer grow. Whoever sends looks at Buffered, or has itself told by OnDrained.
func (c *Conn) Send(p Packet) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if err := c.closed(); err != nil {
		return err
	}
	last := false
	switch q := p.(type) {
	case *Connect:
		c.version = q.Version
		p = q.withLimits(&c.cfg)
	case *Connack:
		c.answered = true
		last = q.Reason.Failed()
		p = q.withLimits(&c.cfg)
	case *Disconnect:
		last = true
	}
	var err error
	if c.canSay(p) {
		err = c.append(p)
	}
	if last {
		c.closeAfterFlush()
	}
	return err
}

func (c *Connect) withLimits(cfg *Config) *Connect {
	q := *c
	q.MaximumPacketSize, q.TopicAliasMaximum = cfg.MaxPacketSize, cfg.TopicAliasMaximum
	return &q
}

func (c *Connack) withLimits(cfg *Config) *Connack {
	if c.Reason.Failed() {
		return c
	}
	q := *c
	q.MaximumPacketSize, q.TopicAliasMaximum = cfg.MaxPacketSize, cfg.TopicAliasMaximum
	return &q
}

// canSay reports whether the peer's version has the packet.
func (c *Conn) canSay(p Packet) bool {
	if c.version == V5 {
		return true
	}
	switch p := p.(type) {
	case *Connack:
		_, ok := connackCode(p.Reason)
		return ok && c.version != 0
	case *Disconnect: // in MQTT 3.1.1 it is the client's, and takes the will back
		return !c.server && p.Reason == NormalDisconnection
	case *Auth:
		return false
	}
	return c.version != 0
}

// append encodes p into the outgoing buffer, with an alias for its topic where the peer allows them.
func (c *Conn) append(p Packet) error {
	if c.out == nil {
		c.out = encoders.Get().(*encoder)
	}
	publish, ok := p.(*Publish)
	if !ok || c.version < V5 || c.peer.aliases.maximum == 0 {
		return c.appendWithin(p)
	}
	c.out.aliased = *publish
	isNew := c.peer.aliases.apply(&c.out.aliased)
	err := c.appendWithin(&c.out.aliased)
	if isNew && err == nil {
		c.peer.aliases.remember(&c.out.aliased)
	}
	c.out.aliased = Publish{}
	return err
}

// appendWithin encodes p within the peer's maximum packet size, if need be without explanations (MQTT-3.2.2-19 and the
// like).
func (c *Conn) appendWithin(p Packet) error {
	e := c.out
	e.v = c.version
	start := len(e.b)
	mustExplain := p.Type() == CONNACK || p.Type() == DISCONNECT
	for _, e.terse = range [2]bool{c.peer.terse && !mustExplain, true} {
		err := e.packet(p)
		if err == nil && (c.peer.packetSize == 0 || uint32(len(e.b)-start) <= c.peer.packetSize) {
			c.crowded = c.crowded || c.buffered() > c.highWater
			return nil
		}
		e.b = e.b[:start]
	}
	return ErrPacketTooLarge
}

// encoders with their buffers wait here while connections are quiet, so that those hold none. They are pooled up to
// largestPooled octets.
var encoders = sync.Pool{New: func() any { return new(encoder) }}

const largestPooled = 256 << 10

func recycle(e *encoder) {
	if cap(e.b) <= largestPooled {
		e.b = e.b[:0]
		encoders.Put(e)
	}
}
