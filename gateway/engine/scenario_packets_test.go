package engine_test

import (
	"encoding/hex"
	"fmt"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"mqttsn-gateway/mqttsn"
)

// parsePacket is the inverse of the packets' String methods.
func parsePacket(list []string) (mqttsn.Packet, error) {
	if len(list) == 0 {
		return nil, fmt.Errorf("no packet")
	}
	w := newWords(list[1:])
	var p mqttsn.Packet
	switch list[0] {
	case "ADVERTISE":
		p = &mqttsn.Advertise{GwID: w.u8("gwid"), Duration: w.u16("duration")}
	case "SEARCHGW":
		p = &mqttsn.SearchGw{Radius: w.u8("radius")}
	case "GWINFO":
		p = &mqttsn.GwInfo{GwID: w.u8("gwid"), GwAdd: w.hex("gwadd")}
	case "CONNECT":
		p = connectPacket(w)
	case "CONNACK":
		p = &mqttsn.Connack{ReturnCode: w.code()}
	case "WILLTOPICREQ":
		p = &mqttsn.WillTopicReq{}
	case "WILLTOPIC":
		f, topic := w.will()
		p = &mqttsn.WillTopic{Flags: f, Topic: topic}
	case "WILLMSGREQ":
		p = &mqttsn.WillMsgReq{}
	case "WILLMSG":
		p = &mqttsn.WillMsg{Msg: w.payload()}
	case "REGISTER":
		p = &mqttsn.Register{TopicName: []byte(w.text("topic")), TopicID: w.u16("id"), MsgID: w.u16("msgid")}
	case "REGACK":
		p = &mqttsn.Regack{ReturnCode: w.code(), TopicID: w.u16("id"), MsgID: w.u16("msgid")}
	case "PUBLISH":
		p = publishPacket(w)
	case "PUBACK":
		p = &mqttsn.Puback{ReturnCode: w.code(), TopicID: w.u16("id"), MsgID: w.u16("msgid")}
	case "PUBREC":
		p = &mqttsn.Pubrec{MsgID: w.u16("msgid")}
	case "PUBREL":
		p = &mqttsn.Pubrel{MsgID: w.u16("msgid")}
	case "PUBCOMP":
		p = &mqttsn.Pubcomp{MsgID: w.u16("msgid")}
	case "SUBSCRIBE":
		f, name, id := w.filter()
		p = &mqttsn.Subscribe{Flags: f | w.qos() | w.bit("dup", mqttsn.FlagDUP), TopicName: name, TopicID: id, MsgID: w.u16("msgid")}
	case "SUBACK":
		p = &mqttsn.Suback{ReturnCode: w.code(), Flags: w.qos(), TopicID: w.u16("id"), MsgID: w.u16("msgid")}
	case "UNSUBSCRIBE":
		f, name, id := w.filter()
		p = &mqttsn.Unsubscribe{Flags: f, TopicName: name, TopicID: id, MsgID: w.u16("msgid")}
	case "UNSUBACK":
		p = &mqttsn.Unsuback{MsgID: w.u16("msgid")}
	case "PINGREQ":
		p = &mqttsn.Pingreq{ClientID: []byte(w.text("client"))}
	case "PINGRESP":
		p = &mqttsn.Pingresp{}
	case "DISCONNECT":
		p = &mqttsn.Disconnect{Duration: w.u16("duration")}
	case "WILLTOPICUPD":
		f, topic := w.will()
		p = &mqttsn.WillTopicUpd{Flags: f, Topic: topic}
	case "WILLTOPICRESP":
		p = &mqttsn.WillTopicResp{ReturnCode: w.code()}
	case "WILLMSGUPD":
		p = &mqttsn.WillMsgUpd{Msg: w.payload()}
	case "WILLMSGRESP":
		p = &mqttsn.WillMsgResp{ReturnCode: w.code()}
	default:
		return nil, fmt.Errorf("%s is no packet of MQTT-SN", list[0])
	}
	return p, w.end()
}

