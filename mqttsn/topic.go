package mqttsn

import "fmt"

// A TopicIDType says what the topic field of a PUBLISH, SUBSCRIBE or UNSUBSCRIBE holds (5.3.4, 5.3.11). Normal and
// predefined ids are separate number spaces.
type TopicIDType uint8

const (
	Normal     TopicIDType = 0 // an id from REGACK, SUBACK or REGISTER; the full name in SUBSCRIBE and UNSUBSCRIBE
	Predefined TopicIDType = 1 // an id that both ends know beforehand
	ShortName  TopicIDType = 2 // the two octets of a short topic name, see [ShortTopic]
)

// Topic ids that are never assigned to a topic.
const (
	NoTopicID       uint16 = 0x0000 // stands for "none", as in the SUBACK of a wildcard
	ReservedTopicID uint16 = 0xFFFF
)

// Flags has the bits of the type set and all others clear.
func (t TopicIDType) Flags() Flags { return Flags(t) & topicIDTypeMask }

// String is "normal", "predefined", "short" or "reserved".
func (t TopicIDType) String() string {
	switch t {
	case Normal:
		return "normal"
	case Predefined:
		return "predefined"
	case ShortName:
		return "short"
	}
	return "reserved"
}

// ShortTopic gives the value that stands for a short topic name in the topic id field. Only a name of exactly two
// octets has one: the specification does not pad shorter names.
func ShortTopic(name string) (uint16, bool) {
	if len(name) != 2 {
		return 0, false
	}
	return uint16(name[0])<<8 | uint16(name[1]), true
}

// ShortTopicName is the short topic name that a topic id field of the type ShortName holds.
func ShortTopicName(id uint16) string { return string([]byte{byte(id >> 8), byte(id)}) }

// topicText shows the topic of a packet, as in "normal:1", "predefined:10", "short:t1".
func topicText(t TopicIDType, id uint16) string {
	if t == ShortName {
		return fmt.Sprintf("%v:%s", t, word(ShortTopicName(id)))
	}
	return fmt.Sprintf("%v:%d", t, id)
}
