package v2_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	. "mqttsn-gateway/mqttsn/v2"
)

// The data of example 06 of our reference, and the layouts of its section 8.1.
func TestAuthenticationData(t *testing.T) {
	type data interface {
		Append([]byte) []byte
		Parse([]byte) error
	}
	user := Basic{UserName: []byte("user"), Password: []byte("pw")}
	for _, tt := range []struct {
		name, hex  string
		want, into data
	}{
		{"basic", "00 04 75 73 65 72 00 02 70 77", &user, new(Basic)},
		{"basic, empty", "00 00 00 00", &Basic{octets(""), octets("")}, new(Basic)},
		{"basic, password of octets", "00 00 00 02 00 ff", &Basic{octets(""), octets("00 ff")}, new(Basic)},
		{"enhanced", "00 01 4d 00 02 be ef", &Enhanced{[]byte("M"), octets("be ef")}, new(Enhanced)},
		{"enhanced in CONNECT", "00 04 75 73 65 72 00 02 70 77 00 01 4d 00 02 be ef",
			&EnhancedConnect{user, Enhanced{[]byte("M"), octets("be ef")}}, new(EnhancedConnect)},
	} {
		t.Run(tt.name, func(t *testing.T) {
			wire := octets(tt.hex)
			require.NoError(t, tt.into.Parse(wire))
			require.Equal(t, tt.want, tt.into)
			require.Equal(t, append([]byte("before"), wire...), tt.want.Append([]byte("before")))

			for n := range wire {
				err := tt.into.Parse(wire[:n])
				require.ErrorIs(t, err, ErrTruncated, "first %d octets", n)
				require.Equal(t, MalformedPacket, err.(*Error).Reason)
			}
			require.ErrorIs(t, tt.into.Parse(append(wire, 0)), ErrTrailing)
		})
	}
}

func TestAuthenticationDataText(t *testing.T) {
	require.ErrorIs(t, new(Basic).Parse(octets("00 01 ff 00 00")), ErrText)
	require.ErrorIs(t, new(Enhanced).Parse(octets("00 01 00 00 00")), ErrText)
}

func TestAuthenticationDataTooLong(t *testing.T) {
	long, before := make([]byte, 0x10000), []byte("before")
	for _, a := range []interface{ Append([]byte) []byte }{
		Basic{UserName: long}, Basic{Password: long}, Enhanced{Method: long}, Enhanced{Data: long},
		EnhancedConnect{Basic: Basic{Password: long}}, EnhancedConnect{Enhanced: Enhanced{Data: long}},
	} {
		require.Equal(t, before, a.Append(before))
	}
}

// What is said about a packet with credentials does not give them away.
func TestSecretsAreNotShown(t *testing.T) {
	auth := Authentication{Method: []byte(MethodBasic), Data: Basic{[]byte("user"), []byte("hunter2")}.Append(nil)}
	for _, p := range []Packet{&Connect{HasAuth: true, Auth: auth}, &Connack{HasAuth: true, Auth: auth}, &Auth{Authentication: auth}} {
		require.NotContains(t, p.String(), "hunter2")
		require.Contains(t, p.String(), "MQTT-BASIC")
	}
}
