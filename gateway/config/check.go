package config

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"mqttsn-gateway/gateway/topic"
)

// check tests every value against its rule, and then values against each other.
func (r *reader) check() {
	r.checkPlace(whole(r.config))
	r.checkNames()
	r.checkLinks()
	r.checkDevices()
	r.checkAccess()
	r.checkMapping()
	r.checkMQTT()
	r.checkListeners()
	r.checkUsers()
	r.checkClientRules()
	r.checkUpstream()
	r.checkLogins()
	r.checkHTTP()
	r.checkProtection()
}

func (r *reader) checkPlace(p place) {
	if k := keyOf[p.pattern]; k != nil && k.Rule.problem != nil {
		if what := k.Rule.problem(p.value.Interface()); what != "" {
			r.problem(r.originOf(p.path), p.path, what, "write "+k.Rule.Allowed)
		}
	}
	for _, c := range p.children() {
		r.checkPlace(c)
	}
}

// originOf is who set the value at path, or what contains it.
func (r *reader) originOf(path string) origin {
	for ; path != ""; path = outer(path) {
		if o, ok := r.set[path]; ok {
			return o
		}
	}
	return origin{}
}

func (r *reader) checkNames() {
	seen := map[string]bool{}
	for i, l := range r.config.Links {
		r.checkName(fmt.Sprintf("links[%d].name", i), "link "+l.Name, seen)
	}
	for i, l := range r.config.MQTT.Listeners {
		r.checkName(fmt.Sprintf("mqtt.listeners[%d].name", i), "listener "+l.Name, seen)
	}
}

func (r *reader) checkLinks() {
	for i, l := range r.config.Links {
		path := fmt.Sprintf("links[%d]", i)
		r.checkTopics(path+".predefined", l.Predefined)
		switch l.Type {
		case XBee, Serial:
			if l.Port == "" {
				r.problem(r.originOf(path+".port"), path+".port", "no serial port is named", "write one that `mqttsn-gateway serial list` shows")
			}
		case DTLS:
			if l.KeysFile == "" && l.Certificate == "" {
				r.problem(r.originOf(path+".keys_file"), path+".keys_file", "DTLS needs keys or a certificate", "name a file")
			}
			if (l.Certificate == "") != (l.PrivateKey == "") {
				r.problem(r.originOf(path+".private_key"), path+".private_key", "a certificate and its key go together", "name both files")
			}
		}
	}
}

func (r *reader) checkName(path, name string, seen map[string]bool) {
	if seen[name] {
		r.problem(r.originOf(path), path, "there is a "+name+" already", "give each its own name")
	}
	seen[name] = true
}

func (r *reader) checkDevices() {
	r.checkTopics("predefined", r.config.Predefined)
	for id, d := range r.config.Devices {
		path := join("devices", show(id))
		if id == "" || len(id) > 65535 {
			r.problem(r.originOf(path), path, "no device has this client id", "write "+clientIDs.Allowed)
		}
		r.checkTopics(path+".predefined", d.Predefined)
		if d.Mode == Transparent && r.config.Upstream.URL == "" {
			r.problem(r.originOf(path+".mode"), path+".mode", "transparent needs a broker", "set upstream.url")
		}
	}
}

func (r *reader) checkTopics(path string, names map[uint16]string) {
	for id, name := range names {
		path := join(path, show(id))
		if id == 0 || id == 65535 {
			r.problem(r.originOf(path), path, fmt.Sprintf("%d is reserved", id), "write "+topics.Allowed)
		}
		if err := topic.ValidName(name); err != nil {
			what := strings.TrimPrefix(err.Error(), "topic: ")
			r.problem(r.originOf(path), path, fmt.Sprintf("%q is not a topic name: %s", name, what), "")
		}
	}
}

func (r *reader) checkUpstream() {
	u := &r.config.Upstream
	if m := r.config.Gateway.Mode; m != Builtin && u.URL == "" {
		r.problem(r.originOf("gateway.mode"), "gateway.mode", string(m)+" needs a broker", "set upstream.url")
	}
	if u.Password != "" && u.PasswordFile != "" {
		r.problem(r.originOf("upstream.password_file"), "upstream.password_file", "there is a password as well", "remove one of them")
	}
	if _, err := firstLine(u.PasswordFile); err != nil {
		r.problem(r.originOf("upstream.password_file"), "upstream.password_file", err.Error(), "")
	}
	r.checkUpstreamTLS()
	for i, url := range u.URLs() {
		if slices.Contains(u.URLs()[:i], url) {
			r.problem(r.originOf("upstream.fallback"), "upstream.fallback", show(url)+" is there twice", "write each address once")
		}
	}
	if len(u.Fallback) > 0 && u.URL == "" {
		r.problem(r.originOf("upstream.fallback"), "upstream.fallback", "there is nothing to fall back from", "set upstream.url")
	}
	if u.Version == Version311 && r.bridged() {
		r.problem(r.originOf("upstream.version"), "upstream.version", "the mode aggregating needs MQTT 5: without it, messages would go round", "write auto or 5")
	}
	if u.Version == Version311 && r.config.Gateway.Mode == Transparent && len(r.config.Sessions.UserProperties) > 0 {
		r.problem(r.originOf("sessions.user_properties"), "sessions.user_properties", "MQTT 3.1.1 has no user properties", "remove them, or write auto or 5 for upstream.version")
	}
	r.checkClientIDs()
	if u.Reconnect.Min > u.Reconnect.Max {
		r.problem(r.originOf("upstream.reconnect.min"), "upstream.reconnect.min",
			fmt.Sprintf("%s is more than max, %s", show(u.Reconnect.Min), show(u.Reconnect.Max)), "")
	}
	if u.WillDelay > u.SessionExpiry {
		r.problem(r.originOf("upstream.will_delay"), "upstream.will_delay",
			fmt.Sprintf("%s is more than session_expiry, %s", show(u.WillDelay), show(u.SessionExpiry)),
			"write less: the broker sends the wills when the session ends")
	}
}

// checkClientIDs finds a device whose connection would have the client id of the bridge's: each would throw the other out.
func (r *reader) checkClientIDs() {
	for id, d := range r.config.Devices {
		ours := strings.ReplaceAll(r.config.Upstream.ClientID, "%c", id)
		if mode := cmp.Or(d.Mode, r.config.Gateway.Mode); r.bridged() && mode == Transparent && ours == r.config.Gateway.Name {
			path := join("devices", show(id))
			r.problem(r.originOf(path), path, "it would have the gateway's client id at the upstream broker, "+show(ours),
				"set another gateway.name or upstream.client_id")
		}
	}
}

// bridged reports whether the router is joined with the upstream broker, for all devices or for some.
func (r *reader) bridged() bool {
	for _, d := range r.config.Devices {
		if d.Mode == Aggregating {
			return true
		}
	}
	return r.config.Gateway.Mode == Aggregating
}
