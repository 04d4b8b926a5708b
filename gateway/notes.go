package gateway

import (
	"time"

	"github.com/sirupsen/logrus"

	"mqttsn-gateway/gateway/engine"
)

// The fields of log entries. There are no others.
const (
	fieldClient   = "client"
	fieldPeer     = "peer"
	fieldLink     = "link"
	fieldListener = "listener"
	fieldAddress  = "address"
	fieldDetail   = "detail"
	fieldMode     = "mode"
	fieldUpstream = "upstream"
	fieldData     = "data"
	fieldRecords  = "records"
	fieldTook     = "took"
	fieldPort     = "port"
	fieldUsers    = "users"
	fieldKeys     = "keys"
	fieldKey      = "key"
	fieldFrom     = "from"
	fieldTo       = "to"
	fieldChanges  = "changes"
	fieldAsked    = "asked"
	fieldGranted  = "granted"
	fieldMore     = "more"
)

var levels = [...]logrus.Level{
	engine.Debug: logrus.DebugLevel,
	engine.Info:  logrus.InfoLevel,
	engine.Warn:  logrus.WarnLevel,
}

// notes writes the engine's notes to the log, and keeps them for the admin page.
func (l *loop) notes() {
	for _, r := range l.repeats.over(time.Now()) {
		l.log.WithField(fieldMore, r.count).Log(levels[r.kind.Level()], r.kind.String())
	}
	for i := range l.out.Notes {
		n := &l.out.Notes[i]
		l.remember(n)
		l.presence.note(n)
		level := levels[n.Kind.Level()]
		if !l.log.IsLevelEnabled(level) || l.repeats.again(n) {
			continue
		}
		fields := logrus.Fields{}
		if n.Client != "" {
			fields[fieldClient] = n.Client
		}
		if n.Addr != (engine.Addr{}) {
			fields[fieldPeer] = l.describe(n.Addr)
			fields[fieldLink] = l.links[n.Addr.Link].name
		}
		if n.Text != "" {
			fields[fieldDetail] = n.Text
		}
		l.log.WithFields(fields).Log(level, n.Kind.String())
	}
}
