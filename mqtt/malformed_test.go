package mqtt

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// malformed are packets that must be refused, and the reason to give for it.
var malformed = []struct {
	name   string
	v      Version
	from   side
	hex    string
	reason Reason
}{
	// Fixed header

	{"type 0", V5, client, "00 00", MalformedPacket},
	{"auth in 3.1.1", V311, client, "f0 00", MalformedPacket},
	{"connect with flags", V5, client, "11 0d 0004 4d515454 05 02 0000 00 0000", MalformedPacket},
	{"puback with flags", V311, client, "41 02 0001", MalformedPacket},
	{"pubrel without flags", V311, client, "60 02 0001", MalformedPacket},
	{"subscribe without flags", V5, client, "80 07 0001 00 0001 61 00", MalformedPacket},
	{"unsubscribe without flags", V5, client, "a0 06 0001 00 0001 61", MalformedPacket},
	{"pingreq with flags", V311, client, "c1 00", MalformedPacket},
	{"disconnect with flags", V5, client, "e2 00", MalformedPacket},
	{"pingreq with a body", V311, client, "c0 01 00", MalformedPacket},
	{"disconnect 3.1.1 with a body", V311, client, "e0 01 00", MalformedPacket},
	{"remaining length of five octets", V5, client, "c0 80 80 80 80 00", MalformedPacket},
	{"remaining length padded", V5, client, "c0 80 00", MalformedPacket},
	{"larger than the maximum packet size", V5, client, "30 ff ff 7f", PacketTooLarge},

	// CONNECT

	{"protocol name", V5, client, "10 0e 0005 4d51545458 05 02 0000 00 0000", UnsupportedProtocolVersion},
	{"protocol level 6", V5, client, "10 0d 0004 4d515454 06 02 0000 00 0000", UnsupportedProtocolVersion},
	{"protocol level 3 with the name of 4", V311, client, "10 0c 0004 4d515454 03 02 0000 0000", UnsupportedProtocolVersion},
	{"protocol level 2", V31, client, "10 0e 0006 4d5149736470 02 02 0000 0000", UnsupportedProtocolVersion},
	{"connect 3.1.1, reserved flag", V311, client, "10 0d 0004 4d515454 04 03 0000 0001 61", MalformedPacket},
	{"connect 5, reserved flag", V5, client, "10 0e 0004 4d515454 05 03 0000 00 0001 61", MalformedPacket},
	{"connect 3.1.1, no client identifier but a session", V311, client, "10 0c 0004 4d515454 04 00 0000 0000",
		ClientIdentifierNotValid},
	{"connect 3.1, no client identifier", V31, client, "10 0e 0006 4d5149736470 03 02 0000 0000", ClientIdentifierNotValid},
	{"connect 3.1.1, password alone", V311, client, "10 10 0004 4d515454 04 42 0000 0001 61 0001 70", MalformedPacket},
	{"connect, user name announced", V311, client, "10 0d 0004 4d515454 04 82 0000 0001 61", MalformedPacket},
	{"connect, user name unannounced", V311, client, "10 10 0004 4d515454 04 02 0000 0001 61 0001 75", MalformedPacket},
	{"will qos without will", V311, client, "10 0d 0004 4d515454 04 0a 0000 0001 61", MalformedPacket},
	{"will retain without will", V311, client, "10 0d 0004 4d515454 04 22 0000 0001 61", MalformedPacket},
	{"will qos 3", V311, client, "10 12 0004 4d515454 04 1e 0000 0001 61 0001 74 0000", MalformedPacket},
	{"will to a wildcard", V311, client, "10 12 0004 4d515454 04 06 0000 0001 61 0001 23 0000", MalformedPacket},
	{"will without topic", V311, client, "10 11 0004 4d515454 04 06 0000 0001 61 0000 0000", ProtocolViolation},
	{"will with session expiry", V5, client, "10 18 0004 4d515454 05 06 0000 00 0001 61 05 11 00000001 0001 74 0000",
		MalformedPacket},
	{"client identifier not utf-8", V311, client, "10 0d 0004 4d515454 04 02 0000 0001 ff", MalformedPacket},
	{"client identifier with null", V5, client, "10 0e 0004 4d515454 05 02 0000 00 0001 00", MalformedPacket},
	{"user name not utf-8", V311, client, "10 11 0004 4d515454 04 82 0000 0001 61 0002 c080", MalformedPacket},
	{"will topic is a surrogate", V311, client, "10 14 0004 4d515454 04 06 0000 0001 61 0003 eda080 0000", MalformedPacket},
	{"connect, receive maximum 0", V5, client, "10 10 0004 4d515454 05 02 0000 03 21 0000 0000", ProtocolViolation},
	{"connect, maximum packet size 0", V5, client, "10 12 0004 4d515454 05 02 0000 05 27 00000000 0000", ProtocolViolation},
	{"connect, request problem information 2", V5, client, "10 0f 0004 4d515454 05 02 0000 02 17 02 0000", ProtocolViolation},
	{"connect, session expiry twice", V5, client,
		"10 17 0004 4d515454 05 02 0000 0a 11 00000001 11 00000001 0000", ProtocolViolation},
	{"connect, authentication data alone", V5, client, "10 10 0004 4d515454 05 02 0000 03 16 0000 0000", ProtocolViolation},
	{"connect, topic alias", V5, client, "10 10 0004 4d515454 05 02 0000 03 23 0001 0000", MalformedPacket},
	{"connect, unknown property", V5, client, "10 0f 0004 4d515454 05 02 0000 02 7f 01 0000", MalformedPacket},
	{"connect, properties longer than the packet", V5, client, "10 0d 0004 4d515454 05 02 0000 09 0000", MalformedPacket},
	{"connect, property cut by the end of the properties", V5, client, "10 0f 0004 4d515454 05 02 0000 02 21 00 0000",
		MalformedPacket},
	{"connect, length of properties padded", V5, client, "10 0e 0004 4d515454 05 02 0000 80 00 0000", MalformedPacket},

	// CONNACK

	{"connack, reserved flags", V311, server, "20 02 02 00", MalformedPacket},
	{"connack 3.1.1, code 6", V311, server, "20 02 00 06", ProtocolViolation},
	{"connack, session present and refused", V311, server, "20 02 01 05", ProtocolViolation},
	{"connack 5, reason of suback", V5, server, "20 03 00 01 00", ProtocolViolation},
	{"connack 5, maximum qos 2", V5, server, "20 05 00 00 02 24 02", ProtocolViolation},
	{"connack 5, will delay", V5, server, "20 08 00 00 05 18 00000001", MalformedPacket},

	// PUBLISH

	{"publish, qos 3", V311, client, "36 05 0001 61 0001", MalformedPacket},
	{"publish, dup with qos 0", V311, client, "38 03 0001 61", MalformedPacket},
	{"publish, packet identifier 0", V311, client, "32 05 0001 61 0000", ProtocolViolation},
	{"publish to +", V311, client, "30 05 0003 612f2b", MalformedPacket},
	{"publish to #", V5, client, "30 04 0001 23 00", MalformedPacket},
	{"publish without topic", V311, client, "30 02 0000", ProtocolViolation},
	{"publish 5 without topic or alias", V5, client, "30 03 0000 00", ProtocolViolation},
	{"publish, topic not utf-8", V311, client, "30 03 0001 80", MalformedPacket},
	{"publish, topic with null", V311, client, "30 05 0003 610062", MalformedPacket},
	{"publish, topic is a surrogate", V311, client, "30 05 0003 edbfbf", MalformedPacket},
	{"publish, topic longer than the packet", V311, client, "30 03 0002 61", MalformedPacket},
	{"publish, alias 0", V5, client, "30 07 0001 61 03 23 0000", TopicAliasInvalid},
	{"publish, alias twice", V5, client, "30 0a 0001 61 06 23 0001 23 0001", ProtocolViolation},
	{"publish, payload format 2", V5, client, "30 06 0001 61 02 01 02", ProtocolViolation},
	{"publish, response topic with wildcard", V5, client, "30 08 0001 61 04 08 0001 2b", MalformedPacket},
	{"publish, subscription identifier from a client", V5, client, "30 06 0001 61 02 0b 01", ProtocolViolation},
	{"publish, subscription identifier 0", V5, server, "30 06 0001 61 02 0b 00", ProtocolViolation},
	{"publish, user property not utf-8", V5, client, "30 0a 0001 61 06 26 0001 ff 0000", MalformedPacket},
	{"publish, session expiry", V5, client, "30 09 0001 61 05 11 00000001", MalformedPacket},

	// Acknowledgements

	{"puback, packet identifier 0", V311, client, "40 02 0000", ProtocolViolation},
	{"puback 3.1.1 with reason", V311, client, "40 03 0001 00", MalformedPacket},
	{"puback, unknown reason", V5, client, "40 03 0001 7f", ProtocolViolation},
	{"pubrel, reason of puback", V5, client, "62 03 0001 10", ProtocolViolation},
	{"puback, reason string twice", V5, client, "40 0c 0001 00 08 1f 0001 61 1f 0001 61", ProtocolViolation},
	{"puback, content type", V5, client, "40 08 0001 00 04 03 0001 61", MalformedPacket},
	{"pubcomp too long", V5, client, "70 05 0001 00 00 00", MalformedPacket},

	// SUBSCRIBE and the rest of its kind

	{"subscribe, packet identifier 0", V311, client, "82 06 0000 0001 61 00", ProtocolViolation},
	{"subscribe to nothing", V311, client, "82 02 0001", ProtocolViolation},
	{"subscribe 5 to nothing", V5, client, "82 03 0001 00", ProtocolViolation},
	{"subscribe, qos 3", V311, client, "82 06 0001 0001 61 03", MalformedPacket},
	{"subscribe 3.1.1, no local", V311, client, "82 06 0001 0001 61 04", MalformedPacket},
	{"subscribe 5, reserved options", V5, client, "82 07 0001 00 0001 61 40", MalformedPacket},
	{"subscribe 5, retain handling 3", V5, client, "82 07 0001 00 0001 61 30", ProtocolViolation},
	{"subscribe 5, no local and shared", V5, client, "82 10 0001 00 000a 2473686172652f672f61 04", ProtocolViolation},
	{"subscribe without options", V311, client, "82 05 0001 0001 61", MalformedPacket},
	{"subscribe to an empty filter", V311, client, "82 05 0001 0000 00", ProtocolViolation},
	{"subscribe, filter not utf-8", V311, client, "82 06 0001 0001 c3 00", MalformedPacket},
	{"subscribe, identifier 0", V5, client, "82 09 0001 02 0b 00 0001 61 00", ProtocolViolation},
	{"subscribe, identifier twice", V5, client, "82 0b 0001 04 0b 01 0b 02 0001 61 00", ProtocolViolation},
	{"subscribe, identifier padded", V5, client, "82 0a 0001 03 0b 81 00 0001 61 00", MalformedPacket},
	{"subscribe, identifier of five octets", V5, client, "82 0d 0001 06 0b 81 80 80 80 01 0001 61 00", MalformedPacket},
	{"suback 3.1.1, code 0x87", V311, server, "90 03 0001 87", ProtocolViolation},
	{"suback, reason 3", V5, server, "90 04 0001 00 03", ProtocolViolation},
	{"suback without reasons", V5, server, "90 03 0001 00", MalformedPacket},
	{"unsubscribe, packet identifier 0", V311, client, "a2 05 0000 0001 61", ProtocolViolation},
	{"unsubscribe from nothing", V311, client, "a2 02 0001", ProtocolViolation},
	{"unsubscribe, subscription identifier", V5, client, "a2 08 0001 02 0b 01 0001 61", MalformedPacket},
	{"unsuback, granted qos 1", V5, server, "b0 04 0001 00 01", ProtocolViolation},

	// DISCONNECT, AUTH

	{"disconnect, reason of the server", V5, client, "e0 01 8e", ProtocolViolation},
	{"disconnect, reason of the client", V5, server, "e0 01 04", ProtocolViolation},
	{"disconnect, server reference from a client", V5, client, "e0 06 00 04 1c 0001 73", MalformedPacket},
	{"disconnect, session expiry from the server", V5, server, "e0 07 00 05 11 00000001", MalformedPacket},
	{"auth without method", V5, client, "f0 02 18 00", ProtocolViolation},
	{"auth, empty", V5, server, "f0 00", MalformedPacket},
	{"auth, success from a client", V5, client, "f0 06 00 04 15 0001 6d", ProtocolViolation},
}

func TestMalformed(t *testing.T) {
	for _, tt := range malformed {
		t.Run(tt.name, func(t *testing.T) {
			p, err := decode(tt.v, tt.from, unhex(tt.hex))
			require.Error(t, err, "%+v", p)
			refused := new(ProtocolError)
			require.ErrorAs(t, err, &refused)
			require.Equal(t, tt.reason, refused.Reason, refused.Msg)
		})
	}
}

// TestConnackOfAnOlderServer: who knows no MQTT 5 refuses it in its own version, which has no properties.
func TestConnackOfAnOlderServer(t *testing.T) {
	d := &decoder{v: V5, fromServer: true}
	p, err := d.packet(0x20, []byte{0x00, 0x01})
	require.NoError(t, err)
	require.Equal(t, UnsupportedProtocolVersion, p.(*Connack).Reason)
	for _, body := range [][]byte{{0x00, 0x00}, {0x00, 0x06}, {0x01, 0x01}, {0x00}} {
		_, err := d.packet(0x20, body)
		require.Error(t, err, "% x", body)
	}
}
