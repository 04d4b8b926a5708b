package client

import (
	"fmt"
	"strings"

	"mqttsn-gateway/mqttsn"
)

// A Topic is a topic, or in a subscription a filter, and how it travels: by name (the gateway then assigns an id), by
// an id known to both sides, or as a name of two octets that is its own id. Make one with [Name], [Predefined] or
// [Short].
type Topic struct {
	Type mqttsn.TopicIDType
	Name string // of a received predefined topic: "" if the configuration does not tell
	ID   uint16 // type Predefined only
}

// Name is a topic or filter that goes by its name.
func Name(name string) Topic { return Topic{Type: mqttsn.Normal, Name: name} }

// Predefined is a topic that both sides know by a number.
func Predefined(id uint16) Topic { return Topic{Type: mqttsn.Predefined, ID: id} }

// Short is a topic whose name has exactly two octets and needs no registration.
func Short(name string) Topic { return Topic{Type: mqttsn.ShortName, Name: name} }

// String is the topic's name, "predefined:10" where it has none.
func (t Topic) String() string {
	if t.Name == "" && t.Type == mqttsn.Predefined {
		return fmt.Sprintf("%v:%d", t.Type, t.ID)
	}
	return t.Name
}

// wireID is what stands in the topic id field for a topic that needs no registration.
func (t Topic) wireID() uint16 {
	if id, ok := mqttsn.ShortTopic(t.Name); ok && t.Type == mqttsn.ShortName {
		return id
	}
	return t.ID
}

func (t Topic) isWildcard() bool { return strings.ContainsAny(t.Name, "+#") }

// validFilter tells whether the topic may stand in a SUBSCRIBE; the gateway knows more about names than we do.
func (t Topic) validFilter() bool {
	switch t.Type {
	case mqttsn.Normal:
		return t.Name != ""
	case mqttsn.ShortName:
		return len(t.Name) == 2
	case mqttsn.Predefined:
		return t.ID != mqttsn.NoTopicID && t.ID != mqttsn.ReservedTopicID
	}
	return false
}

// validTopic tells whether the topic may stand in a PUBLISH.
func (t Topic) validTopic() bool { return t.validFilter() && !t.isWildcard() }

// matches tells whether a message on the topic is one that the filter asked for.
func (t Topic) matches(filter Topic) bool {
	if filter.Type == mqttsn.Predefined {
		return t.Type == mqttsn.Predefined && t.ID == filter.ID || filter.Name != "" && t.Name == filter.Name
	}
	return t.Name != "" && matchName(filter.Name, t.Name)
}

// matchName matches a name with a filter by the rules of MQTT: + is one level, a final # is all that follow, also none;
// neither at the beginning covers names that begin with $.
func matchName(filter, name string) bool {
	if strings.HasPrefix(name, "$") && !strings.HasPrefix(filter, "$") {
		return false
	}
	for {
		want, filterRest, moreFilter := strings.Cut(filter, "/")
		if want == "#" {
			return true
		}
		level, nameRest, moreName := strings.Cut(name, "/")
		if want != "+" && want != level {
			return false
		}
		if !moreName {
			return !moreFilter || filterRest == "#"
		}
		if !moreFilter {
			return false
		}
		filter, name = filterRest, nameRest
	}
}
