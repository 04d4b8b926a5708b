package gateway

import (
	"cmp"
	"encoding/hex"
	"net/netip"
	"slices"
	"time"

	"mqttsn-gateway/gateway/access"
	"mqttsn-gateway/gateway/config"
	"mqttsn-gateway/gateway/engine"
	"mqttsn-gateway/mqtt"
	"mqttsn-gateway/radio"
)

// settings says the configuration in the engine's terms.
func settings(c *config.Config) engine.Config {
	e := engine.DefaultConfig("")
	e.Durable = c.Gateway.Data != ""
	e.Mode = modes[c.Gateway.Mode]
	e.Links = nil
	for i := range c.Links {
		e.Links = append(e.Links, linkSettings(&c.Links[i], c.Gateway.ID))
	}
	for _, r := range c.Access {
		e.Access = append(e.Access, access.Rule{
			Clients: r.Clients, Links: r.Links, Addresses: r.Addresses, Users: r.Users, Deny: !r.Allow, Approve: r.Approve,
			Publish: r.Publish, Subscribe: r.Subscribe,
		})
	}
	tells := func(what string) bool { return slices.Contains(c.Sessions.UserProperties, what) }
	e.Tell = engine.Tell{Client: tells("client"), Link: tells("link"), Address: tells("address"), RSSI: tells("rssi")}
	for _, m := range c.Mapping {
		e.Mapping = append(e.Mapping, engine.MappingRule{
			Clients: m.Clients, Links: m.Links, Up: engine.Direction(m.Up), Down: engine.Direction(m.Down),
		})
	}
	e.QoSNeg1 = c.QoSMinusOne.Allow
	e.Predefined = c.Predefined
	e.Devices = make(map[string]engine.DeviceOverride)
	for id, d := range c.Devices {
		o := engine.DeviceOverride{Predefined: d.Predefined, NoDUP: d.NoDUP}
		if mode, ok := modes[d.Mode]; ok {
			o.Mode = &mode
		}
		e.Devices[id] = o
	}
	if hasRouter(c) {
		e.Sys.Every = c.MQTT.SysInterval
	}
	deviceSettings(&e.Device, c)
	clientSettings(&e.Client, &c.MQTT)
	uplinkSettings(&e.Uplink, &c.Upstream)
	bridgeSettings(&e.Bridge, c)
	return e
}

func linkSettings(l *config.Link, id uint8) engine.LinkConfig {
	kind := linkKinds[l.Type]
	s := engine.LinkConfig{
		Name: l.Name, GatewayID: cmp.Or(l.GatewayID, id), MTU: cmp.Or(l.MTU, radio.MaxUDP), Advertise: l.Advertise,
		Broadcast: kind.broadcasts, Retry: l.RetryInterval, Retries: l.Retries, Authenticated: kind.authenticated,
		MaxDevices: l.MaxDevices, MaxPayload: int(l.MaxPayload), MaxRate: float64(l.MaxRate),
		Predefined: l.Predefined, Protection: protections[l.Protection],
	}
	if kind.connected {
		s.Advertise = 0
	}
	return s
}

var modes = map[config.Mode]engine.Mode{
	config.Builtin:     engine.Builtin,
	config.Transparent: engine.Transparent,
	config.Aggregating: engine.Aggregating,
}

var moves = map[string]engine.MovePolicy{
	config.MoveAny:      engine.MoveAny,
	config.MoveSameHost: engine.MoveSameHost,
	config.MoveNever:    engine.MoveNever,
}

var overflows = map[string]engine.Overflow{
	config.DropOldest:       engine.DropOldest,
	config.DropNewest:       engine.DropNewest,
	config.KeepLastPerTopic: engine.KeepLastPerTopic,
}

