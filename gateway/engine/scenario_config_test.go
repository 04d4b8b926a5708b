package engine_test

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"strconv"
	"strings"
	"time"

	"mqttsn-gateway/gateway/engine"
)

// settings are what a scenario may configure beside predefined topics. A name without a value is switched on.
var settings = map[string]func(c *engine.Config, w *words, value string){
	"mode": func(c *engine.Config, w *words, v string) {
		c.Mode = choice(w, v, map[string]engine.Mode{"builtin": engine.Builtin, "transparent": engine.Transparent})
	},
	"allow-qos-minus-one": func(c *engine.Config, _ *words, _ string) { c.QoSNeg1 = true },

	// The device's side.
	"max":              func(c *engine.Config, w *words, v string) { c.Device.Max = w.int(v) },
	"max-per-address":  func(c *engine.Config, w *words, v string) { c.Device.MaxPerAddress = w.int(v) },
	"client-id-length": func(c *engine.Config, w *words, v string) { c.Device.ClientIDLength = w.int(v) },
	"expiry":           func(c *engine.Config, w *words, v string) { c.Device.SessionExpiry = w.duration(v) },
	"idle":             func(c *engine.Config, w *words, v string) { c.Device.IdleLimit = w.duration(v) },
	"handshake":        func(c *engine.Config, w *words, v string) { c.Device.HandshakeTimeout = w.duration(v) },
	"topics":           func(c *engine.Config, w *words, v string) { c.Device.Topics = w.int(v) },
	"subscriptions":    func(c *engine.Config, w *words, v string) { c.Device.Subscriptions = w.int(v) },
	"in-flight":        func(c *engine.Config, w *words, v string) { c.Device.InFlight = w.int(v) },
	"inbound":          func(c *engine.Config, w *words, v string) { c.Device.Inbound = w.int(v) },
	"awake-messages":   func(c *engine.Config, w *words, v string) { c.Device.AwakeMessages = w.int(v) },
	"queue":            func(c *engine.Config, w *words, v string) { c.Device.Queue.Messages = w.int(v) },
	"queue-bytes":      func(c *engine.Config, w *words, v string) { c.Device.Queue.Bytes = w.int(v) },
	"rate":             func(c *engine.Config, w *words, v string) { c.Device.Rate = float64(w.int(v)) },
	"burst":            func(c *engine.Config, w *words, v string) { c.Device.Burst = w.int(v) },
	"stranger-rate":    func(c *engine.Config, w *words, v string) { c.Device.StrangerRate = float64(w.int(v)) },
	"overflow": func(c *engine.Config, w *words, v string) {
		c.Device.Overflow = choice(w, v, map[string]engine.Overflow{
			"drop-oldest": engine.DropOldest, "drop-newest": engine.DropNewest, "keep-last": engine.KeepLastPerTopic,
		})
	},
	"move": func(c *engine.Config, w *words, v string) {
		c.Device.Move = choice(w, v, map[string]engine.MovePolicy{
			"any": engine.MoveAny, "same-host": engine.MoveSameHost, "never": engine.MoveNever,
		})
	},
	"no-dup": func(c *engine.Config, w *words, v string) {
		if v == "" {
			c.Device.NoDUP = true
			return
		}
		o := c.Devices[v]
		o.NoDUP = true
		c.Devices[v] = o
	},

	// The last link: link=NAME begins another one.
	"link":          func(c *engine.Config, _ *words, v string) { c.Links = append(c.Links, link(v)) },
	"retry":         func(c *engine.Config, w *words, v string) { lastLink(c).Retry = w.duration(v) },
	"retries":       func(c *engine.Config, w *words, v string) { lastLink(c).Retries = w.int(v) },
	"advertise":     func(c *engine.Config, w *words, v string) { lastLink(c).Advertise = w.duration(v) },
	"gateway-id":    func(c *engine.Config, w *words, v string) { lastLink(c).GatewayID = uint8(w.int(v)) },
	"mtu":           func(c *engine.Config, w *words, v string) { lastLink(c).MTU = w.int(v) },
	"broadcast":     func(c *engine.Config, _ *words, _ string) { lastLink(c).Broadcast = true },
	"authenticated": func(c *engine.Config, _ *words, _ string) { lastLink(c).Authenticated = true },

	// The upstream broker's side.
	"upstream-id":        func(c *engine.Config, _ *words, v string) { c.Uplink.ClientID = v },
	"upstream-user":      func(c *engine.Config, _ *words, v string) { c.Uplink.Username = v },
	"upstream-password":  func(c *engine.Config, _ *words, v string) { c.Uplink.Password = []byte(v) },
	"upstream-keepalive": func(c *engine.Config, w *words, v string) { c.Uplink.KeepAlive = w.duration(v) },
	"upstream-queue":     func(c *engine.Config, w *words, v string) { c.Uplink.Queue = w.int(v) },
	"dial-rate":          func(c *engine.Config, w *words, v string) { c.Uplink.DialRate = float64(w.int(v)) },

	// The gateway's first MsgId to a device is one more.
	"msgid": func(c *engine.Config, w *words, v string) {
		c.Random = rand.New(&source{high: uint64(w.parse(v, 16)) << 32})
	},
}

