package engine

import (
	"fmt"
	"math/rand/v2"
	"time"

	"mqttsn-gateway/gateway/access"
	"mqttsn-gateway/mqtt"
	"mqttsn-gateway/radio"
)

// A Mode says where the publications of devices go.
type Mode uint8

const (
	Builtin     Mode = iota // the gateway's own router serves devices and ordinary MQTT clients
	Transparent             // each device has a connection of its own to the upstream broker
	Aggregating             // the router, and one connection, the bridge, that joins it with the upstream broker
)

// Config is what an engine needs to know. DefaultConfig gives every field a sensible value.
type Config struct {
	Mode    Mode
	Links   []LinkConfig // a LinkID is an index here
	Durable bool         // sessions are written to Out.Records, and acknowledgements wait for Committed

	Device DeviceConfig
	Client ClientConfig
	Sys    SysConfig
	Uplink UplinkConfig
	Bridge BridgeConfig

	Protection ProtectionConfig

	Retained Limit // retained messages of all topics
	QoSNeg1  bool  // accept PUBLISH with QoS -1 (v1.2, 6.8)

	// Predefined topics by id for every device, and what differs for single ones, by client id or by a pattern with *.
	Predefined map[uint16]string
	Devices    map[string]DeviceOverride

	// Mapping gives topics of devices other names beyond their sessions.
	Mapping []MappingRule

	// Tell is what receivers of MQTT 5 learn of the devices that publish.
	Tell Tell

	// Users says that the driver knows users and their passwords, and answers Out.Checks. Without it a password proves
	// nothing, and any is taken.
	Users bool

	// Access says which devices may connect, and what each may publish and receive; without rules, everything.
	Access access.Rules

	// Describe shows an address to people, SameHost reports whether two addresses differ by nothing but a port. Both know
	// the links; either may be nil.
	Describe func(Addr) string
	SameHost func(a, b Addr) bool

	// MTU is the longest datagram that a link carries now, in octets, which a radio's modem may not have told before;
	// nil: what LinkConfig says. The smaller counts.
	MTU func(LinkID) int

	// Identity is who an authenticated link proves a sender to be; nil: its address.
	Identity func(Addr) string

	// FormatPeer and ParsePeer are the links' own: the store keeps addresses in this form.
	FormatPeer func(LinkID, radio.Peer) string
	ParsePeer  func(LinkID, string) (radio.Peer, error)

	// Random seeds retry jitter, packet ids and such.
	Random *rand.Rand
}

// LinkConfig is what the engine knows of one link.
type LinkConfig struct {
	Name      string
	GatewayID uint8
	MTU       int           // octets; longer messages are not sent
	Advertise time.Duration // time between two ADVERTISE, 0 for none
	Broadcast bool          // GWINFO is broadcast instead of sent to who asked (radio links)

	// Retry is T_retry, the time after which an unanswered message is sent again, and Retries is N_retry (v1.2, 6.13).
	Retry   time.Duration
	Retries int

	// Authenticated says that an address cannot be forged: an XBee radio's, or a DTLS connection.
	Authenticated bool

	// Protection is what the link wants of its devices' packets.
	Protection Protected

	// Limits of the link, 0 for none: devices that are connected there at a time, octets of a payload that one publishes, and
	// datagrams a second from all of them together.
	MaxDevices int
	MaxPayload int
	MaxRate    float64

	// Predefined topics of this link's devices; they come before everyone's.
	Predefined map[uint16]string
}

// A MovePolicy says when a device may be served from another address than before, on links that do not authenticate.
type MovePolicy uint8

const (
	MoveAny      MovePolicy = iota // whoever knows the client id
	MoveSameHost                   // only the port may change
	MoveNever                      // not while the session lives
)

// DeviceConfig is the rules for MQTT-SN devices.
type DeviceConfig struct {
	Max              int // sessions
	MaxPerForwarder  int // sessions behind one forwarder; 0 is no limit
	ClientIDLength   int // octets
	SessionExpiry    time.Duration
	IdleLimit        time.Duration // stands for a keep alive of 0
	HandshakeTimeout time.Duration // for the will dialogue as a whole
	Topics           int           // normal topic ids
	Subscriptions    int
	InFlight         int // QoS 1 and 2 messages towards the device at a time
	Inbound          int // QoS 1 and 2 messages from the device whose handshake is not done
	AwakeMessages    int // at most so many messages in one awake window; 0 is no limit
	Queue            Limit
	Overflow         Overflow
	Move             MovePolicy
	Rate             float64 // datagrams a second from one device, on average; 0 is no limit
	Burst            int     // datagrams at once
	ForwarderRate    float64 // the same for all devices behind a forwarder together
	ForwarderBurst   int
	StrangerRate     float64 // answers a second to senders without a session, over all
	Applicants       int     // devices that wait for approval and are listed
	NoDUP            bool    // send again without the DUP bit

	// These are of version 2.0. What is longer than the two is suggested to devices that take suggestions; 0 is no limit.
	MaxKeepAlive time.Duration
	MaxSleep     time.Duration
	Wakeup       bool // tell a sleeper when something begins to wait for it
	Lenient      bool // on links that do not authenticate, drop what is malformed and leave the connection alone
}

