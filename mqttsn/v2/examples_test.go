package v2_test

import (
	"encoding/hex"
	"reflect"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	. "mqttsn-gateway/mqttsn/v2"
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
	{"01", "0a 01 01 10 01 02 00 3c 00 00",
		&Connect{CleanStart: true, PacketID: 0x1001, KeepAlive: 60, ClientID: octets("")},
		"CONNECT pid=4097 keepalive=60 clean"},
	{"02", "0e 01 01 00 01 02 01 2c 00 ff 64 65 76 31",
		&Connect{CleanStart: true, PacketID: 1, KeepAlive: 300, MaxPacketSize: 255, ClientID: []byte("dev1")},
		`CONNECT client="dev1" pid=1 keepalive=300 maxsize=255 clean`},
	{"03", "11 01 78 0a 0b 02 00 78 00 80 05 00 01 51 80 73 37",
		&Connect{NetAddr: true, SrvSugg: true, PacketID: 0x0A0B, KeepAlive: 120, MaxPacketSize: 128, AwakeMessages: 5,
			SessionExpiry: 86400, ClientID: []byte("s7")},
		`CONNECT client="s7" pid=2571 keepalive=120 maxsize=128 awake=5 expiry=86400 netaddr srvsugg`},
	{"04", "1b 01 03 17 00 02 02 00 3c 00 00 00 06 6c 77 74 2f 73 37 00 04 67 6f 6e 65 73 37",
		&Connect{CleanStart: true, PacketID: 2, KeepAlive: 60, HasWill: true,
			Will:     Will{Topic: named("lwt/s7"), QoS: QoS1, Retain: true, Payload: []byte("gone")},
			ClientID: []byte("s7")},
		`CONNECT client="s7" pid=2 keepalive=60 clean will="lwt/s7" qos=1 retain "gone"`},
	{"05", "11 01 02 09 00 03 02 00 3c 00 00 01 02 00 00 73 38",
		&Connect{PacketID: 3, KeepAlive: 60, HasWill: true,
			Will:     Will{Topic: predefined(0x0102), QoS: QoS2, Payload: octets("")},
			ClientID: []byte("s8")},
		`CONNECT client="s8" pid=3 keepalive=60 will=predefined:258 qos=2 ""`},
	{"06", "22 01 05 00 04 02 00 3c 00 00 0a 4d 51 54 54 2d 42 41 53 49 43 00 0a 00 04 75 73 65 72 00 02 70 77 43",
		&Connect{CleanStart: true, PacketID: 4, KeepAlive: 60, HasAuth: true,
			Auth:     Authentication{Method: []byte(MethodBasic), Data: octets("00 04 75 73 65 72 00 02 70 77")},
			ClientID: []byte("C")},
		`CONNECT client="C" pid=4 keepalive=60 clean auth="MQTT-BASIC" (10 octets)`},
	{"07", "06 02 00 10 01 00", &Connack{PacketID: 0x1001, ClientID: octets("")}, "CONNACK success pid=4097"},
	{"08", "1a 02 0f 0a 0b 00 00 00 0e 10 00 3c 05 50 4c 41 49 4e 00 02 be ef 67 77 2d 31",
		&Connack{SessionPresent: true, PacketID: 0x0A0B, HasExpiry: true, SessionExpiry: 3600, KeepAlive: 60,
			HasAuth: true, Auth: Authentication{Method: []byte("PLAIN"), Data: octets("be ef")}, ClientID: []byte("gw-1")},
		`CONNACK success pid=2571 client="gw-1" expiry=3600 keepalive=60 session auth="PLAIN" (2 octets)`},
	{"09", "06 02 00 00 01 84", &Connack{PacketID: 1, Reason: UnsupportedProtocolVersion, ClientID: octets("")},
		"CONNACK unsupported-protocol-version pid=1"},
	{"10", "0e 0f 00 04 18 05 53 43 52 41 4d 01 02 03",
		&Auth{PacketID: 4, Reason: ContinueAuthentication,
			Authentication: Authentication{Method: []byte("SCRAM"), Data: octets("01 02 03")}},
		`AUTH continue-authentication pid=4 auth="SCRAM" (3 octets)`},
	{"11", "08 10 00 00 05 61 2f 62", &Register{PacketID: 5, TopicName: []byte("a/b")}, `REGISTER topic="a/b" pid=5`},
	{"12", "0a 10 01 00 06 00 21 61 2f 62",
		&Register{PacketID: 6, HasAlias: true, Alias: 0x21, TopicName: []byte("a/b")},
		`REGISTER topic="a/b" alias=33 pid=6`},
	{"13", "07 11 04 00 05 00 21", &Regack{PacketID: 5, HasAlias: true, Alias: 0x21},
		"REGACK success alias=session:33 pid=5"},
	{"14", "08 11 05 00 05 00 07 1a",
		&Regack{PacketID: 5, HasAlias: true, AliasType: PredefinedAlias, Alias: 7, Reason: TopicAliasExists},
		"REGACK topic-alias-exists alias=predefined:7 pid=5"},
	{"16", "09 03 00 00 21 32 31 2e 35", &Publish{Topic: session(0x21), Payload: []byte("21.5")},
		`PUBLISH topic=session:33 qos=0 "21.5"`},
	{"17", "0a 03 03 00 03 61 2f 62 68 69", &Publish{Topic: named("a/b"), Payload: []byte("hi")},
		`PUBLISH topic="a/b" qos=0 "hi"`},
	{"18", "09 03 31 00 07 00 09 6f 6e",
		&Publish{Retain: true, QoS: QoS1, PacketID: 7, Topic: predefined(9), Payload: []byte("on")},
		`PUBLISH topic=predefined:9 qos=1 pid=7 retain "on"`},
	{"19", "08 03 40 00 08 00 21 78", &Publish{QoS: QoS2, PacketID: 8, Topic: session(0x21), Payload: []byte("x")},
		`PUBLISH topic=session:33 qos=2 pid=8 "x"`},
	{"20", "08 03 c0 00 08 00 21 78",
		&Publish{DUP: true, QoS: QoS2, PacketID: 8, Topic: session(0x21), Payload: []byte("x")},
		`PUBLISH topic=session:33 qos=2 pid=8 dup "x"`},
	{"21", "08 03 13 00 03 61 2f 62", &Publish{Retain: true, Topic: named("a/b"), Payload: octets("")},
		`PUBLISH topic="a/b" qos=0 retain ""`},
	{"22", "01 01 03 03 00 00 21" + strings.Repeat(" 55", 252), &Publish{Topic: session(0x21), Payload: repeat('U', 252)},
		`PUBLISH topic=session:33 qos=0 "` + string(repeat('U', 64)) + `"... (252 octets)`},
	{"23", "ff 03 00 00 21" + strings.Repeat(" 55", 250), &Publish{Topic: session(0x21), Payload: repeat('U', 250)},
		`PUBLISH topic=session:33 qos=0 "` + string(repeat('U', 64)) + `"... (250 octets)`},
	{"24", "04 04 00 07", &Puback{PacketID: 7}, "PUBACK success pid=7"},
	{"25", "05 04 00 07 f0", &Puback{PacketID: 7, Reason: UnknownTopicAlias}, "PUBACK unknown-topic-alias pid=7"},
	{"26", "04 05 00 08", &Pubrec{PacketID: 8}, "PUBREC success pid=8"},
	{"27", "04 06 00 08", &Pubrel{PacketID: 8}, "PUBREL success pid=8"},
	{"28", "05 07 00 08 92", &Pubcomp{PacketID: 8, Reason: PacketIDNotFound}, "PUBCOMP packet-id-not-found pid=8"},
	{"29", "08 08 23 00 09 61 2f 23", &Subscribe{PacketID: 9, Topic: named("a/#"), QoS: QoS1},
		`SUBSCRIBE topic="a/#" qos=1 pid=9`},
	{"30", "07 08 d9 00 0a 00 09",
		&Subscribe{PacketID: 10, Topic: predefined(9), QoS: QoS2, NoLocal: true, RetainAsPublished: true,
			RetainHandling: SendNoRetained},
		"SUBSCRIBE topic=predefined:9 qos=2 pid=10 nolocal rap rh=2"},
	{"31", "08 09 04 00 0b 00 22 01", &Suback{PacketID: 11, HasAlias: true, Alias: 0x22, Reason: GrantedQoS1},
		"SUBACK granted-qos-1 alias=session:34 pid=11"},
	{"32", "06 09 01 00 09 01", &Suback{PacketID: 9, Reason: GrantedQoS1}, "SUBACK granted-qos-1 pid=9"},
	{"33", "06 09 01 00 09 8f", &Suback{PacketID: 9, Reason: TopicFilterInvalid}, "SUBACK topic-filter-invalid pid=9"},
	{"34", "08 0a 03 00 0c 61 2f 23", &Unsubscribe{PacketID: 12, Topic: named("a/#")}, `UNSUBSCRIBE topic="a/#" pid=12`},
	{"35", "07 0a 00 00 0d 00 22", &Unsubscribe{PacketID: 13, Topic: session(0x22)},
		"UNSUBSCRIBE topic=session:34 pid=13"},
	{"36", "05 0b 00 0c 11", &Unsuback{PacketID: 12, Reason: NoSubscriptionExisted},
		"UNSUBACK no-subscription-existed pid=12"},
	{"37", "04 0c 22 22", &Pingreq{PacketID: 0x2222}, "PINGREQ pid=8738"},
	{"38", "04 0d 22 22", &Pingresp{PacketID: 0x2222}, "PINGRESP pid=8738"},
	{"39", "05 0d 22 22 03", &Pingresp{PacketID: 0x2222, HasRemaining: true, Remaining: 3},
		"PINGRESP pid=8738 remaining=3"},
	{"40", "03 0e 00", &Disconnect{Text: octets("")}, "DISCONNECT success"},
	{"41", "06 0e 05 22 22 f4", &Disconnect{PacketID: 0x2222, Reason: NoVirtualConnection, Text: octets("")},
		"DISCONNECT no-virtual-connection pid=8738"},
	{"42", "08 0e 06 00 00 1c 20 04",
		&Disconnect{Reason: DisconnectWithWill, HasExpiry: true, SessionExpiry: 7200, Text: octets("")},
		"DISCONNECT disconnect-with-will expiry=7200"},
	{"43", "07 0e 04 8b 62 79 65", &Disconnect{Reason: ServerShuttingDown, Text: []byte("bye")},
		`DISCONNECT server-shutting-down "bye"`},
	{"44", "06 12 01 00 09 37", &Pubwos{Topic: predefined(9), Payload: []byte("7")}, `PUBWOS topic=predefined:9 "7"`},
	{"45", "09 12 13 00 03 61 2f 62 37", &Pubwos{Retain: true, Topic: named("a/b"), Payload: []byte("7")},
		`PUBWOS topic="a/b" retain "7"`},
	{"46", "09 13 01 00 0e 00 00 02 58", &Sleepreq{RetainAliases: true, PacketID: 14, Duration: 600},
		"SLEEPREQ duration=600 pid=14 retain-aliases"},
	{"47", "05 14 00 00 0e", &Sleepresp{PacketID: 14}, "SLEEPRESP success pid=14"},
	{"49", "02 15", &Wakeup{}, "WAKEUP"},
	{"50", "05 16 01 03 84", &Advertise{GatewayID: 1, Duration: 900}, "ADVERTISE gateway=1 duration=900"},
	{"51", "02 17", &SearchGw{Network: octets("")}, "SEARCHGW"},
	{"52", "03 17 01", &SearchGw{Network: octets("01")}, "SEARCHGW network=01"},
	{"53", "03 18 01", &GwInfo{GatewayID: 1, Address: octets("")}, "GWINFO gateway=1"},
	{"54", "09 18 01 c0 a8 00 01 07 5b", &GwInfo{GatewayID: 1, Address: octets("c0 a8 00 01 07 5b")},
		"GWINFO gateway=1 address=c0a80001075b"},
	{"55", "0a fc 03 aa bb 01 04 0c 22 22", &Forwarder{Address: octets("aa bb 01"), Inner: octets("04 0c 22 22")},
		"FORWARDER address=aabb01 | PINGREQ pid=8738"},
	{"56", "0a fe 00 02 73 37 04 0c 22 22", &Connection{ClientID: []byte("s7"), Inner: octets("04 0c 22 22")},
		`CONNECTION client="s7" | PINGREQ pid=8738`},
	{"57", "34 ff 10 00 00 11 22 33 44 55 66 77 a1 b2 c3 d4 04 0c 22 22 " +
		"4c 9d f9 b6 0a db f6 af d0 78 62 c6 f3 0c 81 27 a7 17 f9 b5 9f 0c 79 d7 c6 18 da e6 58 8e 0a 71",
		&Protection{Scheme: HMACSHA256, SenderID: sender, Random: random, Material: octets(""),
			Protected: octets("04 0c 22 22"),
			Tag:       octets("4c 9d f9 b6 0a db f6 af d0 78 62 c6 f3 0c 81 27 a7 17 f9 b5 9f 0c 79 d7 c6 18 da e6 58 8e 0a 71")},
		"PROTECTION HMAC-SHA256 sender=0011223344556677 tag=256 | PINGREQ pid=8738"},
	{"58", "1e ff 41 00 00 11 22 33 44 55 66 77 a1 b2 c3 d4 00 05 04 0c 22 22 5f 2e 2a 22 a7 6e 65 ae",
		&Protection{Scheme: HMACSHA256, SenderID: sender, Random: random, Material: octets(""), CounterLen: 2, Counter: 5,
			Protected: octets("04 0c 22 22"), Tag: octets("5f 2e 2a 22 a7 6e 65 ae")},
		"PROTECTION HMAC-SHA256 sender=0011223344556677 counter=5 tag=64 | PINGREQ pid=8738"},
	{"59", "28 ff 12 02 00 11 22 33 44 55 66 77 a1 b2 c3 d4 00 00 00 01 04 0c 22 22 dc 11 51 e1 64 ce 2e e3 d9 f5 37 0f e3 bf 59 e8",
		&Protection{Scheme: CMAC128, SenderID: sender, Random: random, Material: octets(""), CounterLen: 4, Counter: 1,
			Protected: octets("04 0c 22 22"), Tag: octets("dc 11 51 e1 64 ce 2e e3 d9 f5 37 0f e3 bf 59 e8")},
		"PROTECTION CMAC-128 sender=0011223344556677 counter=1 tag=128 | PINGREQ pid=8738"},
	{"60", "24 ff 1a 40 00 11 22 33 44 55 66 77 a1 b2 c3 d4 de ad be ef 00 00 00 02 c2 c3 e1 ad 22 25 a6 5e 32 58 2e 79",
		&Protection{Scheme: AESCCM64128, SenderID: sender, Random: random, Material: octets("de ad be ef"), CounterLen: 4,
			Counter: 2, Protected: octets("c2 c3 e1 ad"), Tag: octets("22 25 a6 5e 32 58 2e 79")},
		"PROTECTION AES-CCM-64-128 sender=0011223344556677 material=deadbeef counter=2 tag=64 octets=4"},
	{"61", "32 ff 1d 48 00 11 22 33 44 55 66 77 a1 b2 c3 d4 01 02 03 04 05 06 07 08 09 0a 0b 0c 00 03 d8 62 92 2f " +
		"0f 50 7d c4 f8 d6 be 09 96 b9 8b d0 fe 64 9c 69",
		&Protection{Scheme: AESGCM128256, SenderID: sender, Random: random,
			Material: octets("01 02 03 04 05 06 07 08 09 0a 0b 0c"), CounterLen: 2, Counter: 3,
			Protected: octets("d8 62 92 2f"), Tag: octets("0f 50 7d c4 f8 d6 be 09 96 b9 8b d0 fe 64 9c 69")},
		"PROTECTION AES-GCM-128-256 sender=0011223344556677 material=0102030405060708090a0b0c counter=3 tag=128 octets=4"},
	{"62", "24 ff 10 49 00 11 22 33 44 55 66 77 a1 b2 c3 d4 41 93 00 e9 24 91 04 16 5a 52 26 fd 36 16 20 a7 07 0e e8 62",
		&Protection{Scheme: ChaCha20Poly1305, SenderID: sender, Random: random, Material: octets(""),
			Protected: octets("41 93 00 e9"), Tag: octets("24 91 04 16 5a 52 26 fd 36 16 20 a7 07 0e e8 62")},
		"PROTECTION ChaCha20/Poly1305 sender=0011223344556677 tag=128 octets=4"},

	{"longest", "01 ff ff 03 00 00 21" + strings.Repeat(" 43", 65528), &Publish{Topic: session(0x21), Payload: repeat('C', 65528)},
		`PUBLISH topic=session:33 qos=0 "` + string(repeat('C', 64)) + `"... (65528 octets)`},
	{"binary payload", "07 03 00 00 21 00 ff", &Publish{Topic: session(0x21), Payload: octets("00 ff")},
		`PUBLISH topic=session:33 qos=0 "\x00\xff"`},
	{"name without letters", "05 03 03 00 00", &Publish{Topic: named(""), Payload: octets("")}, `PUBLISH topic="" qos=0 ""`},
	{"byte order mark", "08 10 00 00 05 ef bb bf", &Register{PacketID: 5, TopicName: octets("ef bb bf")},
		`REGISTER topic="\ufeff" pid=5`},
	{"control characters", "08 10 00 00 05 01 c2 9f", &Register{PacketID: 5, TopicName: octets("01 c2 9f")},
		`REGISTER topic="\x01\u009f" pid=5`},
	{"REGACK of a client", "06 11 00 00 06 83", &Regack{PacketID: 6, Reason: ImplementationSpecificError},
		"REGACK implementation-specific-error pid=6"},
	{"SUBACK with QoS 0", "06 09 01 00 09 00", &Suback{PacketID: 9}, "SUBACK success pid=9"},
	{"SUBACK with predefined alias", "08 09 05 00 09 00 07 02",
		&Suback{PacketID: 9, HasAlias: true, AliasType: PredefinedAlias, Alias: 7, Reason: GrantedQoS2},
		"SUBACK granted-qos-2 alias=predefined:7 pid=9"},
	{"SUBSCRIBE by session alias", "07 08 04 00 0a 00 09",
		&Subscribe{PacketID: 10, Topic: session(9), RetainHandling: SendRetainedIfNew},
		"SUBSCRIBE topic=session:9 qos=0 pid=10 rh=1"},
	{"PUBREC refused", "05 05 00 08 f1", &Pubrec{PacketID: 8, Reason: Congestion}, "PUBREC congestion pid=8"},
	{"PUBREL in recovery", "05 06 00 08 92", &Pubrel{PacketID: 8, Reason: PacketIDNotFound},
		"PUBREL packet-id-not-found pid=8"},
	{"PUBCOMP", "04 07 00 08", &Pubcomp{PacketID: 8}, "PUBCOMP success pid=8"},
	{"reserved reason", "05 04 00 07 ea", &Puback{PacketID: 7, Reason: 0xEA}, "PUBACK 0xEA pid=7"},
	{"reason of another packet", "05 04 00 07 84", &Puback{PacketID: 7, Reason: UnsupportedProtocolVersion},
		"PUBACK unsupported-protocol-version pid=7"},
	{"PINGRESP with none left", "05 0d 22 22 00", &Pingresp{PacketID: 0x2222, HasRemaining: true},
		"PINGRESP pid=8738 remaining=0"},
	{"PINGRESP with some left", "05 0d 22 22 ff",
		&Pingresp{PacketID: 0x2222, HasRemaining: true, Remaining: RemainingUnknown}, "PINGRESP pid=8738 remaining=255"},
	{"session for ever", "0e 01 08 00 01 02 00 3c 00 00 ff ff ff ff",
		&Connect{PacketID: 1, KeepAlive: 60, SessionExpiry: NeverExpires, ClientID: octets("")},
		"CONNECT pid=1 keepalive=60 expiry=never"},
	{"smallest maximum packet size", "0a 01 00 00 01 02 00 3c 00 0a",
		&Connect{PacketID: 1, KeepAlive: 60, MaxPacketSize: MinMaxPacketSize, ClientID: octets("")},
		"CONNECT pid=1 keepalive=60 maxsize=10"},
	{"CONNECT with everything", "24 01 7f 07 00 01 02 00 3c 00 ff 02 00 00 00 05 00 01 77 00 01 78 01 4d 00 02 01 02 73 37 37 37 37 37 37 37",
		&Connect{CleanStart: true, NetAddr: true, SrvSugg: true, PacketID: 1, KeepAlive: 60, MaxPacketSize: 255,
			AwakeMessages: 2, SessionExpiry: 5, HasWill: true,
			Will:    Will{Topic: named("w"), QoS: QoS1, Payload: []byte("x")},
			HasAuth: true, Auth: Authentication{Method: []byte("M"), Data: octets("01 02")}, ClientID: []byte("s7777777")},
		`CONNECT client="s7777777" pid=1 keepalive=60 maxsize=255 awake=2 expiry=5 clean netaddr srvsugg ` +
			`auth="M" (2 octets) will="w" qos=1 "x"`},
	{"will by session alias", "0f 01 02 10 00 03 02 00 3c 00 00 00 07 00 00",
		&Connect{PacketID: 3, KeepAlive: 60, HasWill: true,
			Will: Will{Topic: session(7), Retain: true, Payload: octets("")}, ClientID: octets("")},
		`CONNECT pid=3 keepalive=60 will=session:7 qos=0 retain ""`},
	{"authentication without a method", "0d 01 04 00 01 02 00 3c 00 00 00 00 00",
		&Connect{PacketID: 1, KeepAlive: 60, HasAuth: true, Auth: Authentication{Method: octets(""), Data: octets("")},
			ClientID: octets("")},
		`CONNECT pid=1 keepalive=60 auth="" (0 octets)`},
	{"CONNACK with session expiry 0", "0a 02 02 00 01 00 00 00 00 00",
		&Connack{PacketID: 1, HasExpiry: true, ClientID: octets("")}, "CONNACK success pid=1 expiry=0"},
	{"smallest AUTH", "06 0f 00 04 00 00",
		&Auth{PacketID: 4, Authentication: Authentication{Method: octets(""), Data: octets("")}},
		`AUTH success pid=4 auth="" (0 octets)`},
	{"DISCONNECT with session expiry 0", "07 0e 02 00 00 00 00", &Disconnect{HasExpiry: true, Text: octets("")},
		"DISCONNECT success expiry=0"},
	{"DISCONNECT with everything", "0c 0e 07 00 01 ff ff ff ff 04 6f 6b",
		&Disconnect{PacketID: 1, Reason: DisconnectWithWill, HasExpiry: true, SessionExpiry: NeverExpires, Text: []byte("ok")},
		`DISCONNECT disconnect-with-will pid=1 expiry=never "ok"`},
	{"SLEEPRESP refused", "06 14 00 00 0e 80", &Sleepresp{PacketID: 14, Reason: UnspecifiedError},
		"SLEEPRESP unspecified-error pid=14"},
	{"SLEEPRESP with changed duration", "09 14 01 00 0e 00 00 01 2c", &Sleepresp{PacketID: 14, Duration: 300},
		"SLEEPRESP success duration=300 pid=14"},
	{"forwarder without address", "07 fc 00 04 0c 22 22", &Forwarder{Address: octets(""), Inner: octets("04 0c 22 22")},
		"FORWARDER address= | PINGREQ pid=8738"},
	{"forwarder around a connection", "0e fc 01 aa 0a fe 00 02 73 37 04 0c 22 22",
		&Forwarder{Address: octets("aa"), Inner: octets("0a fe 00 02 73 37 04 0c 22 22")},
		`FORWARDER address=aa | CONNECTION client="s7" | PINGREQ pid=8738`},
	{"forwarder around fields that are malformed", "06 fc 00 03 0c 22", &Forwarder{Address: octets(""), Inner: octets("03 0c 22")},
		`FORWARDER address= | "\x03\f\""`},
}

