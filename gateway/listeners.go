package gateway

import (
	"context"
	"fmt"
	"net"
	"sync/atomic"

	"github.com/sirupsen/logrus"

	"mqttsn-gateway/gateway/config"
	"mqttsn-gateway/gateway/engine"
	"mqttsn-gateway/gateway/passwd"
	"mqttsn-gateway/mqtt"
)

// A listener accepts ordinary MQTT clients for the built-in broker.
type listener struct {
	*mqtt.Listener
	name      string
	anonymous string
	users     *passwd.Users // nil: there are none
}

// topicAliases is how many topic aliases a peer may use: a sensor network has few topics that are published often.
const topicAliases = 64

// listen opens the listeners, for users that they share.
func (g *gateway) listen() (err error) {
	c := &g.cfg.MQTT
	if c.UsersFile != "" {
		if g.users, err = passwd.Load(c.UsersFile); err != nil {
			return fmt.Errorf("users: %w", err)
		}
	}
	for i := range c.Listeners {
		ln, err := listen(c, i, g.users, g.log)
		if err != nil {
			return err
		}
		g.listeners = append(g.listeners, ln)
	}
	return nil
}

func listen(cfg *config.MQTT, i int, users *passwd.Users, log *logrus.Logger) (*listener, error) {
	c := &cfg.Listeners[i]
	lc := mqtt.ListenConfig{
		Address: c.Listen,
		Limits:  mqtt.Limits{Conns: cfg.MaxClients, ConnsPerHost: cfg.MaxClientsPerHost, Rate: cfg.ConnectRate},
		Conn: mqtt.Config{
			MaxPacketSize: uint32(cfg.MaxPacketSize), TopicAliasMaximum: topicAliases, ConnectTimeout: cfg.ConnectTimeout,
		},
	}
	var err error
	if lc.TLS, err = c.TLS.Config(); err != nil {
		return nil, fmt.Errorf("listener %s: %w", c.Name, err)
	}
	if w := &c.WebSocket; w.Path != "" {
		lc.WebSocket = &mqtt.WebSocketConfig{Path: w.Path, Origins: w.Origins}
	}
	ln, err := mqtt.Listen(lc)
	if err != nil {
		return nil, fmt.Errorf("listener %s: %w", c.Name, err)
	}
	log.WithFields(logrus.Fields{fieldListener: c.Name, fieldAddress: ln.Addr().String()}).
		Info("listening for MQTT clients")
	return &listener{ln, c.Name, cfg.Anonymous, users}, nil
}

// accepted numbers the connections that we accept: odd, see engine.ConnID.
var accepted atomic.Uint64

// serve hands connections to the loop until the listener is closed and they have ended.
func (ln *listener) serve(ctx context.Context, l *loop) {
	ln.Serve(func(c *mqtt.Conn) {
		l.serve(ctx, connEvent{
			kind: connAccepted, id: engine.ConnID(accepted.Add(1)*2 - 1), conn: c,
			info: engine.ConnInfo{Remote: c.RemoteAddr().String(), Listener: ln.name},
		}, func(p *mqtt.Connect) engine.Identity { return ln.identify(c, p) })
	})
}

// identify finds out who has sent a CONNECT: by the certificate, by the password, or, if it has neither, whether it may do
// without.
func (ln *listener) identify(c *mqtt.Conn, p *mqtt.Connect) engine.Identity {
	if state := c.TLS(); state != nil && len(state.VerifiedChains) > 0 {
		return engine.Identity{User: state.PeerCertificates[0].Subject.CommonName}
	}
	if ln.users != nil && p.HasUsername {
		if !ln.users.Verify(p.Username, p.Password) {
			return engine.Identity{Reason: mqtt.BadUserNameOrPassword, Why: "user " + p.Username}
		}
		return engine.Identity{User: p.Username}
	}
	if !ln.welcomes(c.RemoteAddr()) {
		return engine.Identity{Reason: mqtt.NotAuthorized, Why: "nobody may connect from there without a password"}
	}
	return engine.Identity{}
}

// welcomes is the rule for clients without a password.
func (ln *listener) welcomes(a net.Addr) bool {
	switch ln.anonymous {
	case config.AnonymousAnywhere:
		return true
	case config.AnonymousLoopback:
		tcp, ok := a.(*net.TCPAddr)
		return ok && tcp.IP.IsLoopback()
	}
	return false
}
