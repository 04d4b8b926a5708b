package gateway

import (
	"context"

	"mqttsn-gateway/gateway/config"
	"mqttsn-gateway/gateway/engine"
	"mqttsn-gateway/mqtt"
)

// dialUpstream connects to the upstream broker, and serves the connection until it ends. A failure is told to the engine
// like a loss.
func (l *loop) dialUpstream(ctx context.Context, cfg *config.Upstream, id engine.ConnID) {
	c, err := mqtt.Dial(ctx, mqtt.DialConfig{
		URL:  cfg.URL,
		Conn: mqtt.Config{ConnectTimeout: cfg.ConnectTimeout, TopicAliasMaximum: topicAliases},
	})
	if err != nil {
		l.post(ctx, connEvent{kind: connLost, id: id, err: err})
		return
	}
	l.serve(ctx, connEvent{kind: connDialled, id: id, conn: c})
}
