package config

import (
	"fmt"
	"strings"

	"mqttsn-gateway/gateway/topic"
)

// An AccessRule says what the devices that it matches may do; the first rule that matches a device counts. In the first
// three lists * stands for any characters, in the last two %c for the device's client id.
type AccessRule struct {
	Clients   []string `yaml:"clients"`
	Links     []string `yaml:"links"`
	Addresses []string `yaml:"addresses"`
	Users     []string `yaml:"users"`
	Allow     bool     `yaml:"allow"`
	Approve   bool     `yaml:"approve"`
	Publish   []string `yaml:"publish"`
	Subscribe []string `yaml:"subscribe"`
}

func defaultAccessRule() AccessRule {
	return AccessRule{
		Clients: []string{"*"}, Links: []string{"*"}, Addresses: []string{"*"}, Users: []string{"*"}, Allow: true,
		Publish: []string{"#"}, Subscribe: []string{"#"},
	}
}

var accessKeys = []Key{
	{
		"access", "Which devices may connect, and what each may publish and receive. The first rule that matches a device decides; " +
			"whom none matches may do everything. docs/security.md has examples.",
		"Who reaches a link is trusted until told otherwise: close the list with `{allow: false}`.",
		like(`[{clients: ["pump-*"], links: ["*"], addresses: ["192.0.2.*"], allow: true, approve: false, publish: ["plant/%c/#"], subscribe: ["plant/%c/#"]}]`),
	},
	{
		"access[].clients", "Client ids that the rule is for; `*` stands for any characters. Senders of QoS -1 have the empty one.",
		"A rule is for all that it does not name.", anything,
	},
	{"access[].links", "Names of links, with `*` alike.", "As for client ids.", anything},
	{
		"access[].addresses", "Addresses as the log writes them, such as `192.0.2.7:*`, those behind a forwarder with `/` and their node id; or " +
			"what the link has proven, such as the identity of a DTLS key. With `*` alike, and `%c` for the client id: `[\"%c\"]` binds it to the identity.",
		"As for client ids.", anything,
	},
	{
		"access[].users", "Names of users, of `mqtt.users_file`, that devices of MQTT-SN 2.0 have proven to be, with `*` alike; all others have the empty name.",
		"As for client ids.", anything,
	},
	{"access[].allow", "Whether these devices may connect. If not, the lists below count for nothing.", "Rules are mostly about topics.", anything},
	{
		"access[].approve", "Let these devices connect only once an operator has approved each: until then they are told to try again, and are listed. " +
			"Needs `gateway.data`, which keeps the approvals.",
		"Somebody has to look after the list.", anything,
	},
	{
		"access[].publish", "Topic filters of what they may publish, wills included; `%c` stands for the client id, `%u` for the user. An empty list: nothing.",
		"Everything but `$SYS` and its like.", accessFilters,
	},
	{
		"access[].subscribe", "Topic filters of what they may subscribe to and receive, likewise.",
		"Everything but `$SYS` and its like.", accessFilters,
	},
}

var accessFilters = Rule{
	Allowed: "a list of topic filters",
	problem: func(v any) string {
		for _, f := range v.([]string) {
			if strings.HasPrefix(f, "$share/") || topic.ValidFilter(strings.ReplaceAll(f, "%c", "c")) != nil {
				return show(f) + " is not a topic filter"
			}
		}
		return ""
	},
}

// checkAccess finds rules for links that do not exist: they would protect nothing. Nor would approvals that are forgotten.
func (r *reader) checkAccess() {
	for i, rule := range r.config.Access {
		if rule.Approve && r.config.Gateway.Data == "" {
			path := fmt.Sprintf("access[%d].approve", i)
			r.problem(r.originOf(path), path, "approvals would be lost with a restart", "set gateway.data")
		}
		for j, name := range rule.Links {
			if !strings.Contains(name, "*") && !r.hasLink(name) {
				path := fmt.Sprintf("access[%d].links[%d]", i, j)
				r.problem(r.originOf(path), path, "there is no link "+show(name), "write the name of a link, or a pattern with *")
			}
		}
	}
}

func (r *reader) hasLink(name string) bool {
	for _, l := range r.config.Links {
		if l.Name == name {
			return true
		}
	}
	return false
}
