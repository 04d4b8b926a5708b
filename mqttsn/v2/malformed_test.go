package v2_test

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	. "mqttsn-gateway/mqttsn/v2"
)

// malformed are packets that are refused: those of section 11 of our reference, by its numbers, those of its tables of bad
// input, with the draft's rule where there is one, and some more.
var malformed = []struct {
	name   string
	hex    string
	reason ReasonCode
	pid    uint16 // what an answer can name
	want   error
}{
	// Headers.
	{"empty", "", MalformedPacket, 0, ErrTruncated},
	{"length 0", "00", MalformedPacket, 0, ErrLength},
	{"length only", "02", MalformedPacket, 0, ErrTruncated},
	{"long form cut at 1", "01", MalformedPacket, 0, ErrTruncated},
	{"long form cut at 3", "01 00 04", MalformedPacket, 0, ErrTruncated},
	{"N16 shorter than its length", "05 0c 22 22", MalformedPacket, 0, ErrTruncated},
	{"longer than its length", "04 0c 22 22 00", MalformedPacket, 0, ErrTrailing},
	{"N17 long form shorter than its header", "01 00 03 0c", MalformedPacket, 0, ErrLength},
	{"long form of length 0", "01 00 00 0c", MalformedPacket, 0, ErrLength},
	{"long form shorter than its length", "01 00 07 0c 22 22", MalformedPacket, 0, ErrTruncated},
	{"long form longer than its length", "01 00 05 0c 22 22", MalformedPacket, 0, ErrTrailing},
	{"reserved type 0x00", "02 00", MalformedPacket, 0, ErrReservedType},
	{"reserved type 0x19", "02 19", MalformedPacket, 0, ErrReservedType},
	{"reserved type 0xFB", "02 fb", MalformedPacket, 0, ErrReservedType},
	{"reserved type 0xFD", "0a fd 03 aa bb 01 04 0c 22 22", MalformedPacket, 0, ErrReservedType},

	// CONNECT.
	{"N1 3.1.2-1 reserved Connect Flag", "0a 01 81 00 01 02 00 3c 00 00", MalformedPacket, 1, ErrReservedBits},
	{"N2 3.1.6-4 Keep Alive 0", "0a 01 01 00 01 02 00 00 00 00", ProtocolError, 1, ErrKeepAlive},
	{"N3 3.1.5-2 version 3", "0a 01 01 00 01 03 00 3c 00 00", UnsupportedProtocolVersion, 1, ErrVersion},
	{"version 1", "0a 01 01 00 01 01 00 3c 00 00", UnsupportedProtocolVersion, 1, ErrVersion},
	{"version 0", "0a 01 01 00 01 00 00 3c 00 00", UnsupportedProtocolVersion, 1, ErrVersion},
	{"another version has another layout", "08 01 ff ff 00 01 03 00", UnsupportedProtocolVersion, 1, ErrVersion},
	{"version missing", "05 01 01 00 01", MalformedPacket, 1, ErrTruncated},
	{"N4 Will QoS 3", "0f 01 03 0d 00 01 02 00 3c 00 00 00 01 00 00", MalformedPacket, 1, ErrQoS},
	{"3.1.2-1 reserved Will Flags", "0f 01 03 81 00 01 02 00 3c 00 00 00 01 00 00", MalformedPacket, 1, ErrReservedBits},
	{"reserved Will Topic Type", "0f 01 03 02 00 01 02 00 3c 00 00 00 01 00 00", MalformedPacket, 1, ErrTopicType},
	{"N5 3.1.7-1 Maximum Packet Size 9", "0a 01 01 00 01 02 00 3c 00 09", ProtocolError, 1, ErrMaxPacketSize},
	{"3.1.7-1 Maximum Packet Size 1", "0a 01 01 00 01 02 00 3c 00 01", ProtocolError, 1, ErrMaxPacketSize},
	{"2.2-1 packet id 0", "0a 01 01 00 00 02 00 3c 00 00", ProtocolError, 0, ErrPacketID},
	{"3.1.2.2-1 will missing", "0b 01 02 01 00 01 02 00 3c 00 00", MalformedPacket, 1, ErrTruncated},
	{"3.1.2.3-1 authentication missing", "0a 01 04 00 01 02 00 3c 00 00", MalformedPacket, 1, ErrTruncated},
	{"3.1.2.4-1 session expiry cut", "0d 01 08 00 01 02 00 3c 00 00 00 00 0e", MalformedPacket, 1, ErrTruncated},
	{"3.1.2.5-1 awake messages missing", "0a 01 10 00 01 02 00 3c 00 00", MalformedPacket, 1, ErrTruncated},
	{"will topic beyond the packet", "0f 01 02 03 00 01 02 00 3c 00 00 00 09 61 62", MalformedPacket, 1, ErrTruncated},
	{"will payload beyond the packet", "10 01 02 01 00 01 02 00 3c 00 00 00 01 00 02 61", MalformedPacket, 1, ErrTruncated},
	{"method beyond the packet", "0c 01 04 00 01 02 00 3c 00 00 05 61", MalformedPacket, 1, ErrTruncated},
	{"method is not UTF-8", "0e 01 04 00 01 02 00 3c 00 00 01 ff 00 00", MalformedPacket, 1, ErrText},
	{"3.1.18-1 client id is not UTF-8", "0b 01 01 00 01 02 00 3c 00 00 ff", MalformedPacket, 1, ErrText},
	{"1.8.4-2 U+0000 in client id", "0b 01 01 00 01 02 00 3c 00 00 00", MalformedPacket, 1, ErrText},
	{"3.1.11-1 will topic is not UTF-8", "10 01 02 03 00 01 02 00 3c 00 00 00 01 c0 00 00", MalformedPacket, 1, ErrText},
	{"1.8.4-2 U+0000 in will topic", "10 01 02 03 00 01 02 00 3c 00 00 00 01 00 00 00", MalformedPacket, 1, ErrText},

	// CONNACK and AUTH.
	{"3.2.2-2 reserved CONNACK flags", "06 02 10 00 01 00", MalformedPacket, 1, ErrReservedBits},
	{"CONNACK without reason", "05 02 00 00 01", MalformedPacket, 1, ErrTruncated},
	{"3.2.2.2-2 no session expiry", "06 02 02 00 01 00", MalformedPacket, 1, ErrTruncated},
	{"3.2.2.3-2 no keep alive", "06 02 04 00 01 00", MalformedPacket, 1, ErrTruncated},
	{"3.2.2.4-2 no authentication", "06 02 08 00 01 00", MalformedPacket, 1, ErrTruncated},
	{"server keep alive 0", "08 02 04 00 01 00 00 00", ProtocolError, 1, ErrKeepAlive},
	{"3.2.11-1 assigned client id is not UTF-8", "07 02 00 00 01 00 80", MalformedPacket, 1, ErrText},
	{"AUTH without method", "05 0f 00 04 18", MalformedPacket, 4, ErrTruncated},
	{"AUTH method beyond the packet", "07 0f 00 04 18 02 61", MalformedPacket, 4, ErrTruncated},
	{"AUTH packet id 0", "06 0f 00 00 18 00", ProtocolError, 0, ErrPacketID},

	// REGISTER and REGACK.
	{"3.4.2-2 reserved REGISTER flags", "08 10 02 00 05 61 2f 62", MalformedPacket, 5, ErrReservedBits},
	{"3.4.2.1-2 REGISTER without alias", "06 10 01 00 05 61", MalformedPacket, 5, ErrTruncated},
	{"N15 1.8.4-2 U+0000 in name", "08 10 00 00 05 61 2f 00", MalformedPacket, 5, ErrText},
	{"1.8.4-1 surrogate in name", "08 10 00 00 05 ed a0 80", MalformedPacket, 5, ErrText},
	{"1.8.4-1 overlong name", "07 10 00 00 05 c1 81", MalformedPacket, 5, ErrText},
	{"1.8.4-1 name ends within a character", "07 10 00 00 05 61 c3", MalformedPacket, 5, ErrText},
	{"REGISTER packet id 0", "06 10 00 00 00 61", ProtocolError, 0, ErrPacketID},
	{"3.5.2-2 reserved REGACK flags", "05 11 08 00 05", MalformedPacket, 5, ErrReservedBits},
	{"3.5.2.1-1 REGACK topic type 0b10", "07 11 06 00 05 00 21", ProtocolError, 5, ErrTopicType},
	{"3.5.2.1-1 REGACK topic type 0b11", "05 11 03 00 05", ProtocolError, 5, ErrTopicType},
	{"3.5.2.2-2 REGACK without alias", "05 11 04 00 05", MalformedPacket, 5, ErrTruncated},
	{"REGACK with half an alias", "06 11 04 00 05 00", MalformedPacket, 5, ErrTruncated},
	{"3.5.2.2-1 REGACK with an alias not announced", "08 11 00 00 05 00 21 00", MalformedPacket, 5, ErrTrailing},

	// PUBLISH and its answers.
	{"N6 3.6.2.2-2 reserved PUBLISH flags", "06 03 0c 00 21 31", MalformedPacket, 0, ErrReservedBits},
	{"reserved PUBLISH flags with QoS 1", "08 03 24 00 07 00 21 31", MalformedPacket, 7, ErrReservedBits},
	{"N7 PUBLISH QoS 3", "08 03 60 00 01 00 21 31", MalformedPacket, 1, ErrQoS},
	{"N8 3.6.2.2.1-1 PUBLISH topic type 0b10", "06 03 02 00 21 31", MalformedPacket, 0, ErrTopicType},
	{"N9 name beyond the packet", "08 03 03 00 09 61 2f 62", MalformedPacket, 0, ErrTruncated},
	{"name is not UTF-8", "07 03 03 00 01 fe 62", MalformedPacket, 0, ErrText},
	{"1.8.4-2 U+0000 in PUBLISH", "08 03 23 00 07 00 01 00", MalformedPacket, 7, ErrText},
	{"3.6.2.2.3-1 DUP with QoS 0", "05 03 80 00 21", MalformedPacket, 0, ErrDUP},
	{"3.6.2.2.3-1 DUP with QoS 1", "07 03 a0 00 07 00 21", MalformedPacket, 7, ErrDUP},
	{"PUBLISH packet id 0", "07 03 20 00 00 00 21", ProtocolError, 0, ErrPacketID},
	{"3.6.2.3-2 PUBLISH QoS 1 without packet id", "05 03 20 00 07", MalformedPacket, 7, ErrTruncated},
	{"PUBLISH without topic", "03 03 00", MalformedPacket, 0, ErrTruncated},
	{"PUBACK with half a packet id", "03 04 00", MalformedPacket, 0, ErrTruncated},
	{"PUBACK too long", "06 04 00 07 00 00", MalformedPacket, 7, ErrTrailing},
	{"PUBACK packet id 0", "04 04 00 00", ProtocolError, 0, ErrPacketID},
	{"PUBREC too long", "06 05 00 07 00 00", MalformedPacket, 7, ErrTrailing},
	{"PUBREL too long", "06 06 00 07 00 00", MalformedPacket, 7, ErrTrailing},
	{"PUBCOMP too long", "06 07 00 07 00 00", MalformedPacket, 7, ErrTrailing},

	// PUBWOS.
	{"N13 3.6.1.2.1-1 PUBWOS by session alias", "06 12 00 00 09 37", MalformedPacket, 0, ErrTopicType},
	{"3.6.1.2.1-1 PUBWOS topic type 0b10", "06 12 02 00 09 37", MalformedPacket, 0, ErrTopicType},
	{"3.6.1.2-2 reserved PUBWOS flags 7-5", "06 12 21 00 09 37", MalformedPacket, 0, ErrReservedBits},
	{"3.6.1.2-2 reserved PUBWOS flags 3-2", "06 12 05 00 09 37", MalformedPacket, 0, ErrReservedBits},
	{"PUBWOS name beyond the packet", "06 12 03 00 02 61", MalformedPacket, 0, ErrTruncated},

	// SUBSCRIBE, UNSUBSCRIBE and their answers.
	{"N10 SUBSCRIBE QoS 3", "08 08 63 00 09 61 2f 62", ProtocolError, 9, ErrQoS},
	{"N11 Retain Handling 3", "08 08 2f 00 09 61 2f 62", ProtocolError, 9, ErrRetainHandling},
	{"N12 empty filter", "05 08 03 00 09", ProtocolError, 9, ErrEmptyFilter},
	{"3.7.2.1-1 SUBSCRIBE topic type 0b10", "07 08 02 00 09 61 62", ProtocolError, 9, ErrTopicType},
	{"3.7.4-1 SUBSCRIBE with half an alias", "06 08 00 00 09 61", MalformedPacket, 9, ErrTruncated},
	{"3.7.5-2 SUBSCRIBE by alias and by filter", "0a 08 01 00 09 00 07 61 2f 62", MalformedPacket, 9, ErrTrailing},
	{"U+0000 in filter", "07 08 03 00 09 61 00", MalformedPacket, 9, ErrText},
	{"SUBSCRIBE packet id 0", "06 08 03 00 00 61", ProtocolError, 0, ErrPacketID},
	{"3.8.2-2 reserved SUBACK flags", "06 09 81 00 09 00", MalformedPacket, 9, ErrReservedBits},
	{"3.8.2.1-1 SUBACK topic type 0b11", "08 09 07 00 09 00 22 00", ProtocolError, 9, ErrTopicType},
	{"3.8.2.2-2 SUBACK without alias", "05 09 04 00 09", MalformedPacket, 9, ErrTruncated},
	{"SUBACK too long", "07 09 01 00 09 00 00", MalformedPacket, 9, ErrTrailing},
	{"3.9.2-2 reserved UNSUBSCRIBE flags", "08 0a 23 00 0c 61 2f 23", MalformedPacket, 12, ErrReservedBits},
	{"3.9.5-1 empty filter in UNSUBSCRIBE", "05 0a 03 00 0c", ProtocolError, 12, ErrEmptyFilter},
	{"UNSUBSCRIBE topic type 0b10", "07 0a 02 00 0c 61 62", ProtocolError, 12, ErrTopicType},
	{"3.9.4-1 UNSUBSCRIBE without alias", "05 0a 00 00 0c", MalformedPacket, 12, ErrTruncated},
	{"3.9.5-2 UNSUBSCRIBE by alias and by filter", "08 0a 00 00 0c 00 22 61", MalformedPacket, 12, ErrTrailing},
	{"UNSUBACK too long", "06 0b 00 0c 11 00", MalformedPacket, 12, ErrTrailing},

	// From PINGREQ to SLEEPRESP.
	{"PINGREQ of version 1.2", "02 0c", MalformedPacket, 0, ErrTruncated},
	{"PINGREQ too long", "05 0c 22 22 00", MalformedPacket, 0x2222, ErrTrailing},
	{"PINGREQ packet id 0", "04 0c 00 00", ProtocolError, 0, ErrPacketID},
	{"PINGRESP too long", "06 0d 22 22 03 00", MalformedPacket, 0x2222, ErrTrailing},
	{"DISCONNECT of version 1.2 in the numbers of 2.0", "02 0e", MalformedPacket, 0, ErrTruncated},
	{"3.13.2-2 reserved DISCONNECT flags", "03 0e 08", MalformedPacket, 0, ErrReservedBits},
	{"3.13.2.1-2 DISCONNECT without packet id", "04 0e 01 22", MalformedPacket, 0, ErrTruncated},
	{"3.13.2.2-2 DISCONNECT without expiry", "06 0e 02 00 00 1c", MalformedPacket, 0, ErrTruncated},
	{"3.13.2.3-2 DISCONNECT without reason", "03 0e 04", MalformedPacket, 0, ErrTruncated},
	{"Reason String is not UTF-8", "05 0e 04 8b ff", MalformedPacket, 0, ErrText},
	{"WAKEUP too long", "03 15 00", MalformedPacket, 0, ErrTrailing},
	{"3.15.2-2 reserved SLEEPREQ flags", "09 13 02 00 0e 00 00 02 58", MalformedPacket, 14, ErrReservedBits},
	{"N14 3.15.4-1 Sleep Duration 0", "09 13 00 00 0e 00 00 00 00", ProtocolError, 14, ErrDuration},
	{"SLEEPREQ with 16 bits of duration", "07 13 00 00 0e 02 58", MalformedPacket, 14, ErrTruncated},
	{"SLEEPREQ too long", "0a 13 00 00 0e 00 00 02 58 00", MalformedPacket, 14, ErrTrailing},
	{"3.16.2-2 reserved SLEEPRESP flags", "05 14 80 00 0e", MalformedPacket, 14, ErrReservedBits},
	{"3.16.2.1-2 SLEEPRESP without duration", "06 14 01 00 0e 00", MalformedPacket, 14, ErrTruncated},
	{"3.16.2.1-1 SLEEPRESP with a duration not announced", "0a 14 00 00 0e 00 00 01 2c 00", MalformedPacket, 14, ErrTrailing},
	{"server's Sleep Duration 0", "09 14 01 00 0e 00 00 00 00", ProtocolError, 14, ErrDuration},

	// Discovery.
	{"ADVERTISE too short", "04 16 01 03", MalformedPacket, 0, ErrTruncated},
	{"ADVERTISE too long", "06 16 01 03 84 00", MalformedPacket, 0, ErrTrailing},
	{"GWINFO without gateway", "02 18", MalformedPacket, 0, ErrTruncated},

	// Encapsulations.
	{"forwarder's address beyond the packet", "05 fc 03 aa bb", MalformedPacket, 0, ErrTruncated},
	{"forwarder without a packet", "06 fc 03 aa bb 01", MalformedPacket, 0, ErrInner},
	{"forwarder around half a packet", "09 fc 03 aa bb 01 04 0c 22", MalformedPacket, 0, ErrInner},
	{"forwarder around two packets", "0e fc 03 aa bb 01 04 0c 22 22 04 0c 22 23", MalformedPacket, 0, ErrInner},
	{"forwarder around a reserved type", "05 fc 00 02 19", MalformedPacket, 0, ErrInner},
	{"forwarder whose length counts only itself", "06 fc 03 aa bb 01 04 0c 22 22", MalformedPacket, 0, ErrTrailing},
	{"forwarder in a forwarder", "0e fc 01 aa 0a fc 03 aa bb 01 04 0c 22 22", ProtocolError, 0, ErrNesting},
	{"connection without a packet", "06 fe 00 02 73 37", MalformedPacket, 0, ErrInner},
	{"connection's client id beyond the packet", "06 fe 00 09 73 37", MalformedPacket, 0, ErrTruncated},
	{"connection's client id is not UTF-8", "09 fe 00 01 ff 04 0c 22 22", MalformedPacket, 0, ErrText},
	{"3.18-3 PUBACK in a connection", "0a fe 00 02 73 37 04 04 00 07", ProtocolError, 0, ErrNesting},
	{"3.18-3 CONNECT in a connection", "10 fe 00 02 73 37 0a 01 01 10 01 02 00 3c 00 00", ProtocolError, 0, ErrNesting},
	{"connection in a connection", "0e fe 00 00 0a fe 00 02 73 37 04 0c 22 22", ProtocolError, 0, ErrNesting},

	// Protection. The reason is our reading: the draft names none.
	{"N19 3.17.2.1-1 counter code 3", "14 ff 13 00" + strings.Repeat(" 00", 16), ProtectionSchemeInvalid, 0, ErrScheme},
	{"N20 3.17.2.3-1 truncated tag of an AEAD scheme", "24 ff 40 49" + strings.Repeat(" 00", 32),
		ProtectionSchemeInvalid, 0, ErrScheme},
	{"3.17.2.3-3 tag code 2", "34 ff 20 00" + strings.Repeat(" 00", 48), ProtectionSchemeInvalid, 0, ErrScheme},
	{"3.17.2.3-3 tag code 3", "34 ff 30 00" + strings.Repeat(" 00", 48), ProtectionSchemeInvalid, 0, ErrScheme},
	{"3.17.2.3-8 tag code 9 of CMAC", "34 ff 90 02" + strings.Repeat(" 00", 48), ProtectionSchemeInvalid, 0, ErrScheme},
	{"tag of a provider's length", "34 ff 00 00" + strings.Repeat(" 00", 48), ProtectionSchemeInvalid, 0, ErrScheme},
	{"3.17.3-1 reserved scheme 0x05", "34 ff 10 05" + strings.Repeat(" 00", 48), ProtectionSchemeInvalid, 0, ErrScheme},
	{"3.17.3-1 reserved scheme 0x4A", "34 ff 10 4a" + strings.Repeat(" 00", 48), ProtectionSchemeInvalid, 0, ErrScheme},
	{"scheme of a provider", "34 ff 10 3c" + strings.Repeat(" 00", 48), ProtectionSchemeInvalid, 0, ErrScheme},
	{"protection without tag", "10 ff 10 00" + strings.Repeat(" 00", 12), MalformedPacket, 0, ErrTruncated},
	{"protection without packet", "18 ff 40 00" + strings.Repeat(" 00", 20), MalformedPacket, 0, ErrTruncated},
	{"protection with half a header inside", "19 ff 40 00" + strings.Repeat(" 00", 21), MalformedPacket, 0, ErrTruncated},
	{"3.17.2.2-1 material cut", "1a ff 4c 00" + strings.Repeat(" 00", 22), MalformedPacket, 0, ErrTruncated},
	{"protection cut in the sender id", "08 ff 10 00 00 11 22 33", MalformedPacket, 0, ErrTruncated},
}