func connectPacket(w *words) *mqttsn.Connect {
	p := &mqttsn.Connect{
		ClientID: []byte(w.text("client")), Duration: w.u16("duration"), ProtocolID: mqttsn.ProtocolID,
		Flags: w.bit("clean", mqttsn.FlagCleanSession) | w.bit("will", mqttsn.FlagWill),
	}
	if s, ok := w.field("protocol"); ok {
		p.ProtocolID = uint8(w.parse(s, 8))
	}
	return p
}

func publishPacket(w *words) *mqttsn.Publish {
	p := &mqttsn.Publish{MsgID: w.u16("msgid")}
	typ, id, ok := topicID(w.text("topic"))
	if !ok {
		w.fail("the topic of a PUBLISH is normal:N, predefined:N, short:ab or reserved:N")
	}
	p.TopicID = id
	p.Flags = typ.Flags() | w.qos() | w.bit("dup", mqttsn.FlagDUP) | w.bit("retain", mqttsn.FlagRetain)
	p.Data = w.payload()
	return p
}

// topicID reads normal:1, predefined:10, short:t1, reserved:1.
func topicID(s string) (mqttsn.TopicIDType, uint16, bool) {
	kind, rest, ok := strings.Cut(s, ":")
	if !ok {
		return 0, 0, false
	}
	if kind == mqttsn.ShortName.String() {
		if strings.HasPrefix(rest, `"`) {
			rest, _ = strconv.Unquote(rest)
		}
		id, ok := mqttsn.ShortTopic(rest)
		return mqttsn.ShortName, id, ok
	}
	id, err := strconv.ParseUint(rest, 10, 16)
	for t := mqttsn.Normal; t <= 3; t++ {
		if t.String() == kind {
			return t, uint16(id), err == nil
		}
	}
	return 0, 0, false
}

// filter reads the topic of SUBSCRIBE and UNSUBSCRIBE: a quoted name, or an id.
func (w *words) filter() (mqttsn.Flags, []byte, uint16) {
	for i, word := range w.list {
		value, ok := strings.CutPrefix(word, "topic=")
		if !ok {
			continue
		}
		w.used[i] = true
		if strings.HasPrefix(value, `"`) {
			return 0, []byte(w.unquote(value)), 0
		}
		if t, id, ok := topicID(value); ok {
			return t.Flags(), nil, id
		}
	}
	w.fail(`the topic is a quoted filter, predefined:N or short:ab`)
	return 0, nil, 0
}

// will reads the rest of a WILLTOPIC: "empty" or a topic and its flags.
func (w *words) will() (mqttsn.Flags, []byte) {
	if w.flag("empty") {
		return 0, nil
	}
	return w.qos() | w.bit("retain", mqttsn.FlagRetain), []byte(w.text("topic"))
}

func (w *words) qos() mqttsn.Flags {
	s, ok := w.field("qos")
	if !ok {
		return 0
	}
	n, err := strconv.Atoi(s)
	if err != nil || n < -1 || n > 2 {
		w.fail("qos=%s", s)
	}
	return mqttsn.QoS(n).Flags()
}

func (w *words) bit(name string, f mqttsn.Flags) mqttsn.Flags {
	if w.flag(name) {
		return f
	}
	return 0
}

func (w *words) code() mqttsn.ReturnCode {
	for c := mqttsn.Accepted; c < 0xff; c++ {
		if w.flag(c.String()) {
			return c
		}
	}
	w.fail("a return code is missing")
	return 0
}

func (w *words) hex(name string) []byte {
	b, err := hex.DecodeString(w.text(name))
	if err != nil {
		w.fail("%s: %v", name, err)
	}
	return b
}

