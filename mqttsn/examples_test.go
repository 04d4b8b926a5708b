package mqttsn_test

import (
	"encoding/hex"
	"reflect"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	. "mqttsn-gateway/mqttsn"
)

// An example is one packet in three forms: on the wire, in memory, in words.
type example struct {
	name   string
	hex    string
	packet Packet
	text   string
}

// examples are the worked examples of our reference, by its numbers, and some packets that it does not have.
var examples = []example{
	{"E01", "05 00 01 03 84", &Advertise{GwID: 1, Duration: 900}, "ADVERTISE gwid=1 duration=900"},
	{"E02", "03 01 01", &SearchGw{Radius: 1}, "SEARCHGW radius=1"},
	{"E03", "03 02 01", &GwInfo{GwID: 1, GwAdd: octets("")}, "GWINFO gwid=1"},
	{"E04", "09 02 01 C0 A8 01 0A 27 10", &GwInfo{GwID: 1, GwAdd: octets("C0 A8 01 0A 27 10")},
		"GWINFO gwid=1 gwadd=c0a8010a2710"},
	{"E05", "06 02 01 02 00 00", &GwInfo{GwID: 1, GwAdd: octets("02 00 00")}, "GWINFO gwid=1 gwadd=020000"},
	{"E06", "0F 04 04 01 00 3C 73 65 6E 73 6F 72 2D 30 31",
		&Connect{FlagCleanSession, ProtocolID, 60, []byte("sensor-01")}, "CONNECT client=sensor-01 duration=60 clean"},
	{"E07", "0B 04 0C 01 01 2C 70 75 6D 70 37",
		&Connect{FlagCleanSession | FlagWill, ProtocolID, 300, []byte("pump7")},
		"CONNECT client=pump7 duration=300 clean will"},
	{"E08", "03 05 00", &Connack{Accepted}, "CONNACK accepted"},
	{"E09", "03 05 01", &Connack{Congestion}, "CONNACK congestion"},
	{"E10", "02 06", &WillTopicReq{}, "WILLTOPICREQ"},
	{"E11", "0E 07 30 73 74 61 74 65 2F 70 75 6D 70 37",
		&WillTopic{QoS1.Flags() | FlagRetain, []byte("state/pump7")}, `WILLTOPIC topic="state/pump7" qos=1 retain`},
	{"E12", "02 07", &WillTopic{}, "WILLTOPIC empty"},
	{"E13", "02 08", &WillMsgReq{}, "WILLMSGREQ"},
	{"E14", "09 09 6F 66 66 6C 69 6E 65", &WillMsg{[]byte("offline")}, `WILLMSG "offline"`},
	{"E15", "11 0A 00 00 00 01 73 69 74 65 2F 61 2F 74 65 6D 70", &Register{0, 1, []byte("site/a/temp")},
		`REGISTER topic="site/a/temp" msgid=1`},
	{"E16", "07 0B 00 01 00 01 00", &Regack{1, 1, Accepted}, "REGACK accepted id=1 msgid=1"},
	{"E17", "0D 0A 01 02 00 07 63 6D 64 2F 6C 65 64", &Register{0x0102, 7, []byte("cmd/led")},
		`REGISTER topic="cmd/led" id=258 msgid=7`},
	{"E18", "0B 0C 00 00 01 00 00 32 31 2E 35", &Publish{0, 1, 0, []byte("21.5")},
		`PUBLISH topic=normal:1 qos=0 "21.5"`},
	{"E19", "0B 0C 20 00 01 00 02 32 31 2E 35", &Publish{QoS1.Flags(), 1, 2, []byte("21.5")},
		`PUBLISH topic=normal:1 qos=1 msgid=2 "21.5"`},
	{"E20", "0B 0C A0 00 01 00 02 32 31 2E 35", &Publish{QoS1.Flags() | FlagDUP, 1, 2, []byte("21.5")},
		`PUBLISH topic=normal:1 qos=1 msgid=2 dup "21.5"`},
	{"E21", "07 0D 00 01 00 02 00", &Puback{1, 2, Accepted}, "PUBACK accepted id=1 msgid=2"},
	{"E22", "07 0D 00 01 00 02 02", &Puback{1, 2, InvalidTopicID}, "PUBACK invalid-topic-id id=1 msgid=2"},
	{"E23", "09 0C 52 74 31 12 34 6F 6E",
		&Publish{QoS2.Flags() | FlagRetain | ShortName.Flags(), 0x7431, 0x1234, []byte("on")},
		`PUBLISH topic=short:t1 qos=2 msgid=4660 retain "on"`},
	{"E24", "04 0F 12 34", &Pubrec{0x1234}, "PUBREC msgid=4660"},
	{"E25", "04 10 12 34", &Pubrel{0x1234}, "PUBREL msgid=4660"},
	{"E26", "04 0E 12 34", &Pubcomp{0x1234}, "PUBCOMP msgid=4660"},
	{"E27", "09 0C 61 00 0A 00 00 34 32", &Publish{QoSMinus1.Flags() | Predefined.Flags(), 10, 0, []byte("42")},
		`PUBLISH topic=predefined:10 qos=-1 "42"`},
	{"E28", "09 0C 62 61 62 00 00 34 32", &Publish{QoSMinus1.Flags() | ShortName.Flags(), 0x6162, 0, []byte("42")},
		`PUBLISH topic=short:ab qos=-1 "42"`},
	{"E29", "0C 12 20 00 03 63 6D 64 2F 6C 65 64",
		&Subscribe{Flags: QoS1.Flags(), MsgID: 3, TopicName: []byte("cmd/led")},
		`SUBSCRIBE topic="cmd/led" qos=1 msgid=3`},
	{"E30", "08 13 20 01 02 00 03 00", &Suback{QoS1.Flags(), 0x0102, 3, Accepted}, "SUBACK accepted qos=1 id=258 msgid=3"},
	{"E31", "0B 12 00 00 04 73 69 74 65 2F 23", &Subscribe{MsgID: 4, TopicName: []byte("site/#")},
		`SUBSCRIBE topic="site/#" qos=0 msgid=4`},
	{"E32", "08 13 00 00 00 00 04 00", &Suback{0, 0, 4, Accepted}, "SUBACK accepted qos=0 id=0 msgid=4"},
	{"E33", "07 12 41 00 05 00 0A", &Subscribe{Flags: QoS2.Flags() | Predefined.Flags(), MsgID: 5, TopicID: 10},
		"SUBSCRIBE topic=predefined:10 qos=2 msgid=5"},
	{"E34", "07 12 22 00 06 74 31", &Subscribe{Flags: QoS1.Flags() | ShortName.Flags(), MsgID: 6, TopicID: 0x7431},
		"SUBSCRIBE topic=short:t1 qos=1 msgid=6"},
	{"E35", "08 13 00 00 00 00 05 02", &Suback{0, 0, 5, InvalidTopicID}, "SUBACK invalid-topic-id qos=0 id=0 msgid=5"},
	{"E36", "0C 14 00 00 08 63 6D 64 2F 6C 65 64", &Unsubscribe{MsgID: 8, TopicName: []byte("cmd/led")},
		`UNSUBSCRIBE topic="cmd/led" msgid=8`},
	{"E37", "04 15 00 08", &Unsuback{8}, "UNSUBACK msgid=8"},
	{"E38", "02 16", &Pingreq{octets("")}, "PINGREQ"},
	{"E39", "0B 16 73 65 6E 73 6F 72 2D 30 31", &Pingreq{[]byte("sensor-01")}, "PINGREQ client=sensor-01"},
	{"E40", "02 17", &Pingresp{}, "PINGRESP"},
	{"E41", "02 18", &Disconnect{}, "DISCONNECT"},
	{"E42", "04 18 0E 10", &Disconnect{Duration: 3600}, "DISCONNECT duration=3600"},
	{"E43", "0A 1A 00 73 74 61 74 65 2F 78", &WillTopicUpd{0, []byte("state/x")}, `WILLTOPICUPD topic="state/x" qos=0`},
	{"E44", "02 1A", &WillTopicUpd{}, "WILLTOPICUPD empty"},
	{"E45", "03 1B 00", &WillTopicResp{Accepted}, "WILLTOPICRESP accepted"},
	{"E46", "06 1C 67 6F 6E 65", &WillMsgUpd{[]byte("gone")}, `WILLMSGUPD "gone"`},
	{"E47", "03 1D 03", &WillMsgResp{NotSupported}, "WILLMSGRESP not-supported"},
	{"E48", "05 FE 00 00 13 08 04 04 01 00 3C 6E 31",
		&Forward{0, octets("00 13"), octets("08 04 04 01 00 3C 6E 31")},
		"FORWARD node=0013 | CONNECT client=n1 duration=60 clean"},
	{"E49", "01 01 35 0C 00 00 01 00 00" + strings.Repeat(" 41", 300), &Publish{0, 1, 0, repeat('A', 300)},
		`PUBLISH topic=normal:1 qos=0 "` + string(repeat('A', 64)) + `"... (300 octets)`},
	{"E50", "FF 0C 00 00 01 00 00" + strings.Repeat(" 42", 248), &Publish{0, 1, 0, repeat('B', 248)},
		`PUBLISH topic=normal:1 qos=0 "` + string(repeat('B', 64)) + `"... (248 octets)`},
	{"E51", "01 01 02 0C 00 00 01 00 00" + strings.Repeat(" 42", 249), &Publish{0, 1, 0, repeat('B', 249)},
		`PUBLISH topic=normal:1 qos=0 "` + string(repeat('B', 64)) + `"... (249 octets)`},

	{"longest", "01 FF FF 0C 00 00 01 00 00" + strings.Repeat(" 43", 65526), &Publish{0, 1, 0, repeat('C', 65526)},
		`PUBLISH topic=normal:1 qos=0 "` + string(repeat('C', 64)) + `"... (65526 octets)`},
	{"empty data", "07 0C 00 00 01 00 00", &Publish{0, 1, 0, octets("")}, `PUBLISH topic=normal:1 qos=0 ""`},
	{"binary data", "09 0C 00 00 01 00 00 00 FF", &Publish{0, 1, 0, octets("00 FF")},
		`PUBLISH topic=normal:1 qos=0 "\x00\xff"`},
	{"binary short name", "07 0C 02 20 01 00 00", &Publish{ShortName.Flags(), 0x2001, 0, octets("")},
		`PUBLISH topic=short:" \x01" qos=0 ""`},
	{"reserved topic type", "07 0C 03 00 01 00 00", &Publish{3, 1, 0, octets("")}, `PUBLISH topic=reserved:1 qos=0 ""`},
	{"topic id 0", "07 0C 20 00 00 00 01", &Publish{QoS1.Flags(), 0, 1, octets("")},
		`PUBLISH topic=normal:0 qos=1 msgid=1 ""`},
	{"empty client id", "06 04 04 01 00 3C", &Connect{FlagCleanSession, ProtocolID, 60, octets("")},
		`CONNECT client="" duration=60 clean`},
	{"later protocol", "07 04 00 02 00 3C 61", &Connect{0, 2, 60, []byte("a")},
		"CONNECT client=a duration=60 protocol=2"},
	{"empty filter", "05 12 00 00 01", &Subscribe{MsgID: 1, TopicName: octets("")}, `SUBSCRIBE topic="" qos=0 msgid=1`},
	{"subscribe again", "06 12 80 00 01 61", &Subscribe{Flags: FlagDUP, MsgID: 1, TopicName: []byte("a")},
		`SUBSCRIBE topic="a" qos=0 msgid=1 dup`},
	{"unsubscribe short name", "07 14 02 00 06 74 31", &Unsubscribe{Flags: ShortName.Flags(), MsgID: 6, TopicID: 0x7431},
		"UNSUBSCRIBE topic=short:t1 msgid=6"},
	{"reserved return code", "03 05 80", &Connack{0x80}, "CONNACK 0x80"},
	{"forwarded to all", "03 FE 02 02 17", &Forward{2, octets(""), octets("02 17")}, "FORWARD node= radius=2 | PINGRESP"},
	{"forwarded long form", "04 FE 00 13 01 00 04 17", &Forward{0, octets("13"), octets("01 00 04 17")},
		"FORWARD node=13 | PINGRESP"},
	{"forwarded reserved type", "04 FE 00 13 02 1E", &Forward{0, octets("13"), octets("02 1E")},
		`FORWARD node=13 "\x02\x1e"`},
}

