package gateway

import (
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/sirupsen/logrus"

	"mqttsn-gateway/gateway/admin"
	"mqttsn-gateway/gateway/config"
	"mqttsn-gateway/gateway/engine"
	"mqttsn-gateway/gateway/passwd"
	"mqttsn-gateway/mqtt"
	"mqttsn-gateway/radio"
)

// Run runs the gateway that cfg describes until ctx is done. It returns early, with an error that says in a sentence what
// is wrong, if a link or a listener cannot be opened. When it returns, all of its goroutines have ended.
func Run(ctx context.Context, cfg *config.Config, log *logrus.Logger, o Options) error {
	g, err := open(cfg, log, o.Version)
	if err != nil {
		return err
	}
	g.reloader.load = o.Load
	g.run(ctx, o.Reload)
	log.Info("stopped")
	return nil
}

// Options is what Run is told beside the configuration. The zero value will do.
type Options struct {
	Version string // of the program, as the admin page shows it

	// Reload makes the gateway read its configuration, and the files that it names, again whenever something comes from it.
	Reload <-chan struct{}

	// Load reads the configuration; nil, and only the files that it names are read again.
	Load func() (*config.Config, error)
}

// A gateway is everything that is open.
type gateway struct {
	cfg       *config.Config
	log       *logrus.Logger
	loop      *loop
	listeners []*listener
	users     *passwd.Users // of the listeners; nil if there are none
	upstream  *upstream     // touched by the loop only, once that runs
	reloader  reloader
	admin     *admin.Server // nil without the admin page
}

func open(cfg *config.Config, log *logrus.Logger, version string) (_ *gateway, err error) {
	l := &loop{
		log: log, start: time.Now(),
		inbox: make(chan *batch, inboxLength), radios: newReports(), events: make(chan connEvent, eventsLength), probes: make(chan func()),
		conns: make(map[engine.ConnID]*mqtt.Conn),
	}
	g := &gateway{cfg: cfg, log: log, loop: l}
	g.reloader = reloader{g: g, cfg: cfg, asked: make(chan chan reloaded)}
	defer func() {
		if err != nil {
			g.close()
		}
	}()
	if g.upstream, err = newUpstream(cfg); err != nil {
		return nil, err
	}
	ec := settings(cfg)
	if ec.Protection.Keys, err = protectionKeys(&cfg.Protection); err != nil {
		return nil, err
	}
	ec.Describe, ec.SameHost = l.describe, l.sameHost
	ec.Identity = l.identity
	ec.Sys.Version = "mqttsn-gateway " + version
	ec.MTU = func(id engine.LinkID) int { return l.links[id].MTU() }
	ec.FormatPeer = func(id engine.LinkID, p radio.Peer) string { return l.links[id].FormatPeer(p) }
	ec.ParsePeer = func(id engine.LinkID, s string) (radio.Peer, error) { return l.links[id].ParsePeer(s) }
	for i := range cfg.Links {
		link, err := openLink(engine.LinkID(i), &cfg.Links[i], log, func(ev radio.Event) { l.report(engine.LinkID(i), ev) })
		if err != nil {
			return nil, err
		}
		l.links = append(l.links, link)
	}
	if hasRouter(cfg) {
		if err := g.listen(); err != nil {
			return nil, err
		}
	}
	ec.Users = g.users != nil
	l.engine, err = engine.New(ec)
	if err != nil {
		return nil, fmt.Errorf("configuration: %w", err)
	}
	l.presence = newPresence(cfg, version, log)
	if err = g.openAdmin(version); err != nil {
		return nil, err
	}
	if ec.Durable {
		err = l.openStore(cfg.Gateway.Data, cfg.Gateway.CommitInterval)
	}
	return g, err
}

// hasRouter reports whether any device's publications go to the router, which ordinary MQTT clients can then reach.
func hasRouter(cfg *config.Config) bool {
	if cfg.Gateway.Mode != config.Transparent {
		return true
	}
	for _, d := range cfg.Devices {
		if d.Mode == config.Builtin || d.Mode == config.Aggregating {
			return true
		}
	}
	return false
}

// run serves until ctx is done. Readers end first, so that nothing new comes while the engine says goodbye.
func (g *gateway) run(ctx context.Context, reload <-chan struct{}) {
	var readers, conns sync.WaitGroup
	io, stop := context.WithCancel(context.Background())
	defer stop()
	l := g.loop
	for _, link := range l.links {
		readers.Go(func() { link.read(io, l.inbox) })
	}
	for _, ln := range g.listeners {
		conns.Go(func() { ln.serve(io, l) })
	}
	l.dial = func(id engine.ConnID, d engine.Dial) {
		up := g.upstream
		conns.Go(func() {
			if first, ok := l.dialUpstream(io, up, id, d); ok {
				// In a goroutine of its own: a connection keeps its stack as long as it lives, and to dial takes a larger one.
				conns.Go(func() { l.serve(io, first, nil) })
			}
		})
	}
	conns.Go(func() { g.reloader.run(io, reload) })
	l.check = func(c engine.Check) {
		conns.Go(func() { l.verify(io, g.users, c) })
	}
	if g.admin != nil {
		conns.Go(g.admin.Serve)
	}
	if l.committer != nil {
		conns.Go(func() { l.committer.run(io) })
	}
	fields := logrus.Fields{fieldMode: string(g.cfg.Gateway.Mode)}
	if g.cfg.Upstream.URL != "" {
		fields[fieldUpstream] = g.cfg.Upstream.URL
	}
	conns.Go(func() { g.supervise(ctx) })
	g.log.WithFields(fields).Info("ready")

	l.run(ctx)

	stop()
	late := time.AfterFunc(goodbyeTime, func() {
		for _, c := range l.leaving {
			c.Close() // its peer does not read
		}
	})
	defer late.Stop()
	g.close()
	readers.Wait()
	conns.Wait()
	if l.committer != nil {
		if err := l.committer.store.Close(); err != nil {
			g.log.WithError(err).Error("the store did not close in order")
		}
	}
}

func (g *gateway) close() {
	if g.admin != nil {
		g.admin.Close()
	}
	for _, ln := range g.listeners {
		ln.Close()
	}
	for _, link := range g.loop.links {
		link.Close()
	}
	for _, c := range g.loop.conns {
		c.Close()
	}
}
