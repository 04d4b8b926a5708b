package gateway

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/sirupsen/logrus"

	"mqttsn-gateway/gateway/config"
	"mqttsn-gateway/gateway/engine"
	"mqttsn-gateway/radio/dtls"
)

// A reloader reads the configuration, and the files with users, keys and certificates that it names, again while the
// gateway runs. Sessions and connections go on; those of keys that are gone or changed end, and of devices that the access
// rules do not let in any more. If anything cannot be read, nothing changes.
type reloader struct {
	g    *gateway
	load func() (*config.Config, error) // nil: there are only files to read again
	cfg  *config.Config                 // what is in force

	asked chan chan reloaded // by the admin page
}

// reloaded is what came of it.
type reloaded struct {
	changes []config.Change
	err     error
}

// run serves hangups, and what the admin page asks for, until ctx is done.
func (r *reloader) run(ctx context.Context, hangups <-chan struct{}) {
	for {
		select {
		case <-hangups:
			r.reload(ctx)
		case answer := <-r.asked:
			answer <- r.reload(ctx)
		case <-ctx.Done():
			return
		}
	}
}

var errStopping = errors.New("the gateway is stopping")

// ask makes run reload, and waits for what comes of it.
func (r *reloader) ask(ctx context.Context) ([]config.Change, error) {
	answer := make(chan reloaded, 1)
	select {
	case r.asked <- answer:
	case <-ctx.Done():
		return nil, errStopping
	}
	select {
	case a := <-answer:
		return a.changes, a.err
	case <-ctx.Done():
		return nil, errStopping
	}
}

// reload reads everything, puts it in force, and says in the log what is different now.
func (r *reloader) reload(ctx context.Context) reloaded {
	changes, err := r.replace(ctx)
	if err != nil {
		for _, problem := range each(err) {
			r.g.log.WithError(problem).Error("the configuration stays as it was")
		}
		return reloaded{err: err}
	}
	for _, c := range changes {
		entry := r.g.log.WithFields(logrus.Fields{fieldKey: c.Key, fieldFrom: c.From, fieldTo: c.To})
		if c.Restart {
			entry.Warn("this change takes effect with a restart")
		} else {
			entry.Info("configuration changed")
		}
	}
	r.g.log.WithField(fieldChanges, len(changes)).Info("configuration was read again")
	return reloaded{changes: changes}
}

// each takes an error apart that errors.Join has made.
func each(err error) []error {
	if joined, ok := err.(interface{ Unwrap() []error }); ok {
		return joined.Unwrap()
	}
	return []error{err}
}

func (r *reloader) replace(ctx context.Context) (changes []config.Change, err error) {
	next := r.cfg
	if r.load != nil {
		fresh, err := r.load()
		if err != nil {
			return nil, err
		}
		next, changes = r.cfg.Reload(fresh)
	}
	up, install, err := r.readFiles(next)
	if err != nil {
		return nil, err
	}
	level, err := logrus.ParseLevel(next.Log.Level)
	if err != nil {
		return nil, err
	}
	ec := settings(next)
	if ec.Protection.Keys, err = protectionKeys(&next.Protection); err != nil {
		return nil, err
	}
	if !r.g.loop.ask(ctx, func(e *engine.Engine, now time.Duration, out *engine.Out) {
		if err = e.SetKeys(now, ec.Protection.Keys, out); err == nil {
			e.Reconfigure(now, &ec, out)
			r.g.upstream = up
		}
	}) {
		return nil, errStopping
	}
	if err != nil {
		return nil, err
	}
	if next.Protection.KeysFile != "" {
		r.g.log.WithField(fieldKeys, len(ec.Protection.Keys)).Info("keys of protected devices were read again")
	}
	r.g.log.SetLevel(level)
	for _, f := range install {
		f()
	}
	r.cfg = next
	return changes, nil
}

// readFiles reads the files that c names, and returns what puts them in force.
func (r *reloader) readFiles(c *config.Config) (up *upstream, install []func(), err error) {
	var errs []error
	if up, err = newUpstream(c); err != nil {
		errs = append(errs, err)
	}
	if up.tls != nil {
		install = append(install, func() { r.g.log.Info("authorities and certificates for the upstream broker were read again") })
	}
	if users := r.g.users; users != nil {
		replace, err := users.Read()
		if err != nil {
			errs = append(errs, fmt.Errorf("users: %w", err))
		}
		install = append(install, func() {
			replace()
			r.g.log.WithField(fieldUsers, users.Len()).Info("users were read again")
		})
	}
	for i, l := range r.g.loop.links {
		secured, ok := l.Link.(*dtls.Link)
		if !ok {
			continue
		}
		credentials, err := credentialsOf(&c.Links[i])
		if err == nil {
			err = credentials.Check()
		}
		if err != nil {
			errs = append(errs, fmt.Errorf("link %s: %w", l.name, err))
		}
		install = append(install, func() {
			if err := secured.SetCredentials(credentials); err != nil {
				l.log.WithError(err).Error("keys and certificates stay as they were")
				return
			}
			l.log.WithField(fieldKeys, len(credentials.Keys)).Info("keys and certificates were read again")
		})
	}
	return up, install, errors.Join(errs...)
}
