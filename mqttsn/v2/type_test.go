package v2_test

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	. "mqttsn-gateway/mqttsn/v2"
)

// The table of 1.3 of our reference, with REGISTER and REGACK as the draft's chapter 3 has them (13.3 of the reference, 2).
// v2.0 3.15.5-1, 3.18-2
func TestTypes(t *testing.T) {
	const both = Client | Server
	for _, tt := range []struct {
		typ    Type
		name   string
		sentBy Role
	}{
		{0x01, "CONNECT", Client}, {0x02, "CONNACK", Server}, {0x03, "PUBLISH", both}, {0x04, "PUBACK", both},
		{0x05, "PUBREC", both}, {0x06, "PUBREL", both}, {0x07, "PUBCOMP", both}, {0x08, "SUBSCRIBE", Client},
		{0x09, "SUBACK", Server}, {0x0A, "UNSUBSCRIBE", Client}, {0x0B, "UNSUBACK", Server}, {0x0C, "PINGREQ", Client},
		{0x0D, "PINGRESP", Server}, {0x0E, "DISCONNECT", both}, {0x0F, "AUTH", both}, {0x10, "REGISTER", both},
		{0x11, "REGACK", both}, {0x12, "PUBWOS", both}, {0x13, "SLEEPREQ", Client}, {0x14, "SLEEPRESP", Server},
		{0x15, "WAKEUP", Server}, {0x16, "ADVERTISE", Server}, {0x17, "SEARCHGW", Client}, {0x18, "GWINFO", both},
		{0xFC, "FORWARDER", both}, {0xFE, "CONNECTION", Client}, {0xFF, "PROTECTION", both},
	} {
		require.Equal(t, tt.name, tt.typ.String())
		require.False(t, tt.typ.Reserved(), tt.name)
		require.Equal(t, tt.sentBy&Client != 0, tt.typ.SentBy(Client), tt.name)
		require.Equal(t, tt.sentBy&Server != 0, tt.typ.SentBy(Server), tt.name)
	}
}

func TestReservedTypes(t *testing.T) {
	for i := range 256 {
		typ := Type(i)
		reserved := typ == 0x00 || typ >= 0x19 && typ <= 0xFB || typ == 0xFD
		require.Equal(t, reserved, typ.Reserved(), typ)
		_, _, err := Split([]byte{2, byte(i)})
		if reserved {
			require.ErrorIs(t, err, ErrReservedType)
			require.False(t, typ.SentBy(Client) || typ.SentBy(Server))
		} else {
			require.NoError(t, err)
		}
	}
	require.Equal(t, "0x1E", Type(0x1E).String())
}

// Every packet of the draft is among the examples, and so can be read and written.
func TestEveryTypeHasAnExample(t *testing.T) {
	for i := range 256 {
		typ := Type(i)
		found := slices.ContainsFunc(examples, func(ex example) bool { return ex.packet.Type() == typ })
		require.Equal(t, !typ.Reserved(), found, typ)
	}
}

func TestTopicTypeNames(t *testing.T) {
	for typ, want := range map[TopicType]string{0b00: "session", 0b01: "predefined", 0b10: "reserved", 0b11: "name"} {
		require.Equal(t, want, typ.String())
	}
}

// The five types of 4.12.1-2, which are all that may come without a Virtual Connection (4.2.1-1), encapsulations aside.
func TestConnectionless(t *testing.T) {
	for i := range 256 {
		switch typ := Type(i); typ {
		case TypeConnect, TypePubwos, TypeAdvertise, TypeSearchGw, TypeGwInfo:
			require.True(t, typ.Connectionless(), typ)
		default:
			require.False(t, typ.Connectionless(), typ)
		}
	}
}

func TestNesting(t *testing.T) {
	encapsulations := []Type{TypeForwarder, TypeProtection, TypeConnection}
	for _, tt := range []struct {
		outer Type
		holds []Type // of the encapsulations
	}{
		{TypeForwarder, []Type{TypeProtection, TypeConnection}},
		{TypeProtection, []Type{TypeConnection}}, // 3.17.8-1
		{TypeConnection, nil},
		{TypePublish, nil},
	} {
		for _, inner := range encapsulations {
			require.Equal(t, slices.Contains(tt.holds, inner), tt.outer.MayHold(inner), "%v in %v", inner, tt.outer)
		}
	}
	for typ := TypeConnect; typ <= TypeGwInfo; typ++ {
		require.True(t, TypeForwarder.MayHold(typ), typ)
		require.True(t, TypeProtection.MayHold(typ), typ)
		seven := slices.Contains([]Type{TypePublish, TypeSubscribe, TypeUnsubscribe, TypeRegister, TypeDisconnect, TypeSleepreq,
			TypePingreq}, typ)
		require.Equal(t, seven, TypeConnection.MayHold(typ), "3.18-3: %v", typ)
		require.False(t, TypePublish.MayHold(typ), typ)
	}
}
