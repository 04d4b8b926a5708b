package config

import (
	"slices"
	"time"
)

// MQTT is the built-in broker's side towards ordinary MQTT clients.
type MQTT struct {
	Listeners         []Listener    `yaml:"listeners"`
	Anonymous         string        `yaml:"anonymous"`
	UsersFile         string        `yaml:"users_file"`
	Access            []ClientRule  `yaml:"access"`
	MaxClients        int           `yaml:"max_clients"`
	MaxClientsPerHost int           `yaml:"max_clients_per_host"`
	ConnectRate       int           `yaml:"connect_rate"`
	MaxSessions       int           `yaml:"max_sessions"`
	MaxPacketSize     Size          `yaml:"max_packet_size"`
	ConnectTimeout    time.Duration `yaml:"connect_timeout"`
	MaxKeepAlive      time.Duration `yaml:"max_keep_alive"`
	SessionExpiry     time.Duration `yaml:"session_expiry"`
	Queue             ClientQueue   `yaml:"queue"`
	SysInterval       time.Duration `yaml:"sys_interval"`
}

// ClientQueue bounds what waits for one ordinary MQTT client.
type ClientQueue struct {
	Messages int  `yaml:"messages"`
	Bytes    Size `yaml:"bytes"`
}

func defaultMQTT() MQTT {
	return MQTT{
		Listeners:      []Listener{defaultListener()},
		Anonymous:      AnonymousLoopback,
		MaxClients:     10_000,
		ConnectRate:    1000,
		MaxSessions:    100_000,
		MaxPacketSize:  1 << 20,
		ConnectTimeout: 10 * time.Second,
		SessionExpiry:  7 * day,
		Queue:          ClientQueue{Messages: 10_000, Bytes: 8 << 20},
		SysInterval:    10 * time.Second,
	}
}

var mqttKeys = slices.Concat([]Key{
	{"mqtt", "The built-in broker's side towards ordinary MQTT clients, 3.1.1 and 5. Not used in `transparent` mode.", "", anything},
}, listenerKeys, clientKeys, []Key{
	{
		"mqtt.max_clients", "How many MQTT clients may be connected at once, at each listener.",
		"Far beyond what a small machine serves, yet it bounds the memory that connections may take.", between(1, 1_000_000),
	},
	{
		"mqtt.max_clients_per_host", "How many of them may come from one host, which is an IPv4 address or the first half of an IPv6 address. 0: no limit.",
		"Programs share a machine, and machines an address.", between(0, 1_000_000),
	},
	{
		"mqtt.connect_rate", "Connections accepted a second, at each listener; more wait their turn. 0: no limit.",
		"When everyone comes back at once, sensors are served still.", between(0, 1_000_000),
	},
	{
		"mqtt.max_sessions", "How many sessions of MQTT clients there may be, connected or kept for those who left.",
		"A stored session takes little; there must be some end.", between(1, 10_000_000),
	},
	{
		"mqtt.max_packet_size", "Largest MQTT packet accepted from a client.",
		"No message for a sensor comes near it, and a stranger cannot make the gateway keep more.",
		between[Size](1<<10, 256<<20),
	},
	{
		"mqtt.connect_timeout", "How long a new connection may take until its CONNECT has arrived.",
		"Long enough for any network, and idle connections go away.", between(time.Second, 5*time.Minute),
	},
	{
		"mqtt.max_keep_alive", "Longest keep alive that a client of MQTT 5 may have; it is told when it asks for more, or for none. 0: as the client likes.",
		"Clients know best how often they speak.", zeroOr(wholeSeconds(between(time.Second, 0xffff*time.Second))),
	},
	{
		"mqtt.session_expiry", "Longest time for which the session of a client that left is kept.",
		"Survives a long weekend, and forgotten clients do not pile up.", between(time.Minute, 365*day),
	},
	{"mqtt.queue", "What may wait for one client that is away or slow. Beyond it, new messages for this client are dropped and counted.", "", anything},
	{
		"mqtt.queue.messages", "Messages that may wait.", "A night of one message every few seconds.", between(1, 10_000_000),
	},
	{
		"mqtt.queue.bytes", "Memory that they may take.", "A hundred such clients still fit a small board.",
		between[Size](1<<10, 16<<30),
	},
	{
		"mqtt.sys_interval", "How often the broker publishes figures about itself under `$SYS/broker/`. 0: never.",
		"As mosquitto does.", zeroOr(between(time.Second, day)),
	},
})

// checkMQTT finds packets that could be accepted and not be stored.
func (r *reader) checkMQTT() {
	if m := &r.config.MQTT; r.config.Gateway.Data != "" && m.MaxPacketSize > largestStored {
		r.problem(r.originOf("mqtt.max_packet_size"), "mqtt.max_packet_size", show(m.MaxPacketSize)+" is more than the store takes",
			"write "+show(largestStored)+" at most, or keep everything in memory: gateway.data")
	}
}

// largestStored is what fits into one record of the store, and some room.
const largestStored Size = 3 << 20
