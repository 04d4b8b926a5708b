package engine_test

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"reflect"
	"strconv"
	"strings"
	"time"

	"mqttsn-gateway/gateway/access"
	"mqttsn-gateway/gateway/engine"
	"mqttsn-gateway/mqtt"
)

// settings are what a scenario may configure by a name of its own. Every other setting is the name of a field, in
// lower case with hyphens: of the rules for devices (max-per-forwarder=2), of the last link (gateway-id=7), with "upstream-"
// before it of connections to the broker, with "bridge-" of the bridge, with "client-" of ordinary clients. A name without
// a value is switched on.
var settings = map[string]func(c *engine.Config, w *words, value string){
	"mode": func(c *engine.Config, w *words, v string) {
		c.Mode = choice(w, v, map[string]engine.Mode{
			"builtin": engine.Builtin, "transparent": engine.Transparent, "aggregating": engine.Aggregating,
		})
	},
	"upstream-version": func(c *engine.Config, w *words, v string) {
		c.Uplink.Version = choice(w, v, map[string]mqtt.Version{"auto": 0, "5": mqtt.V5, "3.1.1": mqtt.V311})
	},
	"tell": func(c *engine.Config, _ *words, _ string) {
		c.Tell = engine.Tell{Client: true, Link: true, Address: true, RSSI: true}
	},
	"upstream-brokers": func(c *engine.Config, _ *words, v string) { c.Uplink.Brokers = strings.Split(v, ",") },
	// There are users; the password of each is "right".
	"users": func(c *engine.Config, _ *words, _ string) { c.Users = true },

	"allow-qos-minus-one": func(c *engine.Config, _ *words, _ string) { c.QoSNeg1 = true },
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
	"queue":       func(c *engine.Config, w *words, v string) { c.Device.Queue.Messages = int(w.parse(v, 31)) },
	"queue-bytes": func(c *engine.Config, w *words, v string) { c.Device.Queue.Bytes = int(w.parse(v, 31)) },

	// One device is sent no DUP bit.
	"no-dup-for": func(c *engine.Config, _ *words, v string) {
		o := c.Devices[v]
		o.NoDUP = true
		c.Devices[v] = o
	},

	// Another link; settings of a link that follow are its own.
	"link": func(c *engine.Config, _ *words, v string) { c.Links = append(c.Links, link(v)) },

	// One more access rule, allow, deny or approve, of all devices; the settings that follow narrow it: rule-clients=th7,pump-*
	"rule": func(c *engine.Config, w *words, v string) {
		all := []string{"*"}
		rule := choice(w, v, map[string]access.Rule{
			"allow": {}, "deny": {Deny: true}, "approve": {Approve: true},
		})
		rule.Clients, rule.Links, rule.Addresses = all, all, all
		c.Access = append(c.Access, rule)
	},
	// Other names for the topics of devices on a link, or all: map=udp:up/%c/:down/%c/ and alias=t:long for both directions.
	"map": func(c *engine.Config, w *words, v string) {
		part := strings.Split(v, ":")
		if len(part) != 3 {
			w.fail("map=LINK:UP:DOWN")
			return
		}
		c.Mapping = append(c.Mapping, engine.MappingRule{
			Clients: []string{"*"}, Links: part[:1],
			Up:   engine.Direction{Prefix: part[1], Aliases: make(map[string]string)},
			Down: engine.Direction{Prefix: part[2], Aliases: make(map[string]string)},
		})
	},
	"alias": func(c *engine.Config, _ *words, v string) {
		short, long, _ := strings.Cut(v, ":")
		m := c.Mapping[len(c.Mapping)-1]
		m.Up.Aliases[short], m.Down.Aliases[short] = long, long
	},

	"rule-clients":   ruleList(func(r *access.Rule, list []string) { r.Clients = list }),
	"rule-links":     ruleList(func(r *access.Rule, list []string) { r.Links = list }),
	"rule-addresses": ruleList(func(r *access.Rule, list []string) { r.Addresses = list }),
	"rule-users":     ruleList(func(r *access.Rule, list []string) { r.Users = list }),
	"rule-publish":   ruleList(func(r *access.Rule, list []string) { r.Publish = list }),
	"rule-subscribe": ruleList(func(r *access.Rule, list []string) { r.Subscribe = list }),

	// A sender of protected packets has a key: key=s7, key=s7:CMAC-128. What the last link wants of its devices.
	"key": addKey,
	"protection": func(c *engine.Config, w *words, v string) {
		c.Links[len(c.Links)-1].Protection = choice(w, v, map[string]engine.Protected{
			"optional": engine.ProtectionOptional, "required": engine.ProtectionRequired, "exclusive": engine.ProtectionExclusive,
		})
	},

	// The gateway's first MsgId to a device is one more.
	"msgid": func(c *engine.Config, w *words, v string) {
		c.Random = rand.New(&source{high: w.parse(v, 16) << 32})
	},
}