func TestMalformed(t *testing.T) {
	for _, tt := range malformed {
		t.Run(tt.name, func(t *testing.T) {
			wire := octets(tt.hex)
			p, err := Parse(wire)
			require.Nil(t, p)
			require.ErrorIs(t, err, tt.want)

			var e *Error
			require.True(t, errors.As(err, &e))
			require.Equal(t, tt.reason, e.Reason)
			require.Equal(t, tt.pid, e.PacketID)
			require.Contains(t, err.Error(), tt.reason.String())
		})
	}
}

// The type is known as soon as the header is there, since it decides how to answer.
func TestErrorKnowsType(t *testing.T) {
	for datagram, want := range map[string]Type{
		"":                              0,
		"01 00 0a":                      0,
		"05 0c 22 22":                   TypePingreq,
		"0a 01 81 00 01 02 00 3c 00 00": TypeConnect,
		"01 00 05 03 ff":                TypePublish,
		"03 1e 00":                      0x1E,
		"0a fe 00 02 73 37 04 04 00 07": TypeConnection,
	} {
		_, err := Parse(octets(datagram))
		var e *Error
		require.True(t, errors.As(err, &e), datagram)
		require.Equal(t, want, e.Type, datagram)
	}
	_, err := Parse(octets("0a 01 81 00 01 02 00 3c 00 00"))
	require.EqualError(t, err, "mqttsn 2.0: CONNECT pid=1: reserved bits are set (malformed-packet)")
	_, err = Parse(nil)
	require.EqualError(t, err, "mqttsn 2.0: packet shorter than its length or fields (malformed-packet)")
	_, err = Parse(octets("03 0e 08"))
	require.EqualError(t, err, "mqttsn 2.0: DISCONNECT: reserved bits are set (malformed-packet)")
}

