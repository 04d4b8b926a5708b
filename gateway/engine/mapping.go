package engine

import (
	"strings"

	"mqttsn-gateway/gateway/access"
	"mqttsn-gateway/gateway/topic"
)

// A MappingRule gives the topics of the devices that it matches other names beyond the device's session: at the router, and
// at the upstream broker. The first rule that matches a device counts; a device that none matches has the same names on
// both sides. Access rules and predefined topics have the names that the device uses.
type MappingRule struct {
	Clients []string // client ids, with * for any characters; senders of QoS -1 have the empty one
	Links   []string // names of links, likewise

	Up   Direction // what devices publish, wills included
	Down Direction // what they subscribe to and receive
}

// A Direction is how names change on one way.
type Direction struct {
	// Prefix is put before the names. It is empty or ends with /. In it %c stands for the client id and %l for the name of
	// the link.
	Prefix string

	// Aliases are long names, without the prefix, by the names that devices use. They are topic names, and each long one is
	// there once. Filters with wildcards are matched with long names.
	Aliases map[string]string
}

// A mapping is what the rules come to for one device. It holds as long as the device's session; nil changes nothing.
type mapping struct {
	link     string       // by which it was chosen
	rule     *mappingRule // nil: the names are the same on both sides
	up, down string       // prefixes
	was      string       // the prefix down before a restart
}

// A mappingRule is a rule with its way back.
type mappingRule struct {
	MappingRule
	short map[string]string // names that devices use, by long names
}

func newMappingRules(rules []MappingRule) []mappingRule {
	var list []mappingRule
	for _, r := range rules {
		m := mappingRule{MappingRule: r, short: make(map[string]string)}
		for short, long := range r.Down.Aliases {
			m.short[long] = short
		}
		list = append(list, m)
	}
	return list
}

// mappingOf is the mapping of a device on a link, nil where nothing is mapped. It reports false for a client id that would lead out of its place: one
// named "a/b" must not get at what belongs to "a", and a wildcard not at everything.
func (e *Engine) mappingOf(id, link string) (m *mapping, ok bool) {
	if len(e.mapping) == 0 {
		return nil, true
	}
	for i := range e.mapping {
		r := &e.mapping[i]
		if !access.MatchAny(r.Clients, id) || !access.MatchAny(r.Links, link) {
			continue
		}
		if strings.Contains(r.Up.Prefix+r.Down.Prefix, "%c") && !access.FitsTopic(id) {
			return nil, false
		}
		fill := strings.NewReplacer("%c", id, "%l", link)
		return &mapping{link: link, rule: r, up: fill.Replace(r.Up.Prefix), down: fill.Replace(r.Down.Prefix)}, true
	}
	return &mapping{link: link}, true
}

// same reports whether two mappings lead to the same place.
func (m *mapping) same(other *mapping) bool {
	return m.rule == other.rule && m.up == other.up && m.down == other.down
}

// outward is the name of what the device publishes, false if that would be too long.
func (m *mapping) outward(name string) (string, bool) {
	if m == nil || m.rule == nil {
		return name, true
	}
	if long, ok := m.rule.Up.Aliases[name]; ok {
		name = long
	}
	name = m.up + name
	return name, topic.ValidName(name) == nil
}

// filter is what has to be subscribed to for a filter of the device's, without the $share of a shared one; and, for a name
// without wildcards, the topic by which it is reached.
func (m *mapping) filter(filter string) string {
	if m == nil || m.rule == nil {
		return filter
	}
	if long, ok := m.rule.Down.Aliases[filter]; ok {
		filter = long
	}
	return m.down + filter
}

// inward is the name by which the device knows a topic, false if it is not within its place.
func (m *mapping) inward(name string) (string, bool) {
	if m == nil || m.rule == nil {
		return name, true
	}
	name, ok := strings.CutPrefix(name, m.down)
	if short, known := m.rule.short[name]; known {
		name = short
	}
	return name, ok && topic.ValidName(name) == nil
}

// settleOn fixes the device's mapping when its session begins, by the link that it is on. A kept session whose link is not
// known, because it is older than the mapping, begins anew.
func (d *Device) settleOn(link string) {
	if d.mapping != nil || len(d.e.mapping) == 0 {
		return
	}
	if len(d.subs) > 0 {
		d.reset()
	}
	d.mapping, _ = d.e.mappingOf(d.client, link)
}

// save notes the mapping's link and place with the session.
func (m *mapping) save(f *fields) {
	f.string(m.link)
	f.string(m.down)
}

// restoreMapping finds the mapping of a restored session by the rules of today.
func (d *Device) restoreMapping(f *fields) {
	link, was := f.readString(), f.readString()
	if d.settleOn(link); d.mapping != nil {
		d.mapping.was = was
	}
}

// moved is the filter of a restored subscription, in today's place.
func (m *mapping) moved(filter string) string {
	if m == nil || m.was == m.down {
		return filter
	}
	return m.down + strings.TrimPrefix(filter, m.was)
}

// staysHome reports whether the session may go on at an address: a device of the same client id on a link whose topics are
// elsewhere is another one.
func (d *Device) staysHome(a Addr) bool {
	if d.mapping == nil {
		return true
	}
	m, ok := d.e.mappingOf(d.client, d.e.cfg.Links[a.Link].Name)
	return ok && m.same(d.mapping)
}

// inward is the message as the device knows it, nil if it does not. The message itself belongs to others, too.
func (d *Device) inward(m *Message) *Message {
	if d.mapping == nil || d.mapping.rule == nil {
		return m
	}
	name, ok := d.mapping.inward(m.Topic)
	if !ok {
		return nil
	}
	return &Message{
		Topic: name, Payload: m.Payload, QoS: m.QoS, Retain: m.Retain, Props: m.Props, expires: m.expires, gate: m.gate,
		upstream: m.upstream,
	}
}
