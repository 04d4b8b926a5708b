package mqttsn

import "encoding/binary"

// Bodies that several packets share.

// appendEmpty encodes a packet that is nothing but its header.
func appendEmpty(b []byte, t Type) []byte { return append(b, shortHeader, byte(t)) }

const codeLen = shortHeader + 1

// appendCode encodes a packet that says only ReturnCode(1).
func appendCode(b []byte, t Type, c ReturnCode) []byte { return append(b, codeLen, byte(t), byte(c)) }

func parseCode(body []byte) (ReturnCode, error) {
	if err := wantLen(body, 1); err != nil {
		return 0, err
	}
	return ReturnCode(body[0]), nil
}

const msgIDLen = shortHeader + 2

// appendMsgID encodes a packet that says only MsgId(2).
func appendMsgID(b []byte, t Type, id uint16) []byte {
	return append(b, msgIDLen, byte(t), byte(id>>8), byte(id))
}

func parseMsgID(body []byte) (uint16, error) {
	if err := wantLen(body, 2); err != nil {
		return 0, err
	}
	return binary.BigEndian.Uint16(body), nil
}

const ackLen = shortHeader + 5

// appendAck encodes a REGACK or PUBACK: TopicId(2) MsgId(2) ReturnCode(1).
func appendAck(b []byte, t Type, topicID, msgID uint16, c ReturnCode) []byte {
	b = append(b, ackLen, byte(t))
	b = binary.BigEndian.AppendUint16(b, topicID)
	b = binary.BigEndian.AppendUint16(b, msgID)
	return append(b, byte(c))
}

func parseAck(body []byte) (topicID, msgID uint16, c ReturnCode, err error) {
	if err := wantLen(body, 5); err != nil {
		return 0, 0, 0, err
	}
	return binary.BigEndian.Uint16(body), binary.BigEndian.Uint16(body[2:]), ReturnCode(body[4]), nil
}

// appendBytes encodes a packet whose body is one variable field: a client id, a will message.
func appendBytes(b []byte, t Type, field []byte) []byte {
	b, ok := appendHeader(b, t, len(field))
	if !ok {
		return b
	}
	return append(b, field...)
}

// willTopicBody is the length of Flags(1) WillTopic(n), or of nothing at all if the topic is empty.
func willTopicBody(topic []byte) int {
	if len(topic) == 0 {
		return 0
	}
	return 1 + len(topic)
}

// appendWillTopic encodes a WILLTOPIC or WILLTOPICUPD. The empty ones lack the Flags too (5.4.7, 5.4.22).
func appendWillTopic(b []byte, t Type, f Flags, topic []byte) []byte {
	b, ok := appendHeader(b, t, willTopicBody(topic))
	if !ok || len(topic) == 0 {
		return b
	}
	b = append(b, byte(f))
	return append(b, topic...)
}

// parseWillTopic takes Flags without a topic, which the specification does not define, for the empty packet.
func parseWillTopic(body []byte) (Flags, []byte) {
	if len(body) < 2 {
		return 0, nil
	}
	return Flags(body[0]), body[1:]
}

// willTopicLine shows a WILLTOPIC or WILLTOPICUPD.
func willTopicLine(t Type, f Flags, topic []byte) string {
	l := newLine(t)
	if len(topic) == 0 {
		return l.add("empty").String()
	}
	return l.field("topic", quoted(topic)).field("qos", f.QoS()).addIf(f.Retain(), "retain").String()
}
