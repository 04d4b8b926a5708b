package access

import (
	"strings"

	"mqttsn-gateway/gateway/topic"
)

// Rights are what one device may do. The zero Rights allow everything. They are a pointer: most devices have the zero.
type Rights struct{ ruling *ruling }

// A ruling is what the rules say of one device.
type ruling struct {
	denied             bool
	unapproved         bool // denied, until an operator approves the device
	publish, subscribe []string
}

// Connect reports whether the device may have a session.
func (r Rights) Connect() bool { return r.ruling == nil || !r.ruling.denied }

// Unapproved reports whether the device may have no session because nobody has approved it so far.
func (r Rights) Unapproved() bool { return r.ruling != nil && r.ruling.unapproved }

// Publish reports whether the device may publish to a topic, which is a valid topic name.
func (r Rights) Publish(name string) bool {
	return r.ruling == nil || !r.ruling.denied && matches(r.ruling.publish, name)
}

// Receive reports whether the device may be sent messages of a topic, which is a valid topic name.
func (r Rights) Receive(name string) bool {
	return r.ruling == nil || !r.ruling.denied && matches(r.ruling.subscribe, name)
}

// Subscribe reports whether the device may have a subscription: a single one of its filters must cover everything that the
// subscription would. The filter is valid, without the $share of a shared one.
func (r Rights) Subscribe(filter string) bool {
	if r.ruling == nil {
		return true
	}
	for _, f := range r.ruling.subscribe {
		if covers(f, filter) {
			return true
		}
	}
	return false
}

func matches(filters []string, name string) bool {
	for _, f := range filters {
		if topic.Match(f, name) {
			return true
		}
	}
	return false
}

// covers reports whether every name that the filter narrow matches is matched by wide as well.
func covers(wide, narrow string) bool {
	if strings.HasPrefix(narrow, "$") && !strings.HasPrefix(wide, "$") {
		return false // a wildcard at the beginning leaves out $SYS and its like (MQTT 5, 4.7.2)
	}
	for {
		w, wideRest, wideMore := strings.Cut(wide, "/")
		n, narrowRest, narrowMore := strings.Cut(narrow, "/")
		switch {
		case w == "#":
			return true
		case n == "#", w != "+" && w != n:
			return false
		case !narrowMore:
			return !wideMore || wideRest == "#" // plant/# has plant itself, too
		case !wideMore:
			return false
		}
		wide, narrow = wideRest, narrowRest
	}
}
