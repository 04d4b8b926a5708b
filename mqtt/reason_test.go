package mqtt

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// Every reason that CONNACK may carry either has a return code in MQTT 3.1.1, or closes without one.
func TestConnackCode(t *testing.T) {
	codes := map[Reason]byte{
		Success: 0, UnsupportedProtocolVersion: 1, ClientIdentifierNotValid: 2,
		ServerUnavailable: 3, ServerBusy: 3, QuotaExceeded: 3, UseAnotherServer: 3, ServerMoved: 3, ConnectionRateExceeded: 3,
		ServerShuttingDown: 3, BadUserNameOrPassword: 4, NotAuthorized: 5, Banned: 5, BadAuthenticationMethod: 5,
	}
	for i := range 256 {
		want, known := codes[Reason(i)]
		code, ok := connackCode(Reason(i))
		require.Equal(t, known, ok, Reason(i))
		if known {
			require.Equal(t, want, code, Reason(i))
		}
	}
}

func TestNames(t *testing.T) {
	require.Equal(t, "Not authorized", NotAuthorized.String())
	require.Equal(t, "reason 0x7F", Reason(0x7F).String())
	require.Equal(t, "PUBCOMP", PUBCOMP.String())
	require.Equal(t, "type 16", Type(16).String())
	require.Equal(t, "3.1.1", V311.String())
	require.Equal(t, "version 6", Version(6).String())
	require.EqualError(t, &ProtocolError{PacketTooLarge, "why"}, "mqtt: Packet too large: why")
}

// A packet of each type may carry as many reasons as its section in the specification lists; DISCONNECT from the server one
// more, 0x8C, which only the table of 2.4 gives it.
func TestReasonCounts(t *testing.T) {
	for _, tt := range []struct {
		t          Type
		fromServer bool
		count      int
	}{
		{CONNACK, true, 22}, {PUBACK, true, 9}, {PUBREC, false, 9}, {PUBREL, false, 2}, {PUBCOMP, true, 2},
		{SUBACK, true, 12}, {UNSUBACK, true, 7}, {DISCONNECT, true, 29}, {DISCONNECT, false, 14},
		{AUTH, true, 2}, {AUTH, false, 2}, {PUBLISH, true, 0},
	} {
		count := 0
		for i := range 256 {
			if Reason(i).validIn(tt.t, tt.fromServer) {
				count++
			}
		}
		require.Equal(t, tt.count, count, "%s from the server: %t", tt.t, tt.fromServer)
	}
}