// ruleList sets a list of the last access rule.
func ruleList(set func(r *access.Rule, list []string)) func(*engine.Config, *words, string) {
	return func(c *engine.Config, w *words, v string) {
		if len(c.Access) == 0 {
			w.fail("there is no rule yet")
			return
		}
		set(&c.Access[len(c.Access)-1], strings.Split(v, ","))
	}
}

// newConfig is the default configuration without ADVERTISE, which only the scenarios about it want to see.
func newConfig() engine.Config {
	c := engine.DefaultConfig("udp")
	c.Links = []engine.LinkConfig{link("udp")}
	c.Predefined = make(map[uint16]string)
	c.Devices = make(map[string]engine.DeviceOverride)
	c.Random = rand.New(&source{})
	c.Uplink.DialRate = 1e10 // no waiting
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
		} else if field, ok := fieldOf(c, name); ok {
			w.set(field, value)
		} else if !predefine(c, name, value) {
			return fmt.Errorf("%s is no setting", name)
		}
	}
	return w.end()
}

func predefine(c *engine.Config, name, topic string) bool {
	device, number, own := strings.Cut(name, ":")
	if !own {
		number = name
	}
	id, err := strconv.ParseUint(number, 10, 16)
	if err != nil {
		return false
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
	table[uint16(id)] = topic
	return true
}

func fieldOf(c *engine.Config, name string) (reflect.Value, bool) {
	parts := []struct {
		prefix string
		fields any
	}{
		{"upstream-", &c.Uplink},
		{"bridge-", &c.Bridge},
		{"client-", &c.Client},
		{"", &c.Device},
		{"", &c.Links[len(c.Links)-1]},
	}
	for _, part := range parts {
		rest, ok := strings.CutPrefix(name, part.prefix)
		if !ok {
			continue
		}
		if f := fieldNamed(part.fields, rest); f.IsValid() {
			return f, true
		}
	}
	return reflect.Value{}, false
}

// fieldNamed finds a field of a struct: max-per-forwarder is MaxPerForwarder.
func fieldNamed(pointer any, name string) reflect.Value {
	plain := strings.ReplaceAll(name, "-", "")
	return reflect.ValueOf(pointer).Elem().FieldByNameFunc(func(f string) bool { return strings.EqualFold(f, plain) })
}

func (w *words) set(field reflect.Value, value string) {
	switch field.Interface().(type) {
	case time.Duration:
		d, err := time.ParseDuration(value)
		if err != nil {
			w.fail("%v", err)
		}
		field.SetInt(int64(d))
	case bool:
		field.SetBool(true)
	case string:
		field.SetString(value)
	case []byte:
		field.SetBytes([]byte(value))
	case float64:
		field.SetFloat(float64(w.parse(value, 31)))
	case int:
		field.SetInt(int64(w.parse(value, 31)))
	case uint8, uint16, uint32:
		field.SetUint(w.parse(value, 32))
	default:
		w.fail("a scenario cannot set a %s", field.Type())
	}
}

func choice[T any](w *words, s string, options map[string]T) T {
	v, ok := options[s]
	if !ok {
		w.fail("%s is not one of the choices", s)
	}
	return v
}

// A source makes numbers that readers of a scenario can foresee: MsgIds begin at 1, and there is no jitter. Only the low
// octets change, so that loops which draw again come to an end.
type source struct{ high, low uint64 }

func (s *source) Uint64() uint64 {
	s.low = (s.low+2)&0xffff | 1
	return s.high | s.low
}