// DeviceOverride is what differs for one device.
type DeviceOverride struct {
	Predefined map[uint16]string
	NoDUP      bool  // this device rejects messages with the DUP bit, as RIOT's emcute does
	Mode       *Mode // where this device's publications go; nil: where everyone's do
}

// An Overflow says which QoS 0 message goes when a queue is full.
type Overflow uint8

const (
	DropOldest       Overflow = iota
	DropNewest                // the one that has just come
	KeepLastPerTopic          // the one of the same topic, else the oldest
)

// ClientConfig is the rules for ordinary MQTT clients.
type ClientConfig struct {
	Max              int // sessions, of those who are connected and those who are not
	Access           access.Rules
	ReceiveMaximum   uint16 // QoS 1 and 2 messages that a client may have under way to us
	MaxInFlight      uint16 // and we to it, whatever it allows
	TopicAliases     uint16
	MaxPacketSize    uint32
	MaxSessionExpiry time.Duration
	MaxKeepAlive     uint16 // seconds, told as Server Keep Alive; 0 leaves it to the client
	Subscriptions    int
	Queue            Limit
	MaxOutstanding   int // octets written but not yet taken by the peer before messages wait in the queue
}

// SysConfig is what the broker tells of itself under $SYS.
type SysConfig struct {
	Every   time.Duration // 0: nothing
	Version string        // of the program
}

// UplinkConfig is the rules for connections to the upstream broker.
type UplinkConfig struct {
	Version        mqtt.Version // 0: MQTT 5, and 3.1.1 for devices' connections to a broker that knows no 5
	Brokers        []string     // names of the brokers, in the order in which they are tried; none is one without a name
	ClientID       string       // template: %c is the device's client id
	KeepAlive      time.Duration
	ConnectTimeout time.Duration
	SessionExpiry  time.Duration
	WillDelay      time.Duration
	ReceiveMaximum uint16
	BackoffMin     time.Duration
	BackoffMax     time.Duration
	DialRate       float64 // connections a second, at most
	Queue          int     // messages of one device that wait for the broker's Receive Maximum
}

// DefaultConfig is the engine's configuration when nothing is said, with one link of that name.
func DefaultConfig(link string) Config {
	return Config{
		Links: []LinkConfig{DefaultLink(link)},
		Device: DeviceConfig{
			Max:              100_000,
			ClientIDLength:   64,
			SessionExpiry:    7 * 24 * time.Hour,
			IdleLimit:        24 * time.Hour,
			HandshakeTimeout: time.Minute,
			Topics:           1000,
			Subscriptions:    100,
			InFlight:         1,
			Inbound:          16,
			Queue:            Limit{Messages: 1000, Bytes: 256 << 10},
			StrangerRate:     100,
			Applicants:       256,
		},
		Client: ClientConfig{
			Max:              10_000,
			ReceiveMaximum:   100,
			MaxInFlight:      100,
			TopicAliases:     16,
			MaxPacketSize:    1 << 20,
			MaxSessionExpiry: 30 * 24 * time.Hour,
			Subscriptions:    10_000,
			Queue:            Limit{Messages: 10_000, Bytes: 16 << 20},
			MaxOutstanding:   1 << 20,
		},
		Uplink: UplinkConfig{
			ClientID:       "%c",
			KeepAlive:      time.Minute,
			ConnectTimeout: 10 * time.Second,
			SessionExpiry:  24 * time.Hour,
			WillDelay:      time.Minute,
			ReceiveMaximum: 4,
			BackoffMin:     time.Second,
			BackoffMax:     time.Minute,
			DialRate:       500,
			Queue:          16,
		},
		Retained: Limit{Messages: 100_000, Bytes: 64 << 20},
		Bridge: BridgeConfig{
			Name:    "mqttsn-gateway",
			Forward: []string{"#"},
			Spool:   Limit{Messages: 100_000, Bytes: 64 << 20},
			Window:  100,

			StatisticsEvery: time.Minute,
		},
	}
}

// DefaultLink is a link with the timers that the specification recommends (v1.2, 7.2) and UDP's largest useful datagram.
func DefaultLink(name string) LinkConfig {
	return LinkConfig{
		Name: name, GatewayID: 1, MTU: 65507, Advertise: 15 * time.Minute,
		Retry: 10 * time.Second, Retries: 4,
	}
}

// bridged reports whether the router is to be joined with the upstream broker.
func (c *Config) bridged() bool {
	for _, d := range c.Devices {
		if d.Mode != nil && *d.Mode == Aggregating {
			return true
		}
	}
	return c.Mode == Aggregating
}

// check finds what would make the engine misbehave; configuration files are checked before, with better words.
func (c *Config) check() error {
	for id, topic := range c.Predefined {
		if id == 0 || id == 0xffff {
			return fmt.Errorf("engine: predefined topic id %d (%s) is reserved", id, topic)
		}
	}
	if n := len(c.Links); n == 0 || n > int(^LinkID(0)) {
		return fmt.Errorf("engine: %d links, want 1 to %d", n, ^LinkID(0))
	}
	return nil
}