func deviceSettings(d *engine.DeviceConfig, c *config.Config) {
	s := &c.Sessions
	d.Max = s.Max
	d.ClientIDLength = s.ClientIDMaxLength
	d.SessionExpiry = s.Expiry
	d.IdleLimit = s.KeepAliveZeroIdle
	d.Topics = s.TopicsPerDevice
	d.Subscriptions = s.SubscriptionsPerDevice
	d.InFlight = s.InFlight
	d.AwakeMessages = s.AwakeMessages
	d.Queue = engine.Limit{Messages: s.Queue.Messages, Bytes: int(s.Queue.Bytes)}
	d.Overflow = overflows[s.Queue.QoS0Overflow]
	d.Move = moves[s.MovePolicy]
	d.NoDUP = !s.DUP
	d.MaxKeepAlive, d.MaxSleep = s.MaxKeepAlive, s.MaxSleep
	d.Wakeup, d.Lenient = s.Wakeup, s.Lenient
	d.Rate = float64(c.Limits.DeviceRate)
	d.Burst = c.Limits.DeviceBurst
	d.ForwarderRate = float64(c.Limits.ForwarderRate)
	d.ForwarderBurst = c.Limits.ForwarderBurst
	d.StrangerRate = float64(c.Limits.StrangerAnswers)
	d.Applicants = c.Limits.Applicants
}

func clientSettings(d *engine.ClientConfig, m *config.MQTT) {
	d.Max = m.MaxSessions
	for _, r := range m.Access {
		d.Access = append(d.Access, access.Rule{
			Clients: r.Clients, Links: r.Listeners, Addresses: r.Addresses, Users: r.Users, Deny: !r.Allow,
			Publish: r.Publish, Subscribe: r.Subscribe,
		})
	}
	d.MaxKeepAlive = uint16(m.MaxKeepAlive / time.Second)
	d.MaxSessionExpiry = m.SessionExpiry
	d.Queue = engine.Limit{Messages: m.Queue.Messages, Bytes: int(m.Queue.Bytes)}
}

// versions of MQTT towards the upstream broker; auto is the zero version.
var versions = map[string]mqtt.Version{config.Version5: mqtt.V5, config.Version311: mqtt.V311}

func uplinkSettings(d *engine.UplinkConfig, u *config.Upstream) {
	d.Brokers = u.URLs()
	d.Version = versions[u.Version]
	d.ClientID = u.ClientID
	d.KeepAlive = u.KeepAlive
	d.ConnectTimeout = u.ConnectTimeout
	d.SessionExpiry = u.SessionExpiry
	d.WillDelay = u.WillDelay
	d.ReceiveMaximum = u.ReceiveMaximum
	d.BackoffMin, d.BackoffMax = u.Reconnect.Min, u.Reconnect.Max
	d.DialRate = float64(u.DialRate)
}

func bridgeSettings(d *engine.BridgeConfig, c *config.Config) {
	b := &c.Bridge
	d.Name = c.Gateway.Name
	d.Forward = nil
	for _, f := range b.Forward {
		d.Forward = append(d.Forward, f.Filter)
	}
	d.PrefixUp, d.PrefixDown = b.PrefixUp, b.PrefixDown
	d.Clients, d.Everything = b.Clients, b.Everything
	d.Window = int(b.Window)
	d.StatusTopic = b.StatusTopic
	d.StatisticsTopic, d.StatisticsEvery = b.StatisticsTopic, b.StatisticsInterval
	d.Spool = engine.Limit{Messages: b.SpoolMessages, Bytes: int(b.SpoolBytes)}
	d.SpoolAge = b.SpoolAge
}

// sameHost reports whether two addresses differ by nothing but the port.
func (l *loop) sameHost(a, b engine.Addr) bool {
	if a.Link != b.Link || a.Forwarded != b.Forwarded || a.Node != b.Node {
		return false
	}
	host := func(a engine.Addr) netip.Addr {
		p, _ := netip.ParseAddrPort(l.links[a.Link].FormatPeer(a.Peer))
		return p.Addr()
	}
	h := host(a)
	return h.IsValid() && h == host(b)
}

func hexNode(node string) string { return hex.EncodeToString([]byte(node)) }
