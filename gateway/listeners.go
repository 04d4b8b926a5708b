package gateway

import (
	"context"
	"errors"
	"fmt"
	"net"
	"sync"
	"sync/atomic"
	"time"

	"github.com/sirupsen/logrus"

	"mqttsn-gateway/gateway/config"
	"mqttsn-gateway/gateway/engine"
	"mqttsn-gateway/mqtt"
)

// A listener accepts ordinary MQTT clients for the built-in broker.
type listener struct {
	net.Listener
	name string
	cfg  *config.MQTT
	log  *logrus.Entry
}

var lastAccepted atomic.Uint64 // connections that we accept have odd numbers, see engine.ConnID

func listen(cfg *config.MQTT, i int, log *logrus.Logger) (*listener, error) {
	c := cfg.Listeners[i]
	ln, err := net.Listen("tcp", c.Listen)
	if err != nil {
		return nil, fmt.Errorf("listener %s: %w", c.Name, err)
	}
	l := &listener{Listener: ln, name: c.Name, cfg: cfg, log: log.WithField(fieldListener, c.Name)}
	l.log.WithField(fieldAddress, ln.Addr().String()).Info("listening for MQTT clients")
	return l, nil
}

func (ln *listener) close() { ln.Close() }

func (ln *listener) accept(ctx context.Context, l *loop, conns *sync.WaitGroup) {
	for {
		nc, err := ln.Accept()
		if errors.Is(err, net.ErrClosed) {
			return
		}
		if err != nil {
			ln.log.WithError(err).Warn("cannot accept a connection")
			select {
			case <-time.After(time.Second): // out of file descriptors, most likely
			case <-ctx.Done():
			}
			continue
		}
		if !ln.admits(nc.RemoteAddr()) {
			ln.log.WithField(fieldPeer, nc.RemoteAddr().String()).Warn("refused: only clients on this machine may connect without a password")
			nc.Close()
			continue
		}
		c := mqtt.NewServerConn(nc, mqtt.Config{
			MaxPacketSize: uint32(ln.cfg.MaxPacketSize), TopicAliasMaximum: topicAliases,
			ConnectTimeout: ln.cfg.ConnectTimeout,
		})
		first := connEvent{
			kind: connAccepted, id: engine.ConnID(lastAccepted.Add(2) - 1), conn: c,
			info: engine.ConnInfo{Remote: nc.RemoteAddr().String(), Listener: ln.name},
		}
		conns.Go(func() { l.serve(ctx, first) })
	}
}

// topicAliases is how many topic aliases a client may use: a sensor network has few topics that are published often.
const topicAliases = 64

// admits is the rule for clients without a password, which are all of them as long as there are no users.
func (ln *listener) admits(a net.Addr) bool {
	tcp, ok := a.(*net.TCPAddr)
	return ln.cfg.Anonymous == config.AnonymousAnywhere || ok && tcp.IP.IsLoopback()
}