// newConfig is the default configuration without ADVERTISE, which only the scenarios about it want to see.
func newConfig() engine.Config {
	c := engine.DefaultConfig("udp")
	c.Links = []engine.LinkConfig{link("udp")}
	c.Predefined = make(map[uint16]string)
	c.Devices = make(map[string]engine.DeviceOverride)
	c.Random = rand.New(&source{})
	c.SameHost = func(a, b engine.Addr) bool {
		return a.Link == b.Link && bytes.Equal(host(a), host(b))
	}
	return c
}

func link(name string) engine.LinkConfig {
	l := engine.DefaultLink(name)
	l.Advertise = 0
	return l
}

func lastLink(c *engine.Config) *engine.LinkConfig { return &c.Links[len(c.Links)-1] }

// host is what comes before the colon in peers such as h1:5000.
func host(a engine.Addr) []byte {
	h, _, _ := bytes.Cut(a.Peer[:], []byte(":"))
	return h
}

// configure applies a config line: settings, 1=topic for a predefined topic of all devices, th7:1=topic for one of th7.
func configure(c *engine.Config, list []string) error {
	w := newWords(list)
	for word := w.next(); word != ""; word = w.next() {
		name, value, _ := strings.Cut(word, "=")
		if set, ok := settings[name]; ok {
			set(c, w, value)
			continue
		}
		device, number, own := strings.Cut(name, ":")
		if !own {
			number = name
		}
		id, err := strconv.ParseUint(number, 10, 16)
		if err != nil {
			return fmt.Errorf("%s is no setting", name)
		}
		table := c.Predefined
		if own {
			o := c.Devices[device]
			if o.Predefined == nil {
				o.Predefined = make(map[uint16]string)
			}
			c.Devices[device] = o
			table = o.Predefined
		}
		table[uint16(id)] = value
	}
	return w.end()
}

func (w *words) int(s string) int { return int(w.parse(s, 31)) }

func (w *words) duration(s string) time.Duration {
	d, err := time.ParseDuration(s)
	if err != nil {
		w.fail("%v", err)
	}
	return d
}

func choice[T any](w *words, s string, options map[string]T) T {
	v, ok := options[s]
	if !ok {
		w.fail("%s is not one of the choices", s)
	}
	return v
}

// A source makes numbers that readers of a scenario can foresee: MsgIds begin at 1, jitter is the smallest possible.
// Only the low half changes, so that loops which draw again come to an end.
type source struct{ high, low uint64 }

func (s *source) Uint64() uint64 {
	s.low = s.low&0xffffffff + 0x9e3779b9
	return s.high | s.low&0xffffffff
}
