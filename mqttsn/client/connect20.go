package client

import (
	"fmt"
	"time"

	v2 "mqttsn-gateway/mqttsn/v2"
)

// startConnect begins a connection. On the way back from sleep the session goes on even if sessions begin clean: it is
// the one that we have begun.
func (c *v20) startConnect(now time.Duration, out *Out) {
	c.current.clean = c.cfg.CleanSession && c.state != Asleep
	if c.current.clean {
		c.forget()
	}
	c.state = Connecting
	c.enter(now, stepConnect, out)
}

// forget drops what belongs to a session (3.1.2.1-1, 3.2.2.1-4). Messages that were under way are new ones now.
func (c *v20) forget() {
	c.knowsSession = false
	c.inbound.clear()
	c.topics.clear()
	clear(c.predefined)
	for _, r := range c.queue {
		r.sent, r.released, r.msgID = false, false, 0
	}
}

// appendConnecting makes a new attempt each time, with a new identifier: neither CONNECT nor AUTH is ever sent again
// (4.4.2-1).
func (c *v20) appendConnecting(b []byte) ([]byte, error) {
	r := c.current
	r.msgID = c.nextMsgID()
	if c.step == stepAuth && c.resends == 0 {
		return c.encode(b, v2.Auth{PacketID: r.msgID, Reason: v2.ContinueAuthentication,
			Authentication: v2.Authentication{Method: []byte(c.options.Method), Data: r.authData}})
	}
	c.step = stepConnect
	auth, err := c.authentication()
	if err != nil {
		return b, err
	}
	p := v2.Connect{
		CleanStart:    r.clean,
		NetAddr:       c.options.Roaming,
		SrvSugg:       c.options.Suggestions,
		PacketID:      r.msgID,
		KeepAlive:     uint16(c.cfg.KeepAlive / time.Second),
		MaxPacketSize: uint16(c.cfg.MTU),
		AwakeMessages: c.options.AwakeMessages,
		SessionExpiry: c.options.expiry(),
		HasAuth:       auth.Method != nil,
		Auth:          auth,
		ClientID:      []byte(c.session.ClientID),
	}
	if w := c.will; w != nil && w.Topic != "" {
		p.HasWill = true
		p.Will = v2.Will{Topic: c.willTopic(w.Topic), QoS: v2.QoS(w.QoS), Retain: w.Retain, Payload: w.Payload}
	}
	return c.encode(b, p)
}

func (c *v20) willTopic(name string) v2.Topic {
	if alias, ok := c.aliases[name]; ok {
		return v2.Topic{Type: v2.PredefinedAlias, Alias: alias}
	}
	return v2.Topic{Type: v2.TopicName, Name: []byte(name)}
}

// authentication is what a CONNECT has of it; the method is nil if that is nothing.
func (c *v20) authentication() (v2.Authentication, error) {
	switch {
	case c.options.Method != "":
		data, err := c.options.Authenticate(nil)
		return v2.Authentication{Method: []byte(c.options.Method), Data: data}, err
	case c.options.UserName != "" || len(c.options.Password) > 0:
		basic := v2.Basic{UserName: []byte(c.options.UserName), Password: c.options.Password}
		return v2.Authentication{Method: []byte(v2.MethodBasic), Data: basic.Append(nil)}, nil
	}
	return v2.Authentication{}, nil
}

// onAuth goes on with an authentication of several steps (4.11.1-3). Only a CONNECT with a method has one.
func (c *v20) onAuth(now time.Duration, p *v2.Auth, out *Out) {
	if !c.answers(stepConnect, p.PacketID) && !c.answers(stepAuth, p.PacketID) {
		return
	}
	if c.options.Method == "" || string(p.Method) != c.options.Method || p.Reason != v2.ContinueAuthentication {
		c.hangUp(now, v2.ProtocolError, p.PacketID, fmt.Errorf("%w: unexpected AUTH", ErrDisconnected), out)
		return
	}
	data, err := c.options.Authenticate(p.Data)
	if err != nil {
		c.hangUp(now, v2.UnspecifiedError, p.PacketID, err, out)
		return
	}
	c.current.authData = data
	c.enter(now, stepAuth, out)
}

func (c *v20) onConnack(now time.Duration, p *v2.Connack, out *Out) {
	if !c.answers(stepConnect, p.PacketID) && !c.answers(stepAuth, p.PacketID) {
		return
	}
	if err := refusal(p.Type(), p.Reason); err != nil {
		c.fail(err, out)
		return
	}
	if err := c.accept(p); err != nil {
		c.hangUp(now, v2.ProtocolError, p.PacketID, err, out)
		return
	}
	c.state = Active
	c.finish(Result{Reason: p.Reason}, out)
}

// accept takes over what the gateway says of the session, or tells what is wrong with it.
func (c *v20) accept(p *v2.Connack) error {
	r := c.current
	if err := c.acceptAuthentication(p); err != nil {
		return err
	}
	switch {
	case p.SessionPresent && (r.clean || !c.knowsSession && !c.options.AdoptSession):
		return ErrSessionPresent
	case !p.SessionPresent:
		c.forget()
	}
	c.knowsSession = true
	c.session.Present = p.SessionPresent
	c.session.KeepAlive = c.cfg.KeepAlive
	if p.KeepAlive > 0 {
		c.session.KeepAlive = time.Duration(p.KeepAlive) * time.Second
	}
	c.session.Expiry = time.Duration(c.options.expiry()) * time.Second
	if p.HasExpiry {
		c.session.Expiry = time.Duration(p.SessionExpiry) * time.Second
	}
	if len(p.ClientID) > 0 {
		c.session.ClientID = string(p.ClientID)
	}
	return nil
}

// acceptAuthentication wants the method to be the one that we began with (4.11.1-5).
func (c *v20) acceptAuthentication(p *v2.Connack) error {
	auth, err := p.Auth, error(nil)
	switch {
	case !p.HasAuth:
	case c.options.Method == "":
		if string(auth.Method) != v2.MethodBasic {
			err = fmt.Errorf("%w: authenticated by another method", ErrDisconnected)
		}
	case string(auth.Method) != c.options.Method:
		err = fmt.Errorf("%w: authenticated by another method", ErrDisconnected)
	case len(auth.Data) > 0:
		_, err = c.options.Authenticate(auth.Data)
	}
	return err
}

// onDisconnect is the end of the connection. While we connect it speaks of an earlier one, unless it names our packet or
// can only be about how we send it.
func (c *v20) onDisconnect(p *v2.Disconnect, out *Out) {
	err := &ReasonError{Type: p.Type(), Reason: p.Reason, Text: string(p.Text)}
	switch {
	case c.state == Disconnected:
	case !c.connecting():
		c.lose(err, out)
	case p.PacketID == c.current.msgID, p.Reason >= v2.ProtectionRequired && p.Reason != v2.NoVirtualConnection:
		c.fail(err, out)
	}
}
