package gateway

import (
	"context"
	"io"
	"time"

	"mqttsn-gateway/gateway/admin"
	"mqttsn-gateway/gateway/engine"
	"mqttsn-gateway/gateway/store"
)

// openAdmin opens the port of the admin page, if the configuration names one.
func (g *gateway) openAdmin(version string) (err error) {
	c, l := g.cfg, g.loop
	if c.HTTP.Listen == "" {
		return nil
	}
	l.recent = new(admin.Events)
	ac := admin.Config{
		Listen: c.HTTP.Listen, Token: c.HTTP.Token,
		Gateway: admin.Identity{Name: c.Gateway.Name, ID: c.Gateway.ID, Mode: string(c.Gateway.Mode), Version: version},
		Reload:  g.reloadForAdmin, Watch: l.watch, TraceLinks: g.traceLinks(),
		Ask: l.ask, Describe: l.describe, Events: l.recent, Log: g.log.WithField(fieldListener, "admin"),
	}
	if c.Gateway.Data != "" {
		ac.Export = func(w io.Writer) (int, error) { return store.Export(l.committer.store, w) }
	}
	for _, link := range c.Links {
		ac.Links = append(ac.Links, admin.LinkIdentity{Name: link.Name, Type: string(link.Type)})
	}
	for _, link := range l.links {
		ac.Radios = append(ac.Radios, radioOf(link.Link))
	}
	if g.admin, err = admin.Listen(ac); err != nil {
		return err
	}
	g.log.WithField(fieldAddress, g.admin.Addr().String()).Info("listening for the admin page")
	return nil
}

// reloadForAdmin reloads, and tells in the API's words what is different.
func (g *gateway) reloadForAdmin(ctx context.Context) ([]admin.Change, error) {
	changes, err := g.reloader.ask(ctx)
	shown := []admin.Change{} // rather than null
	for _, c := range changes {
		shown = append(shown, admin.Change(c))
	}
	return shown, err
}

// remember keeps a note for the admin page, if there is one.
func (l *loop) remember(n *engine.Note) {
	if l.recent != nil {
		l.recent.Add(time.Now(), *n)
	}
}
