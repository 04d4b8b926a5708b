package config

import "time"

// A Mode says what is north of the devices.
type Mode string

const (
	Builtin     Mode = "builtin"     // the gateway's own router, which ordinary MQTT clients share
	Transparent Mode = "transparent" // a connection to the upstream broker for each device
	Aggregating Mode = "aggregating" // the router, and one connection that joins it with the upstream broker
)

// Gateway is what this gateway is.
type Gateway struct {
	ID   uint8  `yaml:"id"`
	Name string `yaml:"name"`
	Mode Mode   `yaml:"mode"`
	Data string `yaml:"data"`

	// CommitInterval is the least time between two commits to the store.
	CommitInterval time.Duration `yaml:"commit_interval"`
}

func defaultGateway() Gateway {
	return Gateway{ID: 1, Name: "mqttsn-gateway", Mode: Builtin, CommitInterval: 5 * time.Millisecond}
}

var gatewayKeys = []Key{
	{"gateway", "What this gateway is.", "", anything},
	{
		"gateway.id", "Number by which devices know this gateway, the GwId of ADVERTISE and GWINFO.",
		"Most networks have one gateway; give each its own number where devices can hear several.",
		between[uint8](1, 255),
	},
	{
		"gateway.name", "Name by which people know this gateway, in logs.",
		"Good enough for one; name it after its place when there are more.", notEmpty,
	},
	{
		"gateway.mode", "What is north of the devices: `builtin` is a broker inside the gateway, `transparent` a " +
			"connection to the upstream broker for each device, `aggregating` one such connection for all.",
		"Needs nothing but the gateway.", oneOf(Builtin, Transparent, Aggregating),
	},
	{
		"gateway.data", "Directory for what must outlive a restart. Empty: everything is kept in memory.",
		"Needs no place to write; name one, and nothing that was acknowledged is lost in a power cut.", anything,
	},
	{
		"gateway.commit_interval", "Least time between two writes to the store: under load, many messages share one. An idle gateway writes at once.",
		"Spares an SD card and is felt by nobody.", between(0, time.Second),
	},
}

// Log is what the gateway says of itself, on standard error.
type Log struct {
	Level  string `yaml:"level"`
	Format string `yaml:"format"`
}

func defaultLog() Log { return Log{Level: "info", Format: "text"} }

var logKeys = []Key{
	{"log", "What the gateway says of itself, on standard error.", "", anything},
	{
		"log.level", "How much to log: `info` is for operators, `debug` for developers. `mqttsn-gateway tap` shows packets.",
		"One line when something happens that an operator may want to know.",
		oneOf("trace", "debug", "info", "warn", "error"),
	},
	{
		"log.format", "`text` for people, `json` (an object a line) for machines.",
		"People read it first.", oneOf("text", "json"),
	},
}
