package brokertest

import (
	"encoding/hex"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func unhex(t *testing.T, s string) []byte {
	t.Helper()
	b, err := hex.DecodeString(strings.ReplaceAll(s, " ", ""))
	require.NoError(t, err)
	return b
}

// TestEncode compares what the client writes with octets worked out by hand.
func TestEncode(t *testing.T) {
	for _, tt := range []struct {
		version   int
		text, hex string
	}{
		{4, "CONNECT client=a", "10 0d 0004 4d515454 04 02 0000 0001 61"},
		{5, "CONNECT client=a session-expiry=1 keepalive=60", "10 13 0004 4d515454 05 02 003c 05 11 00000001 0001 61"},
		{5, "CONNECT client=a clean=0 will=w will.payload=x will.qos=1 will.retain will.delay=2 username=u password=p",
			"10 20 0004 4d515454 05 ec 0000 00 0001 61 05 18 00000002 0001 77 0001 78 0001 75 0001 70"},
		{4, "PUBLISH topic=a payload=hi qos=1 id=2 retain dup expiry=5", "3b 07 0001 61 0002 6869"},
		{5, "PUBLISH topic=a payload=hi expiry=5 user=k:v", "30 12 0001 61 0c 02 00000005 26 0001 6b 0001 76 6869"},
		{5, "PUBACK id=1", "40 02 0001"},
		{5, "PUBACK id=1 reason=0x80 reason-string=n", "40 08 0001 80 04 1f 0001 6e"},
		{4, "PUBREL id=1 reason=0x92", "62 02 0001"},
		{5, "SUBSCRIBE id=1 sub-id=300 filter=a qos=2 nolocal published handling=2 filter=b", "82 0e 0001 03 0b ac02 0001 61 2e 0001 62 00"},
		{4, "SUBSCRIBE id=1 filter=a qos=2 nolocal", "82 06 0001 0001 61 02"},
		{5, "UNSUBSCRIBE id=1 filter=a filter=b", "a2 09 0001 00 0001 61 0001 62"},
		{5, "DISCONNECT", "e0 00"},
		{5, "DISCONNECT reason=4 session-expiry=0", "e0 07 04 05 11 00000000"},
		{5, "PINGREQ header=0xc1 tail=x", "c1 01 78"},
	} {
		p, err := parsePacket(tt.text)
		require.NoError(t, err, tt.text)
		b, err := p.encode(tt.version)
		require.NoError(t, err, tt.text)
		require.Equal(t, unhex(t, tt.hex), b, tt.text)
	}
}

// TestDecode reads octets worked out by hand, and wants their truncations refused.
func TestDecode(t *testing.T) {
	for _, tt := range []struct {
		version   int
		header    byte
		body      string
		text      string
		truncated bool // each shorter body is an error
	}{
		{4, 0x20, "01 00", "CONNACK session=1", true},
		{5, 0x20, "00 00 06 21 000a 22 0005", "CONNACK receive-maximum=10 alias-maximum=5", true},
		{5, 0x20, "00 84 00", "CONNACK reason=0x84", true},
		{5, 0x3b, "0001 61 0007 02 0b 05 78", "PUBLISH topic=a qos=1 id=7 retain=1 dup=1 sub-id=5 payload=x", false},
		{4, 0x40, "0007", "PUBACK id=7", true},
		{5, 0x50, "0007 10", "PUBREC id=7 reason=0x10", false},
		{5, 0x90, "0007 00 01 80", "SUBACK id=7 codes=0x01,0x80", false},
		{4, 0xb0, "0007", "UNSUBACK id=7", true},
		{5, 0xe0, "8e 04 1f 0001 78", "DISCONNECT reason=0x8e reason-string=x", false},
	} {
		body := unhex(t, tt.body)
		p, err := decode(tt.header, body, tt.version)
		require.NoError(t, err, tt.text)
		require.Equal(t, tt.text, p.String())
		for n := range body {
			if _, err := decode(tt.header, body[:n], tt.version); tt.truncated {
				require.Error(t, err, "%s, %d octets", tt.text, n)
			}
		}
	}
}

// TestDecodeIsStrict: what a server must not send is seen, in whichever row it happens.
func TestDecodeIsStrict(t *testing.T) {
	for _, tt := range []struct {
		name    string
		version int
		header  byte
		body    string
	}{
		{"reserved CONNACK flag", 4, 0x20, "02 00"},
		{"flags of PINGRESP", 4, 0xd1, ""},
		{"flags of PUBREL", 4, 0x60, "0001"},
		{"packet id 0", 4, 0x40, "0000"},
		{"QoS 3", 4, 0x36, "0001 61 0001"},
		{"DUP with QoS 0", 4, 0x38, "0001 61"},
		{"octets too many", 4, 0xd0, "00"},
		{"DISCONNECT to version 3.1.1", 4, 0xe0, "00"},
		{"a packet of the client's", 5, 0x82, "0001 00"},
		{"property of another packet", 5, 0x40, "0001 00 05 11 00000001"},
		{"property twice", 5, 0x20, "00 00 06 21 000a 21 000a"},
		{"text that is not UTF-8", 4, 0x30, "0001 ff"},
		{"varint that is too long", 5, 0x30, "0001 61 80 00"},
	} {
		_, err := decode(tt.header, unhex(t, tt.body), tt.version)
		require.Error(t, err, tt.name)
	}
}

// TestMatch: a row fails when it should.
func TestMatch(t *testing.T) {
	for _, tt := range []struct {
		want, got string
		ok        bool
	}{
		{"PUBLISH topic=a payload=x", "PUBLISH topic=a id=3 payload=x", true},
		{"PUBLISH topic=a payload=x", "PUBLISH topic=a qos=1 payload=x", false},
		{"PUBLISH topic=a payload=x", "PUBLISH topic=a dup=1 payload=x", false},
		{"PUBLISH topic=a payload=x", "PUBLISH topic=a expiry=5 payload=x", false},
		{"PUBLISH topic=a payload=x retain", "PUBLISH topic=a payload=x", false},
		{"PUBLISH topic=a expiry=4..6", "PUBLISH topic=a expiry=5", true},
		{"PUBLISH topic=a expiry=4..6", "PUBLISH topic=a expiry=7", false},
		{"PUBLISH topic=a user=b:1 user=a:2", "PUBLISH topic=a user=b:1 user=a:2", true},
		{"PUBLISH topic=a user=b:1 user=a:2", "PUBLISH topic=a user=a:2 user=b:1", false},
		{"PUBLISH topic=a user=b:1", "PUBLISH topic=a user=b:1 user=a:2", false},
		{"PUBLISH topic=a sub-id=1 sub-id=2", "PUBLISH topic=a sub-id=1", false},
		{"PUBLISH topic=a", "PUBACK id=1", false},
		{"PUBACK id=1", "PUBACK id=1 reason=0x10", true},
		{"PUBACK id=1", "PUBACK id=1 reason=0x80", false},
		{"PUBACK id=1 reason=0", "PUBACK id=1 reason=0x10", false},
		{"PUBACK id=1 reason=0x10|0x80", "PUBACK id=1 reason=0x10", true},
		{"SUBACK id=1 codes=1,0", "SUBACK id=1 codes=0x01,0x00", true},
		{"SUBACK id=1 codes=1,0", "SUBACK id=1 codes=0x00,0x01", false},
		{"SUBACK id=1", "SUBACK id=1 codes=0x00", false},
		{"CONNACK", "CONNACK receive-maximum=5", true},
		{"CONNACK", "CONNACK session=1", false},
		{"CONNACK", "CONNACK reason=0x80", false},
		{"CONNACK assigned-client=-", "CONNACK assigned-client=x", false},
	} {
		want, err := parsePacket(tt.want)
		require.NoError(t, err)
		got, err := parsePacket(tt.got)
		require.NoError(t, err)
		require.Equal(t, tt.ok, match(want, got, 5, map[string]string{}) == nil, "%s, %s", tt.want, tt.got)
	}
}
