package mqtt

import "strings"

// PublishProps are the properties of a message that a server forwards as they are. Whoever shares them does not change
// them.
type PublishProps struct {
	PayloadIsText   bool   // payload format indicator 1: UTF-8
	ContentType     string // empty: absent
	ResponseTopic   string // empty: absent
	CorrelationData []byte // nil: absent
	User            []UserProperty
}

// encode appends the properties, none if m is nil.
func (m *PublishProps) encode(e *encoder) {
	if m == nil {
		return
	}
	if m.PayloadIsText {
		e.propFlag(propPayloadFormat, true)
	}
	e.propStr(propContentType, m.ContentType)
	e.propStr(propResponseTopic, m.ResponseTopic)
	e.propBytes(propCorrelationData, m.CorrelationData)
	e.user(m.User)
}

// decode reads the value of property id into m, which it makes if m is nil.
func (m *PublishProps) decode(d *decoder, id property) *PublishProps {
	if m == nil {
		m = new(PublishProps)
	}
	switch id {
	case propPayloadFormat:
		m.PayloadIsText = d.flag()
	case propContentType:
		m.ContentType = d.str()
	case propResponseTopic:
		m.ResponseTopic = d.str()
		d.checkTopicName(m.ResponseTopic) // MQTT-3.3.2-14
	case propCorrelationData:
		m.CorrelationData = d.bytes()
	case propUser:
		m.User = d.user(m.User)
	default:
		d.unexpected(id)
	}
	return m
}

// checkTopicName refuses what is no name of a topic: empty (MQTT-4.7.3-1) or with a wildcard (MQTT-3.3.2-2).
func (d *decoder) checkTopicName(name string) {
	switch {
	case d.err != nil:
	case name == "":
		d.fail(ProtocolViolation, "topic name is empty")
	case strings.ContainsAny(name, "#+"):
		d.fail(MalformedPacket, "topic name has a wildcard")
	}
}
