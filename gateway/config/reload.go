package config

import (
	"cmp"
	"fmt"
	"reflect"
	"slices"
	"strings"
)

// live are the keys that a running gateway takes new values of, with all that is in them.
var live = []string{
	"log.level",
	"links[].retry_interval", "links[].retries", "links[].predefined", "links[].max_devices", "links[].max_payload", "links[].max_rate",
	"links[].protection", "links[].keys_file", "links[].certificate", "links[].private_key", "links[].client_ca",
	"mqtt.access", "mqtt.max_sessions", "mqtt.max_keep_alive", "mqtt.session_expiry", "mqtt.queue",
	"upstream.username", "upstream.password", "upstream.password_file", "upstream.ca_file", "upstream.cert_file", "upstream.key_file",
	"sessions", "access", "protection", "qos_minus_one", "predefined", "limits",
	"devices.*.predefined", "devices.*.no_dup", "devices.*.upstream",
}

// Live reports whether a running gateway takes a new value of the key when it reads its configuration again.
func (k Key) Live() bool { return isLive(k.Path) }

func isLive(pattern string) bool {
	return slices.ContainsFunc(live, func(l string) bool {
		rest, ok := strings.CutPrefix(pattern, l)
		return ok && (rest == "" || rest[0] == '.' || rest[0] == '[')
	})
}

// A Change is a key whose value is another than before. Secrets are not shown.
type Change struct {
	Key      string // links[0].retries, predefined.7; an entry of a list that came or went: access[2]
	From, To string // as the file shows them; empty for what was not there, or is not any more
	Restart  bool   // it takes effect when the gateway is started again
}

// Reload is c with those values of to that take effect while a gateway runs, and all differences between the two. Neither
// is changed.
func (c *Config) Reload(to *Config) (*Config, []Change) {
	var m merger
	next := m.merge(whole(c), whole(to)).Interface().(Config)
	return &next, m.changes
}

// A merger goes through two configurations side by side. What it returns for a place is the value to go on with.
type merger struct{ changes []Change }

func (m *merger) merge(old, new place) reflect.Value {
	switch {
	case same(old.value, new.value):
		return old.value
	case isScalar(old.value.Type()), old.value.Kind() == reflect.Slice && isScalar(old.value.Type().Elem()):
		return m.changed(old.path, old.pattern, old.value, new.value, shown(old), shown(new))
	}
	switch old.value.Kind() {
	case reflect.Struct:
		merged := reflect.New(old.value.Type()).Elem()
		before, after := old.children(), new.children()
		for i := range before {
			merged.Field(i).Set(m.merge(before[i], after[i]))
		}
		return merged
	case reflect.Slice:
		return m.list(old, new)
	}
	return m.table(old, new)
}

func same(a, b reflect.Value) bool {
	if (a.Kind() == reflect.Map || a.Kind() == reflect.Slice) && a.Len()+b.Len() == 0 {
		return true
	}
	return reflect.DeepEqual(a.Interface(), b.Interface())
}

// changed notes a change and chooses the value.
func (m *merger) changed(path, pattern string, old, new reflect.Value, from, to string) reflect.Value {
	m.changes = append(m.changes, Change{Key: path, From: from, To: to, Restart: !isLive(pattern)})
	if isLive(pattern) {
		return new
	}
	return old
}

// list merges lists of sections. In one that may change, entries come and go; else they stay as long as their names do.
func (m *merger) list(old, new place) reflect.Value {
	if !isLive(old.pattern) && !slices.Equal(names(old), names(new)) {
		return m.changed(old.path, old.pattern, old.value, new.value, inline(old), inline(new))
	}
	merged := reflect.MakeSlice(old.value.Type(), 0, new.value.Len())
	before, after := old.children(), new.children()
	for i := range max(len(before), len(after)) {
		switch {
		case i >= len(after):
			m.changed(before[i].path, old.pattern, before[i].value, before[i].value, inline(before[i]), "")
		case i >= len(before):
			m.changed(after[i].path, old.pattern, after[i].value, after[i].value, "", inline(after[i]))
			merged = reflect.Append(merged, after[i].value)
		default:
			merged = reflect.Append(merged, m.merge(before[i], after[i]))
		}
	}
	return merged
}

// names are what tells the entries of a list apart.
func names(list place) (all []string) {
	for _, entry := range list.children() {
		name := ""
		for _, c := range entry.children() {
			if c.name == "name" {
				name = c.value.String()
			}
		}
		all = append(all, name)
	}
	return all
}

// table merges maps. An entry that is not there is like one in which nothing is set.
func (m *merger) table(old, new place) reflect.Value {
	merged := reflect.MakeMap(old.value.Type())
	for _, k := range keysOf(old.value, new.value) {
		at := func(t place) place {
			v := t.value.MapIndex(k)
			if !v.IsValid() {
				v = newEntry(t.value.Type().Elem())
			}
			return place{"", join(t.path, show(k.Interface())), t.pattern + ".*", v}
		}
		value := m.merge(at(old), at(new))
		if new.value.MapIndex(k).IsValid() || !value.IsZero() {
			merged.SetMapIndex(k, value)
		}
	}
	return merged
}

// keysOf are the keys of both maps, sorted as place.children sorts them.
func keysOf(a, b reflect.Value) []reflect.Value {
	name := func(k reflect.Value) string { return fmt.Sprint(k.Interface()) }
	keys := slices.SortedFunc(slices.Values(slices.Concat(a.MapKeys(), b.MapKeys())), func(a, b reflect.Value) int {
		return cmp.Or(cmp.Compare(len(name(a)), len(name(b))), cmp.Compare(name(a), name(b)))
	})
	return slices.CompactFunc(keys, func(a, b reflect.Value) bool { return name(a) == name(b) })
}

// secret are the keys whose values are not for everyone's eyes.
var secret = []string{"upstream.password", "upstream.proxy", "devices.*.upstream.password"}

// hidden stands for a secret.
const hidden = "********"

// shown writes a scalar, or a list of them, as the file has it.
func shown(p place) string {
	switch {
	case p.value.Kind() == reflect.Slice:
		return listed(p)
	case slices.Contains(secret, p.pattern) && !p.value.IsZero():
		return hidden
	}
	return scalar(p.value)
}

// inline writes a list, or an entry of one, in one line: of a section, what is not as it is in a new one.
func inline(p place) string {
	var all []string
	switch {
	case isScalar(p.value.Type()), p.value.Kind() == reflect.Slice && isScalar(p.value.Type().Elem()):
		return shown(p)
	case p.value.Kind() == reflect.Slice:
		for _, c := range p.children() {
			all = append(all, inline(c))
		}
		return "[" + strings.Join(all, ", ") + "]"
	case p.value.Kind() == reflect.Struct:
		fresh := place{value: newEntry(p.value.Type())}.children()
		for i, c := range p.children() {
			if !same(c.value, fresh[i].value) {
				all = append(all, key(p, c)+": "+inline(c))
			}
		}
	default:
		for _, c := range p.children() {
			all = append(all, key(p, c)+": "+inline(c))
		}
	}
	return "{" + strings.Join(all, ", ") + "}"
}
