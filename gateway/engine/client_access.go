package engine

import (
	"mqttsn-gateway/gateway/access"
	"mqttsn-gateway/mqtt"
)

// An Identity is who has opened a connection, as far as that was proven.
type Identity struct {
	User   string      // by a password or a certificate; empty: nobody in particular
	Reason mqtt.Reason // why CONNECT is refused; Success if it is not
	Why    string      // in words
}

// Identify says who the sender of the CONNECT is that comes next on an accepted connection. Checking a password takes the
// driver longer than an engine may; without it ConnInfo.Welcome counts.
func (e *Engine) Identify(id ConnID, who Identity) {
	if k, ok := e.conns[id].(*clientConn); ok {
		k.who = who
	}
}

// judge says why a CONNECT under this client id is refused by the rules; Success if it is not. It returns the client's
// rights.
func (k *clientConn) judge(id string, will *mqtt.Will) (access.Rights, mqtt.Reason, string) {
	rights := k.e.cfg.Client.Access.Of(access.Who{
		Client: id, Link: k.info.Listener, Address: k.info.Remote, User: k.who.User,
	})
	switch {
	case k.who.Reason.Failed():
		return rights, k.who.Reason, k.who.Why
	case !rights.Connect():
		return rights, mqtt.NotAuthorized, "the access rules"
	case will != nil && !rights.Publish(will.Topic):
		return rights, mqtt.NotAuthorized, "the access rules do not allow the will " + will.Topic
	}
	return rights, mqtt.Success, ""
}

// forbidden counts what the rules do not allow the client. The log has the first time on a connection.
func (c *Client) forbidden(what string) {
	c.e.stats.Forbidden++
	if c.conn != nil && !c.conn.warned {
		c.conn.warned = true
		c.e.out.note(NoteForbidden, c.id, Addr{}, what)
	}
}