// Packets that are no business of the codec: only the receiver knows who sent them, or answers them with a reason.
func TestLeftToReceiver(t *testing.T) {
	for name, wire := range map[string]string{
		"N18 3.4-1 alias in REGISTER, from a client": "0a 10 01 00 06 00 21 61 2f 62",
		"REGISTER of a wildcard":                     "08 10 00 00 05 61 2f 23",
		"REGISTER of nothing":                        "05 10 00 00 05",
		"4.7.1.1-1 PUBLISH to a wildcard":            "08 03 03 00 03 61 2f 23",
		"4.7.1.3-1 PUBLISH to an empty name":         "05 03 03 00 00",
		"will with a wildcard":                       "10 01 02 03 00 01 02 00 3c 00 00 00 01 23 00 00",
		"4.7.1.1.2-1 filter with # in the middle":    "09 08 03 00 09 61 23 2f 62",
		"alias 0":                                "05 03 00 00 00",
		"alias 0xFFFF":                           "05 03 00 ff ff",
		"3.5.4-1 alias in REGACK, from a client": "07 11 04 00 05 00 21",
		"3.13.5-1 DISCONNECT expiry, from a server": "07 0e 02 00 00 1c 20",
		"3.2.2.1-5 session present, yet refused":    "06 02 01 00 01 87",
	} {
		_, err := Parse(octets(wire))
		require.NoError(t, err, name)
	}
}

