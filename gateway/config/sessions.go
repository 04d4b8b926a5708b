package config

import "time"

// Move policies: may a session follow its client id to another address? Only links that cannot tell who sent a
// datagram ask.
const (
	MoveAny      = "any"       // yes
	MoveSameHost = "same-host" // only to another port of the same host
	MoveNever    = "never"     // no
)

// What to do with a QoS 0 message for a device whose queue is full.
const (
	DropOldest       = "drop-oldest"
	DropNewest       = "drop-newest"
	KeepLastPerTopic = "keep-last-per-topic"
)

// Sessions is what holds for the session of every MQTT-SN device.
type Sessions struct {
	Max                    int           `yaml:"max"`
	ClientIDMaxLength      int           `yaml:"client_id_max_length"`
	Expiry                 time.Duration `yaml:"expiry"`
	KeepAliveZeroIdle      time.Duration `yaml:"keep_alive_zero_idle"`
	MovePolicy             string        `yaml:"move_policy"`
	TopicsPerDevice        int           `yaml:"topics_per_device"`
	SubscriptionsPerDevice int           `yaml:"subscriptions_per_device"`
	AwakeMessages          int           `yaml:"awake_messages"`
	InFlight               int           `yaml:"in_flight"`
	DUP                    bool          `yaml:"dup"`
	MaxKeepAlive           time.Duration `yaml:"max_keep_alive"`
	MaxSleep               time.Duration `yaml:"max_sleep"`
	Wakeup                 bool          `yaml:"wakeup"`
	Lenient                bool          `yaml:"lenient"`
	UserProperties         []string      `yaml:"user_properties"`
	Queue                  DeviceQueue   `yaml:"queue"`
}

// DeviceQueue bounds what waits for one device.
type DeviceQueue struct {
	Messages     int    `yaml:"messages"`
	Bytes        Size   `yaml:"bytes"`
	QoS0Overflow string `yaml:"qos0_overflow"`
}

func defaultSessions() Sessions {
	return Sessions{
		Max:                    100_000,
		ClientIDMaxLength:      64,
		Expiry:                 7 * day,
		KeepAliveZeroIdle:      day,
		MovePolicy:             MoveAny,
		TopicsPerDevice:        1000,
		SubscriptionsPerDevice: 100,
		InFlight:               1,
		DUP:                    true,
		Queue:                  DeviceQueue{Messages: 1000, Bytes: 256 << 10, QoS0Overflow: DropOldest},
	}
}

var sessionKeys = []Key{
	{"sessions", "What holds for the session of every device.", "", anything},
	{
		"sessions.max", "How many sessions there may be. Beyond it, CONNECT is answered with congestion.",
		"What a small board can hold while its devices sleep.", between(1, 10_000_000),
	},
	{
		"sessions.client_id_max_length", "Longest client id, in octets.",
		"The specification says 23, devices in the field send more, and MQTT 5 has no limit.", between(1, 65535),
	},
	{
		"sessions.expiry", "How long the session of a device that left, with clean=0, is kept.",
		"A device that is repaired within the week finds its subscriptions and messages.", between(time.Minute, 3650*day),
	},
	{
		"sessions.keep_alive_zero_idle", "How long a device that connected with keep-alive 0 may be silent until it counts as lost.",
		"The specification has no answer, and without one such sessions would stay for ever.", between(time.Minute, 3650*day),
	},
	{
		"sessions.move_policy", "May a session follow its client id to another address, on links that do not authenticate? " +
			"`any`, `same-host` (another port only) or `never`.",
		"Sensors behind NAT and mobile networks change their address as they sleep.", oneOf(MoveAny, MoveSameHost, MoveNever),
	},
	{
		"sessions.topics_per_device", "Topic ids that one device may have. Beyond it, REGISTER is answered with congestion.",
		"Sensors have a handful; a forwarder's child has its own session.", between(1, 65534),
	},
	{
		"sessions.subscriptions_per_device", "Subscriptions that one device may have. Beyond it, SUBSCRIBE is answered with congestion.",
		"Sensors have a handful.", between(0, 65534),
	},
	{
		"sessions.awake_messages", "Most messages a sleeping device is sent each time it wakes; the rest waits. 0: all of them.",
		"The device said that it is awake until PINGRESP.", between(0, 65535),
	},
	{
		"sessions.in_flight", "Messages of QoS 1 and 2 that may be on their way to one device at once.",
		"The specification allows one, and small devices have memory for one.", between(1, 64),
	},
	{
		"sessions.dup", "Mark what is sent again with DUP, as the specification says. Some devices ignore such messages: see `devices`.",
		"Devices that follow the specification depend on it.", anything,
	},
	{
		"sessions.max_keep_alive", "Longest keep alive that is suggested to devices of MQTT-SN 2.0 which take suggestions; with 0 each has its own.",
		"The device knows its battery.", zeroOr(wholeSeconds(between(time.Second, 65535*time.Second))),
	},
	{
		"sessions.max_sleep", "Longest sleep that is suggested to such devices, likewise.",
		"As for keep alive.", zeroOr(wholeSeconds(between(time.Second, 3650*day))),
	},
	{
		"sessions.wakeup", "Tell a sleeping device of MQTT-SN 2.0, by WAKEUP, when something begins to wait for it.",
		"The radio of a sleeper is off, and a packet that it does not hear is sent in vain.", anything,
	},
	{
		"sessions.lenient", "Drop what is malformed or unknown of MQTT-SN 2.0 on links that do not authenticate, instead of ending the device's connection as the " +
			"draft demands.",
		"Devices that follow the draft depend on it. With forged addresses others can use it against them.", anything,
	},
	{
		"sessions.user_properties", "What user properties of MQTT 5 tell of the device with each of its publications, wills included: any of `client` (its client id), " +
			"`link`, `address` and `rssi` (dBm, where the link knows it). They are called `mqttsn-client` and so on. MQTT 3.1.1 has no user properties.",
		"They cost octets, and an address may be nobody's business.", someOf("client", "link", "address", "rssi"),
	},
	{"sessions.queue", "What may wait for one device, asleep or slow.", "", anything},
	{
		"sessions.queue.messages", "Messages that may wait. Beyond it, new ones of QoS 1 and 2 are dropped for this device and counted.",
		"A device that sleeps for a day misses nothing that comes every other minute.", between(1, 1_000_000),
	},
	{
		"sessions.queue.bytes", "Memory that they may take.",
		"A thousand short messages; a thousand devices whose queues are all full still fit a small board.",
		between[Size](1<<10, 1<<30),
	},
	{
		"sessions.queue.qos0_overflow", "What a full queue does with a message of QoS 0: `drop-oldest` of QoS 0, `drop-newest`, or " +
			"`keep-last-per-topic`.",
		"With readings and commands alike, the newest counts.", oneOf(DropOldest, DropNewest, KeepLastPerTopic),
	},
}
