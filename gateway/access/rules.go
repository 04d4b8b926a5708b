package access

import (
	"slices"
	"strings"
)

// Rules are tried in their order.
type Rules []Rule

// A Rule says what the devices, or the MQTT clients, that it matches may do. It matches one if each of its first four lists
// has a pattern, in which * stands for any characters, that matches.
type Rule struct {
	Clients   []string // client ids; a sender without one, of QoS -1, has the empty id
	Links     []string // names of links, or of listeners
	Addresses []string // addresses as the link writes them, or identities that it has proven; %c stands for the client id
	Users     []string // names of users; a device of MQTT-SN 1.2 has none; nil is all

	// Deny refuses everything; the lists below count for nothing then.
	Deny bool

	// Approve lets in only devices that an operator has approved. A sender without a client id cannot be.
	Approve bool

	// Publish and Subscribe are topic filters that hold what the device may publish and receive. In them %c stands for
	// its client id, and %u for the user's name.
	Publish   []string
	Subscribe []string
}

// Who is a device as rules see it.
type Who struct {
	Client   string // client id; empty for a sender without a session
	Link     string // name of the link
	Address  string // as the link writes it
	Identity string // proven by the link; empty where it proves nothing
	User     string // proven by a password or a certificate; empty for who has none
	Approved bool   // by an operator
}

// Of returns the rights of a device.
func (rs Rules) Of(w Who) Rights {
	for _, r := range rs {
		if r.matches(&w) {
			return r.rights(&w)
		}
	}
	return Rights{}
}

func (r *Rule) matches(w *Who) bool {
	addresses := []string{w.Address}
	if w.Identity != "" {
		addresses = append(addresses, w.Identity)
	}
	return MatchAny(r.Clients, w.Client) && MatchAny(r.Links, w.Link) && MatchAny(w.own(r.Addresses), addresses...) &&
		(r.Users == nil || MatchAny(r.Users, w.User))
}

// own puts the names in their places in patterns. One with * in it would match more than itself, and fits none.
func (w *Who) own(patterns []string) []string {
	return w.replace(patterns, func(name string) bool { return name != "" && !strings.Contains(name, "*") })
}

func (r *Rule) rights(w *Who) Rights {
	if r.Deny {
		return Rights{&ruling{denied: true}}
	}
	if r.Approve && !w.Approved {
		return Rights{&ruling{denied: true, unapproved: w.Client != ""}}
	}
	return Rights{&ruling{publish: w.fill(r.Publish), subscribe: w.fill(r.Subscribe)}}
}

// fill puts the names in their places in filters. A filter is left out for a name that would make another filter of it.
func (w *Who) fill(filters []string) []string { return w.replace(filters, FitsTopic) }

// FitsTopic reports whether a client id or a user's name can be a level of a topic, and no more: one named "#" must not get
// at everything, "a/b" not at what belongs to "a", and "$SYS" not at what is hidden.
func FitsTopic(name string) bool {
	return name != "" && name[0] != '$' && !strings.ContainsAny(name, "+#/")
}

// replace puts the client id in the place of %c and the user's name in that of %u, or leaves out what has one that does not
// fit.
func (w *Who) replace(list []string, fits func(name string) bool) []string {
	if !slices.ContainsFunc(list, func(s string) bool { return strings.Contains(s, "%c") || strings.Contains(s, "%u") }) {
		return list
	}
	var replaced []string
	names := strings.NewReplacer("%c", w.Client, "%u", w.User)
	for _, s := range list {
		if (fits(w.Client) || !strings.Contains(s, "%c")) && (fits(w.User) || !strings.Contains(s, "%u")) {
			replaced = append(replaced, names.Replace(s))
		}
	}
	return replaced
}
