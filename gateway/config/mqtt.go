package config

import "time"

// Who may use the built-in broker without a password.
const (
	AnonymousLoopback = "loopback" // clients on this machine
	AnonymousAnywhere = "anywhere" // everyone who reaches a listener
)

// MQTT is the built-in broker's side towards ordinary MQTT clients.
type MQTT struct {
	Listeners      []Listener    `yaml:"listeners"`
	Anonymous      string        `yaml:"anonymous"`
	MaxClients     int           `yaml:"max_clients"`
	MaxPacketSize  Size          `yaml:"max_packet_size"`
	ConnectTimeout time.Duration `yaml:"connect_timeout"`
	MaxKeepAlive   time.Duration `yaml:"max_keep_alive"`
	SessionExpiry  time.Duration `yaml:"session_expiry"`
	Queue          ClientQueue   `yaml:"queue"`
}

// A Listener is a TCP address at which ordinary MQTT clients connect.
type Listener struct {
	Name   string `yaml:"name"`
	Listen string `yaml:"listen"`
}

// ClientQueue bounds what waits for one ordinary MQTT client.
type ClientQueue struct {
	Messages int  `yaml:"messages"`
	Bytes    Size `yaml:"bytes"`
}

func defaultListener() Listener { return Listener{Name: "mqtt", Listen: "127.0.0.1:1883"} }

func defaultMQTT() MQTT {
	return MQTT{
		Listeners:      []Listener{defaultListener()},
		Anonymous:      AnonymousLoopback,
		MaxClients:     10_000,
		MaxPacketSize:  1 << 20,
		ConnectTimeout: 10 * time.Second,
		SessionExpiry:  7 * day,
		Queue:          ClientQueue{Messages: 10_000, Bytes: 8 << 20},
	}
}

var mqttKeys = []Key{
	{"mqtt", "The built-in broker's side towards ordinary MQTT clients, 3.1.1 and 5. Not used in `transparent` mode.", "", anything},
	{
		"mqtt.listeners", "TCP addresses at which MQTT clients connect. An empty list opens none.",
		"Programs on the same machine need nothing else.", anything,
	},
	{"mqtt.listeners[].name", "Name of the listener, in logs.", "Says what it is, while there is one.", identifier},
	{
		"mqtt.listeners[].listen", "Address and TCP port. Without an address: all of the machine's.",
		"Nobody outside this machine gets in until told otherwise. 1883 is MQTT's registered port.", address,
	},
	{
		"mqtt.anonymous", "Who may connect without a password: clients on this machine (`loopback`), or everyone who " +
			"reaches a listener (`anywhere`).",
		"A listener that was opened to the network by mistake lets nobody in.", oneOf(AnonymousLoopback, AnonymousAnywhere),
	},
	{
		"mqtt.max_clients", "How many MQTT clients may be connected at once.",
		"Far beyond what a small machine serves, yet it bounds the memory that connections may take.", between(1, 1_000_000),
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
}