// lenient are packets that we read and write in another way.
var lenient = []struct {
	name, hex string
	packet    Packet
	canonical string
}{
	{"E52 long form of a short packet", "01 00 04 17", &Pingresp{}, "02 17"},
	{"long form of 256 octets", "01 01 00 09" + strings.Repeat(" 41", 252), &WillMsg{repeat('A', 252)},
		"FE 09" + strings.Repeat(" 41", 252)},
	{"WILLTOPIC with flags only", "03 07 30", &WillTopic{}, "02 07"},
	{"WILLTOPICUPD with flags only", "03 1A 30", &WillTopicUpd{}, "02 1A"},
	{"DISCONNECT for no time", "04 18 00 00", &Disconnect{}, "02 18"},
	{"reserved bits of Ctrl", "04 FE FD 13 02 17", &Forward{1, octets("13"), octets("02 17")}, "04 FE 01 13 02 17"},
}

func octets(s string) []byte {
	b, err := hex.DecodeString(strings.ReplaceAll(s, " ", ""))
	if err != nil {
		panic(err)
	}
	return b
}

func repeat(c byte, n int) []byte { return []byte(strings.Repeat(string(c), n)) }

func TestExamples(t *testing.T) {
	for _, ex := range examples {
		t.Run(ex.name, func(t *testing.T) {
			wire := octets(ex.hex)

			got, err := Parse(wire)
			require.NoError(t, err)
			require.Equal(t, ex.packet, got)

			b, err := Encode(ex.packet)
			require.NoError(t, err)
			require.Equal(t, wire, b)
			require.Equal(t, len(wire), ex.packet.Len())
			require.Equal(t, append([]byte("before"), wire...), ex.packet.Append([]byte("before")))

			require.Equal(t, ex.text, ex.packet.String())
			require.True(t, strings.HasPrefix(ex.text, ex.packet.Type().String()))
		})
	}
}

func TestLenient(t *testing.T) {
	for _, tt := range lenient {
		t.Run(tt.name, func(t *testing.T) {
			got, err := Parse(octets(tt.hex))
			require.NoError(t, err)
			require.Equal(t, tt.packet, got)

			b, err := Encode(got)
			require.NoError(t, err)
			require.Equal(t, octets(tt.canonical), b)
		})
	}
}

// A packet parsed into a struct that has been used before must not keep anything of the old one.
func TestParseOverwrites(t *testing.T) {
	for _, first := range examples {
		for _, second := range examples {
			if first.packet.Type() != second.packet.Type() {
				continue
			}
			p, err := Parse(octets(first.hex))
			require.NoError(t, err)
			_, body, err := Split(octets(second.hex))
			require.NoError(t, err)
			require.NoError(t, p.Parse(body))
			if !reflect.DeepEqual(p, second.packet) {
				t.Errorf("%s after %s: got %v, want %v", second.name, first.name, p, second.packet)
			}
		}
	}
}
