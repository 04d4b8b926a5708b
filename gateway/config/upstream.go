package config

import (
	"fmt"
	"os"
	"strings"
	"time"
)

// Upstream is the broker that devices are joined with in the modes transparent and aggregating.
type Upstream struct {
	URL            string        `yaml:"url"`
	Fallback       []string      `yaml:"fallback"`
	Version        string        `yaml:"version"`
	Username       string        `yaml:"username"`
	Password       string        `yaml:"password"`
	PasswordFile   string        `yaml:"password_file"`
	CAFile         string        `yaml:"ca_file"`
	CertFile       string        `yaml:"cert_file"`
	KeyFile        string        `yaml:"key_file"`
	ServerName     string        `yaml:"server_name"`
	ALPN           string        `yaml:"alpn"`
	Proxy          string        `yaml:"proxy"`
	ClientID       string        `yaml:"client_id"`
	KeepAlive      time.Duration `yaml:"keep_alive"`
	ConnectTimeout time.Duration `yaml:"connect_timeout"`
	SessionExpiry  time.Duration `yaml:"session_expiry"`
	WillDelay      time.Duration `yaml:"will_delay"`
	ReceiveMaximum uint16        `yaml:"receive_maximum"`
	Reconnect      Reconnect     `yaml:"reconnect"`
	DialRate       int           `yaml:"dial_rate"`
}

// Versions of MQTT towards the upstream broker.
const (
	VersionAuto = "auto"
	Version5    = "5"
	Version311  = "3.1.1"
)

// Reconnect bounds the pause between attempts to reach the broker. It doubles with each failure, with jitter.
type Reconnect struct {
	Min time.Duration `yaml:"min"`
	Max time.Duration `yaml:"max"`
}

// URLs are the addresses of the broker, in the order in which they are tried; none if there is no broker.
func (u *Upstream) URLs() []string {
	if u.URL == "" {
		return nil
	}
	return append([]string{u.URL}, u.Fallback...)
}

// firstLine is the first line of a file that holds a secret; empty where no file is named.
func firstLine(file string) (string, error) {
	if file == "" {
		return "", nil
	}
	text, err := os.ReadFile(file)
	if err != nil {
		return "", fmt.Errorf("%s: %s", file, reason(err))
	}
	line, _, _ := strings.Cut(string(text), "\n")
	return strings.TrimSuffix(line, "\r"), nil
}

func defaultUpstream() Upstream {
	return Upstream{
		Version:        VersionAuto,
		ClientID:       "%c",
		KeepAlive:      time.Minute,
		ConnectTimeout: 10 * time.Second,
		SessionExpiry:  day,
		WillDelay:      time.Minute,
		ReceiveMaximum: 4,
		Reconnect:      Reconnect{Min: time.Second, Max: time.Minute},
		DialRate:       500,
	}
}

var upstreamKeys = []Key{
	{"upstream", "The broker north of the gateway, in the modes that have one.", "", anything},
	{
		"upstream.url", "Where the broker is: `mqtt://host` (port 1883 if left out), `mqtts://host` (TLS, 8883), " +
			"`ws://host/path` (WebSocket, 80) or `wss://host/path` (443). Empty: no broker.",
		"The built-in broker needs none.", brokerURL,
	},
	{
		"upstream.fallback", "Further addresses of the broker, or of others that hold the same, in the order in which they are tried when the one in use " +
			"does not answer. All connections go to the same one, and stay there for as long as it answers.",
		"Most brokers have one address, with whatever makes it reliable behind it.", brokerURLs,
	},
	{
		"upstream.version", "Version of MQTT spoken to the broker. `auto`: 5, and 3.1.1 in the mode `transparent` with a broker that knows no 5. " +
			"docs/cloud.md says what 3.1.1 cannot do.",
		"A broker of today knows 5, and one that does not says so.", oneOf(VersionAuto, Version5, Version311),
	},
	{"upstream.username", "User name told to the broker; `%c` stands for the device's client id, in the mode `transparent`. Empty: none.", "Brokers on the same machine rarely ask.", anything},
	{"upstream.password", "Password told to the broker. Better kept in a file or in the environment.", "Brokers on the same machine rarely ask.", anything},
	{
		"upstream.password_file", "File whose first line is the password. Not together with `password`.",
		"Names are easier to show around than passwords.", anything,
	},
	{
		"upstream.ca_file", "With `mqtts` and `wss`: certificates of the authorities that may sign the broker's, PEM. Empty: those that the system trusts.",
		"Cloud brokers mostly have certificates that every system trusts.", anything,
	},
	{
		"upstream.cert_file", "With `mqtts` and `wss`: the gateway's own certificate, PEM, for brokers that ask for one. Read again when it has changed.",
		"Most brokers ask for a password instead.", anything,
	},
	{"upstream.key_file", "Its private key, PEM.", "Most brokers ask for a password instead.", anything},
	{
		"upstream.server_name", "With `mqtts` and `wss`: name that the broker's certificate must have, and that is told to the broker (SNI). Empty: the URL's host.",
		"It is the same, unless the broker is reached by its address or through a tunnel.", anything,
	},
	{
		"upstream.alpn", "With `mqtts` and `wss`: protocol asked for in the TLS handshake, for brokers that serve several at one port. Empty: none.",
		"A broker with a port of its own does not ask.", anything,
	},
	{
		"upstream.proxy", "Proxy on the way to the broker: `http://host:port` or `socks5://host:port`, with `user:password@` before the host if need be. Empty: none.",
		"Few networks demand one.", proxyURL,
	},
	{
		"upstream.client_id", "Client id at the broker; `%c` stands for the device's client id, and must be in it.",
		"The broker knows each device by its own name.", deviceTemplate,
	},
	{
		"upstream.keep_alive", "Keep-alive of the connection to the broker, whatever the devices do.",
		"Found dead within 90 seconds, at one small packet a minute and device.", wholeSeconds(between(5*time.Second, 65535*time.Second)),
	},
	{
		"upstream.connect_timeout", "How long an attempt to connect may take, with the broker's answer.",
		"A broker that needs longer is better tried again.", between(time.Second, 5*time.Minute),
	},
	{
		"upstream.session_expiry", "How long the broker keeps a session while the gateway is away.",
		"A gateway that broke in the evening is repaired by the next.", wholeSeconds(between(time.Minute, 365*day)),
	},
	{
		"upstream.will_delay", "How long the broker waits with a device's will after it lost the gateway.",
		"The time of a restart: wills are for lost devices, and the gateway itself tells which are.", wholeSeconds(between(0, day)),
	},
	{
		"upstream.receive_maximum", "How many messages of QoS 1 and 2 the broker may send ahead for one device.",
		"A device takes one at a time; a few more hide the way to the broker.", between[uint16](1, 65535),
	},
	{"upstream.reconnect", "Pauses between attempts to connect: from the shorter, doubled each time, to the longer.", "", anything},
	{"upstream.reconnect.min", "First pause.", "Most outages are restarts.", between(100*time.Millisecond, time.Hour)},
	{"upstream.reconnect.max", "Longest pause.", "Back within a minute of the broker.", between(100*time.Millisecond, day)},
	{
		"upstream.dial_rate", "How many connections to the broker may be opened in a second.",
		"Ten thousand devices are back in twenty seconds, and no broker minds.", between(1, 10_000),
	},
}
