package config

import (
	"fmt"
	"strings"

	"mqttsn-gateway/gateway/topic"
)

// A MappingRule gives the topics of the devices that it matches other names north of them; the first that matches a device
// counts.
type MappingRule struct {
	Clients []string  `yaml:"clients"`
	Links   []string  `yaml:"links"`
	Up      Direction `yaml:"up"`
	Down    Direction `yaml:"down"`
}

// A Direction is how names change on one way. In the prefix %c stands for the client id and %l for the name of the link.
type Direction struct {
	Prefix  string            `yaml:"prefix"`
	Aliases map[string]string `yaml:"aliases"`
}

func defaultMappingRule() MappingRule {
	return MappingRule{Clients: []string{"*"}, Links: []string{"*"}}
}

var mappingKeys = []Key{
	{
		"mapping", "Other names for topics north of the devices: at the built-in broker, and upstream. The first rule that matches a device counts. " +
			"`access` and `predefined` have the names that devices use. docs/cloud.md has examples.",
		"Names are the same everywhere.",
		like(`[{clients: ["*"], links: ["*"], up: {prefix: "plant/%l/%c/", aliases: {t: telemetry/temperature}}, down: {prefix: "plant/%l/%c/", aliases: {}}}]`),
	},
	{"mapping[].clients", "Client ids that the rule is for; `*` stands for any characters. Senders of QoS -1 have the empty one.", "A rule is for all that it does not name.", anything},
	{"mapping[].links", "Names of links, with `*` alike.", "As for client ids.", anything},
	{"mapping[].up", "What these devices publish, wills and QoS -1 included.", "", anything},
	{
		"mapping[].up.prefix", "Put before the names; `%c` stands for the client id, `%l` for the name of the link. No name of a device's leads out of it.",
		"Rarely needed.", mappingPrefix,
	},
	{"mapping[].up.aliases", "Short names that devices use, and the long ones that they stand for, without the prefix.", "Rarely needed.", aliases},
	{"mapping[].down", "What they subscribe to and receive.", "", anything},
	{"mapping[].down.prefix", "Put before the filters, and taken off the names that arrive.", "Rarely needed.", mappingPrefix},
	{"mapping[].down.aliases", "Short names, and the long ones, likewise.", "Rarely needed.", aliases},
}

var mappingPrefix = text("nothing, or the beginning of a topic name that ends with /", "is not the beginning of a topic name that ends with /",
	func(s string) bool {
		name, slash := strings.CutSuffix(strings.NewReplacer("%c", "c", "%l", "l").Replace(s), "/")
		return s == "" || slash && topic.ValidName(name) == nil
	})

var aliases = Rule{
	Allowed: "topic names, each with another one",
	problem: func(v any) string {
		seen := map[string]bool{}
		for short, long := range v.(map[string]string) {
			for _, name := range []string{short, long} {
				if topic.ValidName(name) != nil {
					return show(name) + " is not a topic name"
				}
			}
			if seen[long] {
				return "two names stand for " + show(long)
			}
			seen[long] = true
		}
		return ""
	},
}

// checkMapping finds rules for links that do not exist.
func (r *reader) checkMapping() {
	for i, rule := range r.config.Mapping {
		for j, name := range rule.Links {
			if !strings.Contains(name, "*") && !r.hasLink(name) {
				path := fmt.Sprintf("mapping[%d].links[%d]", i, j)
				r.problem(r.originOf(path), path, "there is no link "+show(name), "write the name of a link, or a pattern with *")
			}
		}
	}
}