// What packets print can be read back.
func TestScenarioPackets(t *testing.T) {
	for _, p := range []mqttsn.Packet{
		&mqttsn.Advertise{GwID: 1, Duration: 900},
		&mqttsn.SearchGw{Radius: 1},
		&mqttsn.GwInfo{GwID: 1},
		&mqttsn.GwInfo{GwID: 1, GwAdd: []byte{0xc0, 0xa8}},
		&mqttsn.Connect{ClientID: []byte("th 7"), Duration: 60, ProtocolID: 1, Flags: mqttsn.FlagCleanSession | mqttsn.FlagWill},
		&mqttsn.Connect{ClientID: []byte("th7"), ProtocolID: 2},
		&mqttsn.Connack{ReturnCode: mqttsn.Congestion},
		&mqttsn.Connack{ReturnCode: 0x80},
		&mqttsn.WillTopicReq{},
		&mqttsn.WillTopic{Flags: mqttsn.QoS1.Flags() | mqttsn.FlagRetain, Topic: []byte(`a "b"`)},
		&mqttsn.WillTopic{},
		&mqttsn.WillMsgReq{},
		&mqttsn.WillMsg{Msg: []byte("off\x00line")},
		&mqttsn.Register{TopicID: 5, MsgID: 9, TopicName: []byte("site/a")},
		&mqttsn.Register{MsgID: 9, TopicName: []byte("site/a")},
		&mqttsn.Regack{TopicID: 5, MsgID: 9, ReturnCode: mqttsn.InvalidTopicID},
		&mqttsn.Publish{TopicID: 1, Data: []byte("21.5")},
		&mqttsn.Publish{Flags: 0xb1, TopicID: 10, MsgID: 2, Data: []byte{0xff}},
		&mqttsn.Publish{Flags: 0x62, TopicID: 0x7420, Data: []byte("x")},
		&mqttsn.Publish{Flags: 0x03, TopicID: 7, Data: []byte("x")},
		&mqttsn.Puback{TopicID: 1, MsgID: 2, ReturnCode: mqttsn.NotSupported},
		&mqttsn.Pubrec{MsgID: 1},
		&mqttsn.Pubrel{MsgID: 2},
		&mqttsn.Pubcomp{MsgID: 3},
		&mqttsn.Subscribe{Flags: 0xa0, MsgID: 3, TopicName: []byte("a/#")},
		&mqttsn.Subscribe{Flags: 0x41, MsgID: 3, TopicID: 10},
		&mqttsn.Suback{Flags: 0x20, TopicID: 1, MsgID: 3},
		&mqttsn.Unsubscribe{Flags: 0x02, MsgID: 3, TopicID: 0x7431},
		&mqttsn.Unsuback{MsgID: 3},
		&mqttsn.Pingreq{},
		&mqttsn.Pingreq{ClientID: []byte("th7")},
		&mqttsn.Pingresp{},
		&mqttsn.Disconnect{},
		&mqttsn.Disconnect{Duration: 300},
		&mqttsn.WillTopicUpd{},
		&mqttsn.WillTopicUpd{Flags: 0x40, Topic: []byte("w")},
		&mqttsn.WillTopicResp{ReturnCode: mqttsn.Accepted},
		&mqttsn.WillMsgUpd{Msg: []byte("gone")},
		&mqttsn.WillMsgResp{ReturnCode: mqttsn.NotSupported},
	} {
		list, err := splitLine(p.String())
		require.NoError(t, err)
		got, err := parsePacket(list)
		require.NoError(t, err, p)
		require.Equal(t, p.Append(nil), got.Append(nil), p)
	}
	for _, line := range []string{"", "HELLO", "PINGREQ client=a twice", "PUBLISH qos=1", "CONNACK", "SUBSCRIBE topic=a", "PUBLISH topic=normal:1 qos=7"} {
		list, err := splitLine(line)
		require.NoError(t, err)
		_, err = parsePacket(list)
		require.Error(t, err, line)
	}
	_, err := splitLine(`WILLMSG "off`)
	require.Error(t, err)
}
