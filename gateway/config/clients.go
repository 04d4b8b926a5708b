package config

import (
	"fmt"
	"strings"

	"mqttsn-gateway/gateway/passwd"
)

// Who may use the built-in broker without a password.
const (
	AnonymousLoopback = "loopback" // clients on this machine
	AnonymousAnywhere = "anywhere" // everyone who reaches a listener
	AnonymousNobody   = "nobody"
)

// A ClientRule says what the MQTT clients that it matches may do; the first rule that matches a client counts. In the first
// four lists * stands for any characters, in the last two %c for the client id and %u for the user name.
type ClientRule struct {
	Users     []string `yaml:"users"`
	Clients   []string `yaml:"clients"`
	Listeners []string `yaml:"listeners"`
	Addresses []string `yaml:"addresses"`
	Allow     bool     `yaml:"allow"`
	Publish   []string `yaml:"publish"`
	Subscribe []string `yaml:"subscribe"`
}

func defaultClientRule() ClientRule {
	return ClientRule{
		Users: []string{"*"}, Clients: []string{"*"}, Listeners: []string{"*"}, Addresses: []string{"*"}, Allow: true,
		Publish: []string{"#"}, Subscribe: []string{"#", "$SYS/#"},
	}
}

var clientKeys = []Key{
	{
		"mqtt.anonymous", "Who may connect without a password: clients on this machine (`loopback`), everyone who " +
			"reaches a listener (`anywhere`), or `nobody`.",
		"A listener that was opened to the network by mistake lets nobody in.",
		oneOf(AnonymousLoopback, AnonymousAnywhere, AnonymousNobody),
	},
	{
		"mqtt.users_file", "Users and their hashed passwords, a line each, as `mqttsn-gateway passwd` and mosquitto_passwd write them.",
		"There are none: see `mqtt.anonymous`.", anything,
	},
	{
		"mqtt.access", "Which MQTT clients may connect, and what each may publish and receive. The first rule that matches a client decides; " +
			"whom none matches may do everything. docs/broker.md has examples.",
		"Who may connect is trusted until told otherwise: close the list with `{allow: false}`.",
		like(`[{users: [alice], clients: ["*"], listeners: ["*"], addresses: ["*"], allow: true, publish: ["home/%u/#"], subscribe: ["home/#"]}]`),
	},
	{
		"mqtt.access[].users", "User names that the rule is for; `*` stands for any characters. Who has no password and no certificate has the empty one.",
		"A rule is for all that it does not name.", anything,
	},
	{"mqtt.access[].clients", "Client ids, with `*` alike.", "As for users.", anything},
	{"mqtt.access[].listeners", "Names of listeners, with `*` alike.", "As for users.", anything},
	{"mqtt.access[].addresses", "Addresses that clients connect from, such as `192.0.2.7:*`, with `*` alike.", "As for users.", anything},
	{"mqtt.access[].allow", "Whether these clients may connect. If not, the lists below count for nothing.", "Rules are mostly about topics.", anything},
	{
		"mqtt.access[].publish", "Topic filters of what they may publish, wills included; `%c` stands for the client id, `%u` for the user name. An " +
			"empty list: nothing.",
		"Everything but what begins with `$`.", accessFilters,
	},
	{"mqtt.access[].subscribe", "Topic filters of what they may receive, likewise.", "Everything, with the figures under `$SYS`.", accessFilters},
}

// checkUsers reads the file of users.
func (r *reader) checkUsers() {
	file := r.config.MQTT.UsersFile
	if file == "" {
		return
	}
	if _, err := passwd.Load(file); err != nil {
		r.problem(r.originOf("mqtt.users_file"), "mqtt.users_file", reason(err), "make it with `mqttsn-gateway passwd`")
	}
}

// checkClientRules finds rules for listeners that do not exist: they would protect nothing.
func (r *reader) checkClientRules() {
	for i, rule := range r.config.MQTT.Access {
		for j, name := range rule.Listeners {
			if !strings.Contains(name, "*") && !r.hasListener(name) {
				path := fmt.Sprintf("mqtt.access[%d].listeners[%d]", i, j)
				r.problem(r.originOf(path), path, "there is no listener "+show(name), "write the name of a listener, or a pattern with *")
			}
		}
	}
}

func (r *reader) hasListener(name string) bool {
	for _, l := range r.config.MQTT.Listeners {
		if l.Name == name {
			return true
		}
	}
	return false
}
