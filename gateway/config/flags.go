package config

import (
	"fmt"
	"strings"
)

// A Flag is a command-line flag for a key that people change often. It overrides the file and the environment.
type Flag struct {
	Name  string // without dashes
	Value string // what its value is called; empty for a flag that is just there
	Path  string // of the key; in it * stands for what is before the = in the value
	Usage string
}

// Flags are all of them.
var Flags = []Flag{
	{"udp", "ADDR", "links[0].listen", "address and UDP port at which devices are heard, on the first link"},
	{"mqtt", "ADDR", "mqtt.listeners[0].listen", "address and TCP port of the built-in broker, on its first listener"},
	{"upstream", "URL", "upstream.url", "broker to forward to, mqtt://host or mqtts://host; means --mode transparent"},
	{"mode", "MODE", "gateway.mode", "what is north of the devices: builtin, transparent or aggregating"},
	{"data", "DIR", "gateway.data", "directory for what must outlive a restart"},
	{"http", "ADDR", "http.listen", "address and TCP port of the admin page and the API, such as 127.0.0.1:8080"},
	{"gateway-id", "N", "gateway.id", "number by which devices know this gateway, 1 to 255"},
	{"predefined", "ID=TOPIC", "predefined.*", "predefined topic id and its topic name; may be given again"},
	{"log-level", "LEVEL", "log.level", "how much to log: trace, debug, info, warn or error"},
	{"allow-qos-minus-one", "", "qos_minus_one.allow", "accept publications of QoS -1 from anyone"},
}

// Setting is what the flag says when it is given with value.
func (f Flag) Setting(value string) (Setting, error) {
	s := Setting{Origin: "--" + f.Name, Path: f.Path, Value: value}
	if before, ok := strings.CutSuffix(f.Path, "*"); ok {
		key, v, ok := strings.Cut(value, "=")
		if !ok || key == "" {
			return s, fmt.Errorf("it is not of the form %s", f.Value)
		}
		s.Path, s.Value = before+key, v
	}
	return s, nil
}
