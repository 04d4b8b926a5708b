package gateway

import (
	"context"
	"fmt"
	"net"
	"sync/atomic"

	"github.com/sirupsen/logrus"

	"mqttsn-gateway/gateway/config"
	"mqttsn-gateway/gateway/engine"
	"mqttsn-gateway/mqtt"
)

// A listener accepts ordinary MQTT clients for the built-in broker.
type listener struct {
	*mqtt.Listener
	name      string
	anonymous string
}

// topicAliases is how many topic aliases a peer may use: a sensor network has few topics that are published often.
const topicAliases = 64

func listen(cfg *config.MQTT, i int, log *logrus.Logger) (*listener, error) {
	c := cfg.Listeners[i]
	ln, err := mqtt.Listen(mqtt.ListenConfig{Address: c.Listen, Conn: mqtt.Config{
		MaxPacketSize: uint32(cfg.MaxPacketSize), TopicAliasMaximum: topicAliases, ConnectTimeout: cfg.ConnectTimeout,
	}})
	if err != nil {
		return nil, fmt.Errorf("listener %s: %w", c.Name, err)
	}
	log.WithFields(logrus.Fields{fieldListener: c.Name, fieldAddress: ln.Addr().String()}).
		Info("listening for MQTT clients")
	return &listener{Listener: ln, name: c.Name, anonymous: cfg.Anonymous}, nil
}

// accepted numbers the connections that we accept: odd, see engine.ConnID.
var accepted atomic.Uint64

// serve hands connections to the loop until the listener is closed and they have ended.
func (ln *listener) serve(ctx context.Context, l *loop) {
	ln.Serve(func(c *mqtt.Conn) {
		l.serve(ctx, connEvent{
			kind: connAccepted, id: engine.ConnID(accepted.Add(1)*2 - 1), conn: c,
			info: engine.ConnInfo{
				Remote: c.RemoteAddr().String(), Listener: ln.name, Welcome: ln.welcomes(c.RemoteAddr()),
			},
		})
	})
}

// welcomes is the rule for clients without a password, which are all of them as long as there are no users.
func (ln *listener) welcomes(a net.Addr) bool {
	tcp, ok := a.(*net.TCPAddr)
	return ln.anonymous == config.AnonymousAnywhere || ok && tcp.IP.IsLoopback()
}
