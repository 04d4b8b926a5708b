package engine

import (
	"fmt"
	"strconv"
	"time"
)

// sys publishes figures about the broker under $SYS/broker, by mosquitto's names where it has them. They are retained, but
// not on disk: they are of this run.
type sys struct {
	e         *Engine
	alarm     alarm
	published map[string]string // what each topic was last told
	most      int               // clients that were connected at the same time
}

func (s *sys) init(e *Engine) {
	s.e, s.published = e, make(map[string]string)
	s.alarm.owner = s
	if e.cfg.Sys.Every > 0 {
		e.alarms.set(&s.alarm, 0)
	}
}

// wake publishes what has changed.
func (s *sys) wake(now time.Duration) {
	e := s.e
	e.alarms.set(&s.alarm, now+e.cfg.Sys.Every)
	connected := 0
	for _, c := range e.clients {
		if c.present() {
			connected++
		}
	}
	s.most = max(s.most, connected)

	s.say("version", e.cfg.Sys.Version)
	s.say("uptime", fmt.Sprintf("%d seconds", now/time.Second))
	for _, f := range []struct {
		name  string
		value int
	}{
		{"clients/total", len(e.clients)},
		{"clients/connected", connected},
		{"clients/active", connected},
		{"clients/disconnected", len(e.clients) - connected},
		{"clients/inactive", len(e.clients) - connected},
		{"clients/maximum", s.most},
		{"publish/messages/received", int(e.stats.ClientReceived)},
		{"publish/messages/sent", int(e.stats.ClientSent)},
		{"publish/messages/dropped", int(e.stats.ClientDropped)},
		{"publish/bytes/received", int(e.stats.ClientReceivedBytes)},
		{"publish/bytes/sent", int(e.stats.ClientSentBytes)},
		{"subscriptions/count", e.router.subs.Len()},
		{"shared_subscriptions/count", len(e.router.groups)},
		{"retained messages/count", e.router.retained.names.Len()},
	} {
		s.say(f.name, strconv.Itoa(f.value))
	}
	for state := range Lost + 1 {
		s.say("devices/"+state.String(), strconv.Itoa(e.stats.Devices(state)))
	}
}

// say publishes a figure that has changed.
func (s *sys) say(name, value string) {
	if s.published[name] == value {
		return
	}
	s.published[name] = value
	m := &Message{Topic: "$SYS/broker/" + name, Payload: []byte(value), Retain: true, expires: never}
	s.e.router.retained.set(m)
	s.e.router.route(m)
}
