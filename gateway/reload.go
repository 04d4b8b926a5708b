package gateway

import (
	"context"

	"mqttsn-gateway/radio/dtls"
)

// reload reads the files with keys and certificates again whenever it is told to, until ctx is done. Sessions and
// connections go on; those of keys that are gone or changed end. What cannot be read changes nothing.
func (g *gateway) reload(ctx context.Context, again <-chan struct{}) {
	for {
		select {
		case <-again:
			g.reloadCredentials()
		case <-ctx.Done():
			return
		}
	}
}

func (g *gateway) reloadCredentials() {
	g.reloadUsers()
	if g.cfg.Upstream.Encrypted() {
		if err := g.upstream.reload(); err != nil {
			g.log.WithError(err).Error("authorities and certificates for the upstream broker stay as they were")
		} else {
			g.log.Info("authorities and certificates for the upstream broker were read again")
		}
	}
	for i, l := range g.loop.links {
		secured, ok := l.Link.(*dtls.Link)
		if !ok {
			continue
		}
		credentials, err := credentialsOf(&g.cfg.Links[i])
		if err == nil {
			err = secured.SetCredentials(credentials)
		}
		if err != nil {
			l.log.WithError(err).Error("keys and certificates stay as they were")
			continue
		}
		l.log.WithField(fieldKeys, len(credentials.Keys)).Info("keys and certificates were read again")
	}
}