// Whatever is cut off a datagram, what is left is not a packet.
func TestTruncatedDatagrams(t *testing.T) {
	for _, ex := range examples {
		wire := octets(ex.hex)
		for n := range wire {
			if n > 20 && n < len(wire)-20 {
				continue // within a long payload
			}
			_, err := Parse(wire[:n])
			require.Error(t, err, "first %d octets of %s", n, ex.name)
		}
	}
}

// A body that ends early, in a datagram whose length is right, is refused if a field is missing, and never more than
// the body is read.
func TestTruncatedBodies(t *testing.T) {
	for _, ex := range examples {
		_, body, err := Split(octets(ex.hex))
		require.NoError(t, err)
		for n := range min(len(body), 40) {
			cut := slices.Clone(body[:n:n])
			p, _ := Parse(octets(ex.hex))
			if p.Parse(cut) == nil {
				requireStable(t, p)
			}
		}
	}
}

// No single wrong bit makes the codec panic, or yields a packet that it cannot write again.
func TestBitFlips(t *testing.T) {
	var vectors []string
	for _, ex := range examples {
		vectors = append(vectors, ex.hex)
	}
	for _, tt := range malformed {
		vectors = append(vectors, tt.hex)
	}
	for _, v := range vectors {
		wire := octets(v)
		for i := range min(len(wire), 40) * 8 {
			wire[i/8] ^= 0x80 >> (i % 8)
			if p, err := Parse(wire); err == nil {
				requireStable(t, p)
			}
			wire[i/8] ^= 0x80 >> (i % 8)
		}
	}
}

// requireStable checks that a parsed packet, encoded and parsed again, is the same.
func requireStable(t *testing.T, p Packet) {
	t.Helper()
	wire, err := Encode(p)
	require.NoError(t, err)
	require.Equal(t, len(wire), p.Len())
	again, err := Parse(wire)
	require.NoError(t, err, "%v encoded as % x", p, wire)
	require.Equal(t, p, again)
	require.Equal(t, p.String(), again.String())
}

func FuzzParse(f *testing.F) {
	for _, ex := range examples {
		f.Add(octets(ex.hex))
	}
	for _, tt := range lenient {
		f.Add(octets(tt.hex))
	}
	for _, tt := range malformed {
		f.Add(octets(tt.hex))
	}
	f.Fuzz(func(t *testing.T, datagram []byte) {
		p, err := Parse(datagram)
		if err == nil {
			requireStable(t, p)
			return
		}
		var e *Error
		require.True(t, errors.As(err, &e))
		require.True(t, e.Reason.Failed())
	})
}
