package gateway

import (
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/sirupsen/logrus"

	"mqttsn-gateway/gateway/config"
	"mqttsn-gateway/gateway/engine"
	"mqttsn-gateway/mqtt"
)

// Run runs the gateway that cfg describes until ctx is done. It returns early, with an error that says in a sentence what
// is wrong, if a link or a listener cannot be opened. When it returns, all of its goroutines have ended.
func Run(ctx context.Context, cfg *config.Config, log *logrus.Logger) error {
	g, err := open(cfg, log)
	if err != nil {
		return err
	}
	g.run(ctx)
	log.Info("stopped")
	return nil
}

// A gateway is everything that is open.
type gateway struct {
	cfg       *config.Config
	log       *logrus.Logger
	loop      *loop
	listeners []*listener
}

func open(cfg *config.Config, log *logrus.Logger) (g *gateway, err error) {
	l := &loop{
		log: log, start: time.Now(),
		inbox: make(chan *batch, inboxLength), events: make(chan connEvent, eventsLength), probes: make(chan func()),
		conns: make(map[engine.ConnID]*mqtt.Conn),
	}
	g = &gateway{cfg: cfg, log: log, loop: l}
	defer func() {
		if err != nil {
			g.close()
		}
	}()
	ec, err := settings(cfg)
	if err != nil {
		return nil, err
	}
	ec.Describe, ec.SameHost = l.describe, l.sameHost
	for i := range cfg.Links {
		link, err := openLink(engine.LinkID(i), &cfg.Links[i], log)
		if err != nil {
			return nil, err
		}
		l.links = append(l.links, link)
	}
	if cfg.Gateway.Mode != config.Transparent {
		for i := range cfg.MQTT.Listeners {
			ln, err := listen(&cfg.MQTT, i, log)
			if err != nil {
				return nil, err
			}
			g.listeners = append(g.listeners, ln)
		}
	}
	l.engine, err = engine.New(ec)
	if err != nil {
		return nil, fmt.Errorf("configuration: %w", err)
	}
	return g, nil
}

// run serves until ctx is done. Readers end first, so that nothing new comes while the engine says goodbye.
func (g *gateway) run(ctx context.Context) {
	var readers, conns sync.WaitGroup
	io, stop := context.WithCancel(context.Background())
	defer stop()
	l := g.loop
	for _, link := range l.links {
		readers.Go(func() { link.read(io, l.inbox) })
	}
	for _, ln := range g.listeners {
		conns.Go(func() { ln.accept(io, l, &conns) })
	}
	up := &upstream{cfg: &g.cfg.Upstream, loop: l}
	l.dial = func(id engine.ConnID, d *engine.Dial) {
		conns.Go(func() { up.dial(io, id) })
	}
	fields := logrus.Fields{fieldMode: string(g.cfg.Gateway.Mode)}
	if g.cfg.Upstream.URL != "" {
		fields[fieldUpstream] = g.cfg.Upstream.URL
	}
	g.log.WithFields(fields).Info("ready")

	l.run(ctx)

	stop()
	g.close()
	readers.Wait()
	conns.Wait()
}

func (g *gateway) close() {
	for _, ln := range g.listeners {
		ln.close()
	}
	for _, link := range g.loop.links {
		link.Close()
	}
	for _, c := range g.loop.conns {
		c.Close()
	}
}
