package engine

import (
	"encoding/hex"
	"time"

	"mqttsn-gateway/gateway/topic"
	"mqttsn-gateway/mqtt"
)

// connect serves CONNECT (MQTT 5, 3.1).
func (k *clientConn) connect(p *mqtt.Connect) {
	k.version = p.Version
	cfg := &k.e.cfg.Client
	switch {
	case p.AuthMethod != "":
		k.reject(mqtt.BadAuthenticationMethod, "extended authentication is not supported")
		return
	case p.ClientID == "" && p.Version != mqtt.V5 && !p.CleanStart:
		k.reject(mqtt.ClientIdentifierNotValid, "an empty client id needs a clean session")
		return
	case p.Will != nil && topic.ValidName(p.Will.Topic) != nil:
		k.reject(mqtt.TopicNameInvalid, "will topic")
		return
	case k.e.closing:
		k.reject(mqtt.ServerShuttingDown, "the gateway is shutting down")
		return
	}
	ack := &mqtt.Connack{}
	id := p.ClientID
	if id == "" {
		id = k.e.newClientID()
		ack.AssignedClientID = id
	}
	rights, reason, why := k.judge(id, p.Will)
	if reason.Failed() {
		k.reject(reason, why)
		return
	}
	c := k.e.takeOver(id, p.CleanStart)
	ack.SessionPresent = c != nil
	if c == nil {
		if len(k.e.clients) >= cfg.Max {
			k.reject(mqtt.QuotaExceeded, "too many clients")
			return
		}
		c = k.e.newClient(id)
	}
	k.c, c.conn, c.rights = c, k, rights
	c.agree(p, ack)
	k.e.stats.ClientConnects++
	k.e.out.note(NoteClientConnected, id, Addr{}, k.info.Remote+" MQTT "+p.Version.String())
	c.save()
	k.send(ack)
	c.resume()
	c.schedule()
}

func (e *Engine) newClient(id string) *Client {
	c := &Client{
		e: e, id: id, record: e.rec.newID(), willAt: never,
		subs: make(map[string]*subscription), received: make(map[uint16]struct{}),
	}
	c.alarm.owner = c
	e.clients[id] = c
	return c
}

// agree settles the terms of the connection: what the client asks for, within our limits.
func (c *Client) agree(p *mqtt.Connect, ack *mqtt.Connack) {
	cfg := &c.e.cfg.Client
	c.version, c.quiet, c.heard = p.Version, p.NoProblemInfo, c.e.now

	keepAlive := p.KeepAlive
	if cfg.MaxKeepAlive > 0 && p.Version == mqtt.V5 && (keepAlive == 0 || keepAlive > cfg.MaxKeepAlive) {
		keepAlive = cfg.MaxKeepAlive
		ack.ServerKeepAlive = &keepAlive
	}
	c.keepAlive = time.Duration(keepAlive) * time.Second

	c.window = int(cfg.MaxInFlight)
	if p.ReceiveMaximum > 0 {
		c.window = min(c.window, int(p.ReceiveMaximum))
	}
	c.setExpiry(p.SessionExpiry)
	if p.Version != mqtt.V5 {
		c.expiry = cfg.MaxSessionExpiry
		if p.CleanStart {
			c.expiry = 0
		}
	}
	if asked := expiryTime(p.SessionExpiry); p.Version == mqtt.V5 && c.expiry < asked {
		seconds := uint32(c.expiry / time.Second)
		ack.SessionExpiry = &seconds
	}
	ack.ReceiveMaximum = cfg.ReceiveMaximum

	c.will, c.willAt = nil, never
	if w := p.Will; w != nil {
		c.will = &Message{
			Topic: w.Topic, Payload: w.Payload, QoS: w.QoS, Retain: w.Retain, Props: w.Props, expires: never, origin: c,
		}
		c.delay = time.Duration(w.Delay) * time.Second
		if w.HasExpiry {
			c.will.lifetime = time.Duration(w.Expiry) * time.Second
		}
	}
}

// setExpiry takes the session expiry interval of CONNECT or DISCONNECT, in seconds, as far as we keep sessions.
func (c *Client) setExpiry(seconds uint32) {
	c.expiry = min(expiryTime(seconds), c.e.cfg.Client.MaxSessionExpiry)
}

func expiryTime(seconds uint32) time.Duration {
	if seconds == mqtt.NoExpiry {
		return never
	}
	return time.Duration(seconds) * time.Second
}

// takeOver ends a connection that uses the same client id, and returns the session to go on with, or nil.
func (e *Engine) takeOver(id string, cleanStart bool) *Client {
	c := e.clients[id]
	if c == nil {
		return nil
	}
	if old := c.conn; old != nil {
		e.out.note(NoteClientDisconnected, id, Addr{}, "taken over by another connection")
		if c.version == mqtt.V5 {
			old.send(&mqtt.Disconnect{Reason: mqtt.SessionTakenOver})
		}
		old.end()
		ends := c.expiry == 0
		c.detached(true)
		if ends {
			return nil
		}
	}
	if cleanStart {
		c.free()
		return nil
	}
	// The new connection comes before the delay of the will is over: it is not published (MQTT 5, 3.1.3.2.2).
	c.will, c.willAt = nil, never
	return c
}

// newClientID makes up a client id that nobody has.
func (e *Engine) newClientID() string {
	for {
		var b [10]byte
		for i := range b {
			b[i] = byte(e.cfg.Random.Uint32())
		}
		id := "auto-" + hex.EncodeToString(b[:])
		if e.clients[id] == nil {
			return id
		}
	}
}

// disconnect serves DISCONNECT (MQTT 5, 3.14).
func (c *Client) disconnect(p *mqtt.Disconnect) {
	if p.SessionExpiry != nil {
		if c.expiry == 0 && *p.SessionExpiry != 0 {
			c.conn.fail(mqtt.ProtocolViolation, "DISCONNECT keeps a session that CONNECT did not ask for")
			return
		}
		c.setExpiry(*p.SessionExpiry)
		c.save()
	}
	c.e.out.note(NoteClientDisconnected, c.id, Addr{}, "")
	c.conn.end()
	c.detached(p.Reason != mqtt.NormalDisconnection)
}
