package access

import (
	"slices"
	"strings"
)

// Rules are tried in their order.
type Rules []Rule

// A Rule says what the devices that it matches may do. It matches a device if each of its first three lists has a pattern,
// in which * stands for any characters, that matches.
type Rule struct {
	Clients   []string // client ids; a sender without one, of QoS -1, has the empty id
	Links     []string // names of links
	Addresses []string // addresses as the link writes them, or identities that it has proven; %c stands for the client id

	// Deny refuses everything; the lists below count for nothing then.
	Deny bool

	// Publish and Subscribe are topic filters that hold what the device may publish and receive. In them %c stands for
	// its client id.
	Publish   []string
	Subscribe []string
}

// Who is a device as rules see it.
type Who struct {
	Client   string // client id; empty for a sender without a session
	Link     string // name of the link
	Address  string // as the link writes it
	Identity string // proven by the link; empty where it proves nothing
}

// Of returns the rights of a device.
func (rs Rules) Of(w Who) Rights {
	for _, r := range rs {
		if r.matches(w) {
			return r.rights(w.Client)
		}
	}
	return Rights{}
}

func (r *Rule) matches(w Who) bool {
	addresses := []string{w.Address}
	if w.Identity != "" {
		addresses = append(addresses, w.Identity)
	}
	return matchAny(r.Clients, w.Client) && matchAny(r.Links, w.Link) && matchAny(own(r.Addresses, w.Client), addresses...)
}

// own puts the client id in the place of %c in patterns. An id with * in it would match more than itself, and fits none.
func own(patterns []string, client string) []string {
	return replace(patterns, client, client != "" && !strings.Contains(client, "*"))
}

func (r *Rule) rights(client string) Rights {
	if r.Deny {
		return Rights{ruled: true, denied: true}
	}
	return Rights{ruled: true, publish: fill(r.Publish, client), subscribe: fill(r.Subscribe, client)}
}

// fill puts the client id in the place of %c. A filter is left out for an id that would make another filter of it: one
// named "#" must not get at everything, "a/b" not at what belongs to "a", and "$SYS" not at what is hidden.
func fill(filters []string, client string) []string {
	return replace(filters, client, client != "" && client[0] != '$' && !strings.ContainsAny(client, "+#/"))
}

// replace puts the client id in the place of %c, or leaves out what has one if it does not fit.
func replace(list []string, client string, fits bool) []string {
	if !slices.ContainsFunc(list, func(s string) bool { return strings.Contains(s, "%c") }) {
		return list
	}
	var replaced []string
	for _, s := range list {
		if fits || !strings.Contains(s, "%c") {
			replaced = append(replaced, strings.ReplaceAll(s, "%c", client))
		}
	}
	return replaced
}
