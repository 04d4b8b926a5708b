package admin

import (
	"net/http"
	"time"

	"mqttsn-gateway/gateway/engine"
)

// A snapshot is everything about the gateway as a whole.
type snapshot struct {
	now      time.Duration
	at       time.Time // the same moment
	stats    engine.Stats
	counts   engine.Counts
	links    []engine.LinkInfo
	upstream engine.UpstreamInfo
	serving  bool
	stuck    bool // the disk takes nothing
}

func (s *Server) snapshot(r *http.Request) (v snapshot, err error) {
	err = s.ask(r.Context(), v.take)
	return v, err
}

// take fills v. It runs on the engine's goroutine.
func (v *snapshot) take(e *engine.Engine, now time.Duration, _ *engine.Out) {
	*v = snapshot{
		now: now, at: time.Now(), stats: *e.Stats(), counts: e.Counts(), links: e.Links(), upstream: e.Upstream(),
		serving: e.Serving(), stuck: e.StoreFails(),
	}
}

// health says what keeps the gateway from serving devices.
func (v *snapshot) health() Health {
	h := Health{OK: true}
	say := func(wrong bool, reason string) {
		if wrong {
			h.OK, h.Reasons = false, append(h.Reasons, reason)
		}
	}
	up := 0
	for _, l := range v.links {
		if !l.Down {
			up++
		}
	}
	say(!v.serving, "the upstream broker cannot be reached, or the gateway is stopping")
	say(v.stuck, "the disk takes no records")
	say(up == 0, "no link is up")
	return h
}

// clock translates the engine's time.
type clock struct {
	now time.Duration
	at  time.Time
}

// never is so far away that it is not worth showing.
const never = 100 * 365 * 24 * time.Hour

// time is the time of day at t; zero if that is never.
func (c clock) time(t time.Duration) time.Time {
	if t-c.now > never {
		return time.Time{}
	}
	return c.at.Add(t - c.now).Round(0).UTC()
}

func (v *snapshot) clock() clock { return clock{v.now, v.at} }

var states = []engine.State{engine.Active, engine.Awake, engine.Asleep, engine.Lost, engine.Disconnected}

func (s *Server) gateway(r *http.Request) (any, error) {
	v, err := s.snapshot(r)
	if err != nil {
		return nil, err
	}
	id := s.cfg.Gateway
	g := Gateway{
		Name: id.Name, ID: id.ID, Mode: id.Mode, Version: id.Version, Started: v.clock().time(0), Ready: v.health(),
		Devices: make(map[string]int), Clients: v.counts.Clients, Queued: v.counts.Queued, InFlight: v.counts.InFlight,
		Subscriptions: v.counts.Subscriptions, Retained: v.counts.Retained, Counters: counters(&v.stats),
	}
	for _, state := range states {
		g.Devices[state.String()] = v.stats.Devices(state)
	}
	return g, nil
}

// counters are those that the overview shows; /metrics has them all.
func counters(s *engine.Stats) map[string]uint64 {
	return map[string]uint64{
		"datagrams_received": s.Datagrams, "datagrams_sent": s.Sent, "malformed": s.Malformed + s.UnknownType, "limited": s.Limited,
		"forged": s.Forged, "replayed": s.Replayed, "no_key": s.NoKey, "unprotected": s.Unprotected,
		"retransmissions": s.Retransmissions, "connects": s.Connects, "refused": s.Refused, "lost": s.Lost,
		"published_up": s.PublishedUp, "published_down": s.PublishedDown, "publications_refused": s.PublicationsRefused,
		"dropped": s.Dropped, "routed": s.Routed, "forwarded": s.Forwarded, "fetched": s.Fetched,
		"spool_dropped": s.SpoolDropped, "spool_aged": s.SpoolAged,
	}
}

func (s *Server) links(r *http.Request) (any, error) {
	v, err := s.snapshot(r)
	if err != nil {
		return nil, err
	}
	list := make([]Link, len(v.links))
	for i, l := range v.links {
		list[i] = Link{
			Name: l.Name, Type: s.cfg.Links[i].Type, Up: !l.Down, MTU: l.MTU, Devices: l.Devices, Received: l.Received,
			Sent: l.Sent, Dropped: l.Dropped, Undelivered: l.Undelivered, Downs: l.Downs,
		}
		if l.Down {
			list[i].DownSince = v.clock().time(l.Since)
		}
		if radio := s.radio(i); radio != nil {
			list[i].Nodes = true
			list[i].Modem, list[i].Problem = radio.Modem(), radio.Problem()
		}
	}
	return Links{list}, nil
}

func (s *Server) upstream(r *http.Request) (any, error) {
	v, err := s.snapshot(r)
	if err != nil {
		return nil, err
	}
	i := v.upstream
	u := Upstream{URL: i.Broker, Sessions: i.Sessions, Ready: i.Ready, Failing: i.Failing, Messages: i.Messages}
	if b := i.Bridge; b != nil {
		u.Bridge = &Bridge{
			State: b.State, Attempts: b.Attempts, SpoolMessages: b.Spool, SpoolBytes: b.SpoolBytes,
			SpoolMessageLimit: b.Limit.Messages, SpoolByteLimit: b.Limit.Bytes, InFlight: b.InFlight,
		}
	}
	return u, nil
}

// healthy answers as long as the engine does.
func (s *Server) healthy(r *http.Request) (any, error) {
	return Health{OK: true}, s.ask(r.Context(), func(*engine.Engine, time.Duration, *engine.Out) {})
}

func (s *Server) ready(r *http.Request) (any, error) {
	v, err := s.snapshot(r)
	return v.health(), err
}
