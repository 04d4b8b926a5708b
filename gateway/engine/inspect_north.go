package engine

import (
	"time"

	"mqttsn-gateway/mqtt"
)

// LinkInfo is a link as the engine sees it.
type LinkInfo struct {
	Name    string
	Down    bool
	Since   time.Duration // when it went down; valid if Down
	MTU     int           // octets
	Devices int           // whose address is on it
	LinkStats
}

// Links looks at every link, in the order of the configuration.
func (e *Engine) Links() []LinkInfo {
	links := make([]LinkInfo, len(e.links))
	for i := range e.links {
		l := &e.links[i]
		links[i] = LinkInfo{Name: e.cfg.Links[i].Name, Down: l.down, Since: l.since, MTU: e.mtu(LinkID(i)), Devices: l.devices, LinkStats: l.stats}
	}
	return links
}

// Serving reports whether the gateway can serve devices now: it is not stopping, and a broker that it needs is there.
func (e *Engine) Serving() bool { return e.serving() }

// StoreFails reports whether the disk takes no records.
func (e *Engine) StoreFails() bool { return e.rec.failing }

// UpstreamInfo is how the gateway stands with the upstream broker.
type UpstreamInfo struct {
	Broker   string // name of the one in use; empty if it has none
	Sessions int    // that devices have at the broker, see uplink
	Ready    int    // of these: connected
	Failing  int    // of these: could not connect, and try again
	Messages int    // of devices, on their way to the broker
	Bridge   *BridgeInfo
}

// BridgeInfo is the one connection of aggregating mode.
type BridgeInfo struct {
	State      string // idle, waiting, dialing, connecting or ready
	Attempts   int    // since the last success
	Spool      int    // messages that wait
	SpoolBytes int
	Limit      Limit // of the spool
	InFlight   int
}

func (s brokerState) String() string {
	return [...]string{"idle", "waiting", "dialing", "connecting", "ready"}[s]
}

// Upstream looks at every session at the upstream broker.
func (e *Engine) Upstream() UpstreamInfo {
	i := UpstreamInfo{Sessions: len(e.uplinks)}
	if names := e.cfg.Uplink.Brokers; len(names) > 0 {
		i.Broker = names[e.brokers.current]
	}
	for _, u := range e.uplinks {
		switch {
		case u.ready():
			i.Ready++
		case u.attempts > 0:
			i.Failing++
		}
		i.Messages += len(u.sends)
	}
	if b := e.bridge; b != nil {
		i.Bridge = &BridgeInfo{
			State: b.state.String(), Attempts: b.attempts, Spool: b.spool.len(), SpoolBytes: b.spool.bytes,
			Limit: b.cfg.Spool, InFlight: len(b.flights),
		}
	}
	return i
}

// ClientInfo is the session of an ordinary MQTT client.
type ClientInfo struct {
	ID            string
	Connected     bool
	Remote        string // if connected
	Listener      string // if connected
	Version       mqtt.Version
	KeepAlive     time.Duration // 0 is off
	Heard         time.Duration
	Gone          time.Duration // since when it is not connected
	Subscriptions int
	Queued        int
	InFlight      int
	Dropped       uint64 // messages for it that were given up
}

// ClientIDs lists every ordinary client, in no order.
func (e *Engine) ClientIDs() []string {
	ids := make([]string, 0, len(e.clients))
	for id := range e.clients {
		ids = append(ids, id)
	}
	return ids
}

// Client looks at one ordinary client's session; false if there is none.
func (e *Engine) Client(id string) (ClientInfo, bool) {
	c := e.clients[id]
	if c == nil {
		return ClientInfo{}, false
	}
	i := ClientInfo{
		ID: id, Connected: c.conn != nil, Version: c.version, KeepAlive: c.keepAlive, Heard: c.heard, Gone: c.gone,
		Subscriptions: len(c.subs), Queued: c.queue.len(), InFlight: len(c.flights), Dropped: c.dropped,
	}
	if c.conn != nil {
		i.Remote, i.Listener = c.conn.info.Remote, c.conn.info.Listener
	}
	return i, true
}
