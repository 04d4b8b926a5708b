package mqtt

import (
	"encoding/hex"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// side says who sends a packet.
type side bool

const (
	client side = false
	server side = true
)

// vectors are packets and their octets, both directions.
var vectors = []struct {
	name   string
	v      Version
	from   side
	hex    string
	packet Packet
}{
	// CONNECT

	{"connect 3.1", V31, client,
		"10 0f  0006 4d5149736470 03 02 003c  0001 61",
		&Connect{Version: V31, ClientID: "a", CleanStart: true, KeepAlive: 60, ReceiveMaximum: 65535}},
	{"connect 3.1.1, no client identifier", V311, client,
		"10 0c  0004 4d515454 04 02 0000  0000",
		&Connect{Version: V311, CleanStart: true, ReceiveMaximum: 65535}},
	{"connect 3.1.1, all", V311, client,
		"10 1b  0004 4d515454 04 f4 ffff  0002 6331  0001 74  0002 00ff  0001 75  0001 70",
		&Connect{Version: V311, ClientID: "c1", KeepAlive: 65535, SessionExpiry: NoExpiry, ReceiveMaximum: 65535,
			HasUsername: true, Username: "u", HasPassword: true, Password: []byte("p"),
			Will: &Will{Topic: "t", Payload: []byte{0, 0xFF}, QoS: 2, Retain: true}}},
	{"connect 5", V5, client,
		"10 0d  0004 4d515454 05 00 000a  00  0000",
		&Connect{Version: V5, KeepAlive: 10, ReceiveMaximum: 65535}},
	{"connect 5, password alone", V5, client,
		"10 10  0004 4d515454 05 42 0000  00  0000  0001 70",
		&Connect{Version: V5, CleanStart: true, ReceiveMaximum: 65535, HasPassword: true, Password: []byte("p")}},
	{"connect 5, properties", V5, client,
		"10 33  0004 4d515454 05 02 0000  23 11 ffffffff 21 0001 27 00000001 22 ffff 19 01 17 00 15 0001 6d 16 0001 00 26 0001 6b 0001 76  0003 646576",
		&Connect{Version: V5, ClientID: "dev", CleanStart: true, SessionExpiry: NoExpiry, ReceiveMaximum: 1, MaximumPacketSize: 1,
			TopicAliasMaximum: 65535, RequestResponse: true, NoProblemInfo: true, AuthMethod: "m", AuthData: []byte{0},
			User: []UserProperty{{"k", "v"}}}},
	{"connect 5, will", V5, client,
		"10 1a  0004 4d515454 05 0e 0000 00  0001 63  05 18 00000005  0001 77  0001 21",
		&Connect{Version: V5, ClientID: "c", CleanStart: true, ReceiveMaximum: 65535,
			Will: &Will{Topic: "w", Payload: []byte("!"), QoS: 1, Delay: 5}}},
	{"connect 5, all", V5, client,
		"10 6c  0004 4d515454 05 ee 0001" +
			" 2a 11 00000e10 21 0014 27 00010000 22 000a 19 01 17 00 15 0001 6d 16 0002 0001 26 0001 6b 0001 76 26 0001 6b 0000" +
			" 0003 646576" +
			" 22 18 00000005 02 0000003c 01 01 03 0004 74657874 08 0001 72 09 0001 63 26 0001 61 0001 62" +
			" 0001 77  0003 627965  0003 626f62  0000",
		&Connect{Version: V5, ClientID: "dev", CleanStart: true, KeepAlive: 1,
			HasUsername: true, Username: "bob", HasPassword: true, Password: []byte{},
			SessionExpiry: 3600, ReceiveMaximum: 20, MaximumPacketSize: 65536, TopicAliasMaximum: 10, RequestResponse: true,
			NoProblemInfo: true, AuthMethod: "m", AuthData: []byte{0, 1}, User: []UserProperty{{"k", "v"}, {"k", ""}},
			Will: &Will{Topic: "w", Payload: []byte("bye"), QoS: 1, Retain: true, Delay: 5, HasExpiry: true, Expiry: 60,
				Props: &PublishProps{PayloadIsText: true, ContentType: "text", ResponseTopic: "r",
					CorrelationData: []byte("c"), User: []UserProperty{{"a", "b"}}}}}},

	// CONNACK

	{"connack 3.1.1", V311, server, "20 02 00 00", &Connack{ReceiveMaximum: 65535}},
	{"connack 3.1.1, session present", V311, server, "20 02 01 00", &Connack{SessionPresent: true, ReceiveMaximum: 65535}},
	{"connack 3.1.1, refused", V311, server, "20 02 00 05", &Connack{Reason: NotAuthorized, ReceiveMaximum: 65535}},
	{"connack 5", V5, server, "20 03 01 00 00", &Connack{SessionPresent: true, ReceiveMaximum: 65535}},
	{"connack 5, refused", V5, server, "20 07 00 86 04 1f 0001 6e",
		&Connack{Reason: BadUserNameOrPassword, ReceiveMaximum: 65535, ReasonString: "n"}},
	{"connack 5, all", V5, server,
		"20 40  00 00 3d 11 00000000 21 0003 24 01 25 00 27 00000100 12 0001 69 22 0005 28 00 29 00 2a 00 13 003c 1a 0001 72" +
			" 1c 0001 73 15 0001 6d 16 0001 00 1f 0002 6f6b 26 0001 6b 0001 76",
		&Connack{SessionExpiry: new(uint32(0)), ReceiveMaximum: 3, MaximumQoS: new(byte(1)), NoRetain: true,
			MaximumPacketSize: 256, AssignedClientID: "i", TopicAliasMaximum: 5, NoWildcards: true, NoSubscriptionIDs: true,
			NoShared: true, ServerKeepAlive: new(uint16(60)), ResponseInfo: "r", ServerReference: "s", AuthMethod: "m",
			AuthData: []byte{0}, ReasonString: "ok", User: []UserProperty{{"k", "v"}}}},

	// PUBLISH

	{"publish 3.1.1, qos 0", V311, client, "30 07  0003 612f62 6869", &Publish{Topic: "a/b", Payload: []byte("hi")}},
	{"publish 3.1.1, qos 1, dup, retain", V311, client, "3b 06  0001 61 0007 ff",
		&Publish{Topic: "a", QoS: 1, Dup: true, Retain: true, PacketID: 7, Payload: []byte{0xFF}}},
	{"publish 5, no payload", V5, client, "31 04  0001 61 00", &Publish{Topic: "a", Retain: true, Payload: []byte{}}},
	{"publish 5, properties", V5, server,
		"30 22  0001 61  1d 02 0000000a 0b 8001 01 01 03 0001 63 08 0001 72 09 0001 00 26 0001 6b 0001 76  21",
		&Publish{Topic: "a", HasExpiry: true, Expiry: 10, SubscriptionIDs: []uint32{128}, Payload: []byte("!"),
			Props: &PublishProps{PayloadIsText: true, ContentType: "c", ResponseTopic: "r", CorrelationData: []byte{0},
				User: []UserProperty{{"k", "v"}}}}},
	{"publish 5, all", V5, server,
		"34 2f  0001 61 ffff  28 02 00000000 23 0001 0b 01 0b ffffff7f 01 01 03 0001 63 08 0001 72 09 0000" +
			" 26 0001 6b 0001 76 26 0000 0000 21",
		&Publish{Topic: "a", QoS: 2, PacketID: 0xFFFF, HasExpiry: true, TopicAlias: 1, SubscriptionIDs: []uint32{1, 268435455},
			Props: &PublishProps{PayloadIsText: true, ContentType: "c", ResponseTopic: "r", CorrelationData: []byte{},
				User: []UserProperty{{"k", "v"}, {"", ""}}}, Payload: []byte("!")}},
	{"publish 5, alias instead of topic", V5, client, "30 07  0000 03 23 000a 78",
		&Publish{TopicAlias: 10, Payload: []byte("x")}},

	// Acknowledgements

	{"puback 3.1.1", V311, client, "40 02 0001", &Ack{Kind: PUBACK, PacketID: 1}},
	{"pubrec 3.1.1", V311, server, "50 02 ffff", &Ack{Kind: PUBREC, PacketID: 0xFFFF}},
	{"pubrel 3.1.1", V311, client, "62 02 0100", &Ack{Kind: PUBREL, PacketID: 0x100}},
	{"pubcomp 3.1.1", V311, server, "70 02 0001", &Ack{Kind: PUBCOMP, PacketID: 1}},
	{"puback 5", V5, server, "40 02 0001", &Ack{Kind: PUBACK, PacketID: 1}},
	{"puback 5, reason", V5, server, "40 03 0001 10", &Ack{Kind: PUBACK, PacketID: 1, Reason: NoMatchingSubscribers}},
	{"pubrec 5, all", V5, server, "50 0f 0001 97 0b 1f 0001 66 26 0001 6b 0001 76",
		&Ack{Kind: PUBREC, PacketID: 1, Reason: QuotaExceeded, ReasonString: "f", User: []UserProperty{{"k", "v"}}}},
	{"pubrel 5, reason", V5, client, "62 03 0001 92", &Ack{Kind: PUBREL, PacketID: 1, Reason: PacketIdentifierNotFound}},
	{"pubcomp 5, success explained", V5, client, "70 08 0001 00 04 1f 0001 79",
		&Ack{Kind: PUBCOMP, PacketID: 1, ReasonString: "y"}},

	// SUBSCRIBE and the rest of its kind

	{"subscribe 3.1.1", V311, client, "82 0b 0001  0001 23 00  0002 2b62 02",
		&Subscribe{PacketID: 1, Subscriptions: []Subscription{{Filter: "#"}, {Filter: "+b", QoS: 2}}}},
	{"subscribe 5, all", V5, client, "82 11 0001  0a 0b 8001 26 0001 6b 0001 76  0001 61 2d",
		&Subscribe{PacketID: 1, SubscriptionID: 128, User: []UserProperty{{"k", "v"}}, Subscriptions: []Subscription{
			{Filter: "a", QoS: 1, NoLocal: true, RetainAsPublished: true, RetainHandling: NoRetained}}}},
	{"suback 3.1.1", V311, server, "90 06 0001  00 01 02 80",
		&Suback{PacketID: 1, Reasons: []Reason{GrantedQoS0, GrantedQoS1, GrantedQoS2, UnspecifiedError}}},
	{"suback 5", V5, server, "90 09 0001  04 1f 0001 6e  01 87",
		&Suback{PacketID: 1, Reasons: []Reason{GrantedQoS1, NotAuthorized}, ReasonString: "n"}},
	{"unsubscribe 3.1.1", V311, client, "a2 08 0001  0001 61  0001 62",
		&Unsubscribe{PacketID: 1, Filters: []string{"a", "b"}}},
	{"unsubscribe 5", V5, client, "a2 0d 0001  07 26 0001 6b 0001 76  0001 61",
		&Unsubscribe{PacketID: 1, Filters: []string{"a"}, User: []UserProperty{{"k", "v"}}}},
	{"unsuback 3.1.1", V311, server, "b0 02 0001", &Unsuback{PacketID: 1}},
	{"unsuback 5", V5, server, "b0 05 0001 00  00 11",
		&Unsuback{PacketID: 1, Reasons: []Reason{Success, NoSubscriptionExisted}}},

	// PINGREQ, PINGRESP, DISCONNECT, AUTH

	{"pingreq", V311, client, "c0 00", &Pingreq{}},
	{"pingresp", V5, server, "d0 00", &Pingresp{}},
	{"disconnect 3.1.1", V311, client, "e0 00", &Disconnect{}},
	{"disconnect 5", V5, client, "e0 00", &Disconnect{}},
	{"disconnect 5, reason", V5, client, "e0 01 04", &Disconnect{Reason: DisconnectWithWill}},
	{"disconnect 5, client", V5, client, "e0 12  00 10 11 00000001 1f 0001 78 26 0001 6b 0001 76",
		&Disconnect{SessionExpiry: new(uint32(1)), ReasonString: "x", User: []UserProperty{{"k", "v"}}}},
	{"disconnect 5, server", V5, server, "e0 06  9c 04 1c 0001 73",
		&Disconnect{Reason: UseAnotherServer, ServerReference: "s"}},
	{"auth, server", V5, server, "f0 0f  18 0d 15 0001 6d 16 0001 64 1f 0002 6f6e",
		&Auth{Reason: ContinueAuthentication, AuthMethod: "m", AuthData: []byte("d"), ReasonString: "on"}},
	{"auth, client", V5, client, "f0 0d  19 0b 15 0001 6d 26 0001 6b 0001 76",
		&Auth{Reason: ReAuthenticate, AuthMethod: "m", User: []UserProperty{{"k", "v"}}}},
}

func TestVectors(t *testing.T) {
	for _, tt := range vectors {
		t.Run(tt.name, func(t *testing.T) {
			octets := unhex(tt.hex)
			p, err := decode(tt.v, tt.from, octets)
			require.NoError(t, err)
			require.Equal(t, tt.packet, p, "decoded")
			e := encoder{v: tt.v, b: []byte("before")}
			require.NoError(t, e.packet(tt.packet))
			require.Equal(t, strings.ReplaceAll(tt.hex, " ", ""), hex.EncodeToString(e.b[len("before"):]), "encoded")
		})
	}
}

// A packet that ends early, or is announced shorter than it is, is refused; unless what is left makes sense.
func TestTruncated(t *testing.T) {
	for _, tt := range vectors {
		t.Run(tt.name, func(t *testing.T) {
			octets := unhex(tt.hex)
			for n := range octets {
				_, err := decode(tt.v, tt.from, octets[:n])
				require.Error(t, err, "the stream ends after %d of %d octets", n, len(octets))
			}
			for n := range len(octets) - 2 {
				short := append([]byte{octets[0], byte(n)}, octets[2:2+n]...)
				if p, err := decode(tt.v, tt.from, short); err == nil {
					e := encoder{v: tt.v}
					require.NoError(t, e.packet(p))
					again, err := decode(tt.v, tt.from, e.b)
					require.NoError(t, err, "what was accepted can be encoded")
					require.Equal(t, p, again)
				}
			}
		})
	}
}

// decode reads one packet from a stream that has no more than that.
func decode(v Version, from side, octets []byte) (Packet, error) {
	f := frames{src: strings.NewReader(string(octets)), maxSize: 1 << 20, check: func(byte) error { return nil }, wait: func(int) {}}
	header, body, err := f.next()
	if err != nil {
		return nil, err
	}
	d := decoder{v: v, fromServer: bool(from)}
	return d.packet(header, body)
}

// unhex reads hexadecimal digits with spaces among them.
func unhex(s string) []byte {
	b, err := hex.DecodeString(strings.ReplaceAll(s, " ", ""))
	if err != nil {
		panic(err)
	}
	return b
}