// lenient are packets that we read and write in another way, and the way we write them.
var lenient = []struct {
	name, hex string
	packet    Packet
	canonical string
}{
	{"15 REGACK with explicit success", "06 11 00 00 06 00", &Regack{PacketID: 6}, "05 11 00 00 06"},
	{"48 SLEEPRESP with explicit success", "0a 14 01 00 0e 00 00 01 2c 00", &Sleepresp{PacketID: 14, Duration: 300},
		"09 14 01 00 0e 00 00 01 2c"},
	{"2.1.2-1 long form of a short packet", "01 00 06 0c 22 22", &Pingreq{PacketID: 0x2222}, "04 0c 22 22"},
	{"2.1.2-1 long form of 255 octets", "01 00 ff 03 00 00 21" + strings.Repeat(" 55", 248),
		&Publish{Topic: session(0x21), Payload: repeat('U', 248)}, "fd 03 00 00 21" + strings.Repeat(" 55", 248)},
	{"PUBACK with explicit success", "05 04 00 07 00", &Puback{PacketID: 7}, "04 04 00 07"},
	{"DISCONNECT with explicit success", "04 0e 04 00", &Disconnect{Text: octets("")}, "03 0e 00"},
	{"DISCONNECT about packet 0", "05 0e 01 00 00", &Disconnect{Text: octets("")}, "03 0e 00"},
	{"CONNECT with fields of 0", "0f 01 18 00 01 02 00 3c 00 00 00 00 00 00 00",
		&Connect{PacketID: 1, KeepAlive: 60, ClientID: octets("")}, "0a 01 00 00 01 02 00 3c 00 00"},
	{"SUBACK without reason", "05 09 01 00 09", &Suback{PacketID: 9}, "06 09 01 00 09 00"},
	{"3.8.2.1-2 SUBACK of session type without alias", "06 09 00 00 09 01", &Suback{PacketID: 9, Reason: GrantedQoS1},
		"06 09 01 00 09 01"},
	{"REGACK of predefined type without alias", "05 11 01 00 06", &Regack{PacketID: 6}, "05 11 00 00 06"},
	{"CMAC with the length of its tag spelt out",
		"24 ff 80 02 00 11 22 33 44 55 66 77 a1 b2 c3 d4 04 0c 22 22 00 01 02 03 04 05 06 07 08 09 0a 0b 0c 0d 0e 0f",
		&Protection{Scheme: CMAC128, SenderID: sender, Random: random, Material: octets(""), Protected: octets("04 0c 22 22"),
			Tag: octets("00 01 02 03 04 05 06 07 08 09 0a 0b 0c 0d 0e 0f")},
		"24 ff 10 02 00 11 22 33 44 55 66 77 a1 b2 c3 d4 04 0c 22 22 00 01 02 03 04 05 06 07 08 09 0a 0b 0c 0d 0e 0f"},
}

// What the vectors of protection have in common.
var (
	sender = SenderID{0x00, 0x11, 0x22, 0x33, 0x44, 0x55, 0x66, 0x77}
	random = [4]byte{0xA1, 0xB2, 0xC3, 0xD4}
)

func session(alias uint16) Topic    { return Topic{Type: SessionAlias, Alias: alias} }
func predefined(alias uint16) Topic { return Topic{Type: PredefinedAlias, Alias: alias} }
func named(name string) Topic       { return Topic{Type: TopicName, Name: []byte(name)} }

func octets(s string) []byte {
	b, err := hex.DecodeString(strings.ReplaceAll(s, " ", ""))
	if err != nil {
		panic(err)
	}
	return b
}

func repeat(c byte, n int) []byte { return []byte(strings.Repeat(string(c), n)) }

// v2.0 3.2.2-1, 3.2.2.2-1, 3.2.2.2-2, 3.2.2.3-1, 3.2.2.3-2, 3.2.2.4-1, 3.2.2.4-2, 3.8.2-1, 3.13.2-1, 3.13.2.1-1, 3.13.2.1-2, 3.16.2-1, 1.8.4-3
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
