package gateway

import (
	"context"
	"net"
	"net/url"

	"mqttsn-gateway/gateway/config"
	"mqttsn-gateway/gateway/engine"
	"mqttsn-gateway/mqtt"
)

// An upstream makes connections to the upstream broker.
type upstream struct {
	cfg  *config.Upstream
	loop *loop
}

// dial connects, and serves the connection until it ends. A failure is told to the engine like a loss.
func (u *upstream) dial(ctx context.Context, id engine.ConnID) {
	c, err := u.connect(ctx)
	if err != nil {
		u.loop.post(ctx, connEvent{kind: connLost, id: id, err: err})
		return
	}
	u.loop.serve(ctx, connEvent{kind: connDialled, id: id, conn: c})
}

func (u *upstream) connect(ctx context.Context) (*mqtt.Conn, error) {
	ctx, cancel := context.WithTimeout(ctx, u.cfg.ConnectTimeout)
	defer cancel()
	to, err := url.Parse(u.cfg.URL)
	if err != nil {
		return nil, err
	}
	var d net.Dialer
	nc, err := d.DialContext(ctx, "tcp", to.Host)
	if err != nil {
		return nil, err
	}
	return mqtt.NewClientConn(nc, mqtt.Config{ConnectTimeout: u.cfg.ConnectTimeout, TopicAliasMaximum: topicAliases}), nil
}
