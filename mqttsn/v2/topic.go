package v2

import (
	"encoding/binary"
	"strconv"
)

// A TopicType says how a packet names its topic (4.7). The codes are not those of version 1.2.
type TopicType uint8

const (
	SessionAlias    TopicType = 0b00 // given by the server, good for one session
	PredefinedAlias TopicType = 0b01 // given by an administrator, the same for all clients of a server
	TopicName       TopicType = 0b11 // the full name, or a filter

	topicTypeMask = 0b11
)

// String is "session", "predefined", "name" or "reserved".
func (t TopicType) String() string {
	switch t {
	case SessionAlias:
		return "session"
	case PredefinedAlias:
		return "predefined"
	case TopicName:
		return "name"
	}
	return "reserved"
}

// A Topic is what a packet is about: an alias, or a name.
type Topic struct {
	Type  TopicType
	Alias uint16 // of the alias types; the two are separate number spaces
	Name  []byte // of the type TopicName; in SUBSCRIBE and UNSUBSCRIBE a filter
}

// named is a topic given by its full name, the only kind with octets beyond the first field.
func (t Topic) named() bool { return t.Type == TopicName }

// String shows the topic as in "session:33", "predefined:9" or, quoted, a name.
func (t Topic) String() string {
	if t.named() {
		return strconv.Quote(string(t.Name))
	}
	return t.Type.String() + ":" + strconv.FormatUint(uint64(t.Alias), 10)
}

// A topic followed by other fields: Alias(2), or NameLength(2) Name(n).

func (t Topic) len() int {
	if t.named() {
		return 2 + len(t.Name)
	}
	return 2
}

func (t Topic) append(b []byte) []byte {
	if t.named() {
		return append16(b, t.Name)
	}
	return binary.BigEndian.AppendUint16(b, t.Alias)
}

func (r *reader) topic(t TopicType) Topic {
	switch t {
	case SessionAlias, PredefinedAlias:
		return Topic{Type: t, Alias: r.uint16()}
	case TopicName:
		return Topic{Type: t, Name: r.text(int(r.uint16()))}
	}
	r.malformed(ErrTopicType)
	return Topic{}
}

// A topic at the end of a packet, which is how SUBSCRIBE and UNSUBSCRIBE have it: Alias(2), or Filter(n).

func (t Topic) tailLen() int {
	if t.named() {
		return len(t.Name)
	}
	return 2
}

func (t Topic) appendTail(b []byte) []byte {
	if t.named() {
		return append(b, t.Name...)
	}
	return binary.BigEndian.AppendUint16(b, t.Alias)
}

func (r *reader) topicTail(t TopicType) Topic {
	switch t {
	case SessionAlias, PredefinedAlias:
		return Topic{Type: t, Alias: r.uint16()}
	case TopicName:
		name := r.textTail()
		if len(name) == 0 {
			r.protocol(ErrEmptyFilter)
		}
		return Topic{Type: t, Name: name}
	}
	r.protocol(ErrTopicType)
	return Topic{}
}

// append16 appends Length(2) and the field. That the length fits has been seen to: the packet's own is not longer.
func append16(b, field []byte) []byte {
	b = binary.BigEndian.AppendUint16(b, uint16(len(field)))
	return append(b, field...)
}
