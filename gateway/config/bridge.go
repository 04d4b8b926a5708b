package config

import "time"

// Bridge is how the router and the upstream broker are joined in the mode aggregating.
type Bridge struct {
	Forward     []Forward `yaml:"forward"`
	PrefixUp    string    `yaml:"prefix_up"`
	PrefixDown  string    `yaml:"prefix_down"`
	Clients     bool      `yaml:"clients"`
	Everything  bool      `yaml:"everything"`
	Window      uint16    `yaml:"window"`
	StatusTopic string    `yaml:"status_topic"`

	StatisticsTopic    string        `yaml:"statistics_topic"`
	StatisticsInterval time.Duration `yaml:"statistics_interval"`

	SpoolMessages int           `yaml:"spool_messages"`
	SpoolBytes    Size          `yaml:"spool_bytes"`
	SpoolAge      time.Duration `yaml:"spool_age"`
}

// A Forward is some of what local sessions publish.
type Forward struct {
	Filter string `yaml:"filter"`
}

func defaultBridge() Bridge {
	return Bridge{Forward: []Forward{{Filter: "#"}}, Window: 100, SpoolMessages: 100_000, SpoolBytes: 64 << 20, StatisticsInterval: time.Minute}
}

var bridgeKeys = []Key{
	{"bridge", "How the gateway's router is joined with the upstream broker in the mode `aggregating`.", "", anything},
	{
		"bridge.forward", "What goes upstream, of all that devices and local MQTT clients publish.",
		"Readings are wanted in the cloud.", anything,
	},
	{"bridge.forward[].filter", "A topic filter.", "Everything but `$SYS`.", topicFilter},
	{
		"bridge.prefix_up", "Put before the names of what goes upstream, `site1/` for instance.",
		"One site needs none.", anything,
	},
	{
		"bridge.prefix_down", "Put before the filters of what is wanted from upstream, and taken off the names that arrive.",
		"One site needs none.", anything,
	},
	{
		"bridge.clients", "Subscribe upstream also to what local MQTT clients want, not only to what devices want.",
		"A dashboard next to the gateway mostly watches the devices.", anything,
	},
	{
		"bridge.everything", "Subscribe upstream even to `#`, `+/#` and `$SYS/#`.",
		"A device that asks for everything hardly means the whole cloud.", anything,
	},
	{
		"bridge.window", "How many messages of QoS 1 and 2 may be under way to the broker, and from it.",
		"Fills a line of 100 ms round trip with a thousand messages a second.", between[uint16](1, 65535),
	},
	{
		"bridge.status_topic", "Topic where the gateway says retained `online`, and the broker `offline` when it lost the gateway. Empty: none.",
		"Nobody watches it until told.", anything,
	},
	{
		"bridge.statistics_topic", "Topic where the gateway publishes its counters, as JSON. Empty: none.",
		"Nobody watches it until told.", anything,
	},
	{
		"bridge.statistics_interval", "How often it does.", "As often as people look.", between(time.Second, day),
	},
	{
		"bridge.spool_messages", "How many messages of QoS 1 and 2 may wait for the broker. A full spool refuses new ones: devices are told congestion.",
		"A day of one message a second.", between(1, 100_000_000),
	},
	{
		"bridge.spool_bytes", "Memory that they may take.", "Fits the smallest board.", between[Size](64<<10, 64<<30),
	},
	{
		"bridge.spool_age", "How long a message may wait for the broker, counted while the gateway runs and anew after a restart; then it is dropped, and counted. 0: no limit.",
		"What was acknowledged arrives, however late.", zeroOr(between(time.Second, 10*365*day)),
	},
}
