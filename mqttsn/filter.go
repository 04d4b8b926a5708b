package mqttsn

import "encoding/binary"

// The body that SUBSCRIBE and UNSUBSCRIBE share: Flags(1) MsgId(2), then a name or an id.

const filterFixed = 3

// hasTopicID tells whether a SUBSCRIBE or UNSUBSCRIBE with these flags carries an id in place of a name.
func hasTopicID(f Flags) bool { return f.TopicIDType() != Normal }

func filterBody(f Flags, name []byte) int {
	if hasTopicID(f) {
		return filterFixed + 2
	}
	return filterFixed + len(name)
}

func appendFilter(b []byte, t Type, f Flags, msgID uint16, name []byte, id uint16) []byte {
	b, ok := appendHeader(b, t, filterBody(f, name))
	if !ok {
		return b
	}
	b = append(b, byte(f))
	b = binary.BigEndian.AppendUint16(b, msgID)
	if hasTopicID(f) {
		return binary.BigEndian.AppendUint16(b, id)
	}
	return append(b, name...)
}

func parseFilter(body []byte) (f Flags, msgID uint16, name []byte, id uint16, err error) {
	if len(body) < filterFixed {
		return 0, 0, nil, 0, ErrTruncated
	}
	f, msgID = Flags(body[0]), binary.BigEndian.Uint16(body[1:])
	topic := body[filterFixed:]
	switch t := f.TopicIDType(); {
	case t == Normal:
		return f, msgID, topic, 0, nil
	case t > ShortName || len(topic) != 2:
		return f, msgID, nil, 0, ErrBadTopic
	}
	return f, msgID, nil, binary.BigEndian.Uint16(topic), nil
}

func filterText(f Flags, name []byte, id uint16) string {
	if hasTopicID(f) {
		return topicText(f.TopicIDType(), id)
	}
	return quoted(name)
}
