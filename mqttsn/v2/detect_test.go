package v2_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"mqttsn-gateway/mqttsn"
	. "mqttsn-gateway/mqttsn/v2"
)

var (
	stranger = Origin{}
	known12  = Origin{Version: V12}
	known20  = Origin{Version: V20}
	group    = Origin{Multicast: true}
)

// The table of 1.4 of our reference, row by row, and what it leaves open.
func TestDetect(t *testing.T) {
	for _, tt := range []struct {
		name string
		hex  string
		from Origin
		want Version
	}{
		// 0x01
		{"65 SEARCHGW 1.2", "03 01 01", stranger, V12},
		{"SEARCHGW 1.2 in the long form", "01 00 05 01 01", stranger, V12},
		{"01 CONNECT 2.0", "0a 01 01 10 01 02 00 3c 00 00", stranger, V20},
		{"CONNECT 2.0 in the long form", "01 00 0c 01 01 10 01 02 00 3c 00 00", stranger, V20},
		{"N3 CONNECT of version 3, to be refused with 0x84", "0a 01 01 00 01 03 00 3c 00 00", stranger, V20},
		{"0x01 without body", "02 01", stranger, Neither},
		{"0x01 between SEARCHGW and CONNECT", "09 01 01 10 01 02 00 3c 00", stranger, Neither},

		// 0x04
		{"64 CONNECT 1.2", "0a 04 04 01 00 3c 64 65 76 31", stranger, V12},
		{"CONNECT 1.2 without client id", "06 04 04 01 00 3c", stranger, V12},
		{"CONNECT of a protocol that is neither", "07 04 04 03 00 3c 61", stranger, V12},
		{"24 PUBACK 2.0 without a connection", "04 04 00 07", stranger, V20},
		{"25 PUBACK 2.0 with reason", "05 04 00 07 f0", stranger, V20},
		{"CONNECT 1.2 cut short", "04 04 04 01", stranger, V12},
		{"CONNECT 1.2 with will cut short", "05 04 0c 01 00", stranger, V12},
		{"PUBACK 2.0 of packet 1", "04 04 00 01", stranger, V20},
		{"0x04 too short for both", "03 04 00", stranger, Neither},

		// 0x0C
		{"37 PINGREQ 2.0 without a connection", "04 0c 22 22", stranger, V20},
		{"PUBLISH 1.2 of a stranded device", "0b 0c 20 00 01 00 02 32 31 2e 35", stranger, V12},
		{"PUBLISH 1.2 QoS 0", "07 0c 00 00 01 00 00", stranger, V12},
		{"63 PUBLISH 1.2 QoS -1", "08 0c 61 00 09 00 00 37", stranger, V12},
		{"0x0C between PINGREQ and PUBLISH", "06 0c 61 00 09 00", stranger, Neither},

		// 0x12
		{"44 PUBWOS", "06 12 01 00 09 37", stranger, V20},
		{"45 PUBWOS by name", "09 12 13 00 03 61 2f 62 37", stranger, V20},
		{"SUBSCRIBE 1.2 by name", "0c 12 20 00 03 63 6d 64 2f 6c 65 64", stranger, V12},
		{"SUBSCRIBE 1.2 by name with QoS 0", "08 12 00 00 03 61 2f 62", stranger, V12},
		{"SUBSCRIBE 1.2 by short name", "07 12 02 00 03 61 62", stranger, V12},
		{"SUBSCRIBE 1.2 by predefined id", "07 12 21 00 05 00 0a", stranger, V12},
		{"the example that has both meanings where PUBWOS is welcome", "07 12 01 00 05 00 0a", Origin{Pubwos: true}, V20},
		{"the example that has both meanings", "07 12 01 00 05 00 0a", stranger, Ambiguous},
		{"the same from a 1.2 device", "07 12 01 00 05 00 0a", Origin{Version: V12, Pubwos: true}, V12},
		{"the same from a 2.0 device", "07 12 01 00 05 00 0a", known20, V20},

		// 0x16
		{"PINGREQ 1.2", "02 16", stranger, V12},
		{"PINGREQ 1.2 with client id", "05 16 64 65 76", stranger, V12},
		{"50 ADVERTISE 2.0", "05 16 01 03 84", group, V20},
		{"PINGREQ 1.2 to the group", "06 16 64 65 76 31", group, V12},
		{"ADVERTISE or PINGREQ of a 1.2 device", "05 16 01 03 84", Origin{Version: V12, Multicast: true}, V12},
		{"ADVERTISE of a 2.0 peer", "05 16 01 03 84", known20, V20},

		// 0x17
		{"51 SEARCHGW 2.0", "02 17", stranger, V20},
		{"52 SEARCHGW 2.0 with radius", "03 17 01", group, V20},
		{"PINGRESP 1.2", "02 17", known12, V12},
		{"SEARCHGW 2.0 of a 1.2 device", "03 17 01", known12, V20},

		// 0x18
		{"53 GWINFO 2.0", "03 18 01", group, V20},
		{"54 GWINFO 2.0 of a client", "09 18 01 c0 a8 00 01 07 5b", group, V20},
		{"GWINFO 2.0 that looks like DISCONNECT 1.2", "04 18 01 02", group, V20},
		{"DISCONNECT 1.2", "02 18", stranger, V12},
		{"DISCONNECT 1.2 with duration", "04 18 0e 10", stranger, V12},
		{"DISCONNECT 1.2 of a known device", "04 18 0e 10", known12, V12},
		{"GWINFO 2.0 to us alone", "03 18 01", stranger, V20},

		// The encapsulations.
		{"56 Connection Encapsulation", "0a fe 00 02 73 37 04 0c 22 22", stranger, V20},
		{"Connection Encapsulation in the long form", "01 00 0c fe 00 02 73 37 04 0c 22 22", stranger, V20},
		{"Connection Encapsulation from a 1.2 device's address", "0a fe 00 02 73 37 04 0c 22 22", known12, V20},
		{"forwarder 1.2", "05 fe 00 00 13 08 04 04 01 00 3c 6e 31", stranger, V12},
		{"forwarder 1.2 with a session of its own", "05 fe 00 00 13 08 04 04 01 00 3c 6e 31", known20, V12},
		{"0xFE cut short", "0a fe 00 02 73 37 04", stranger, Neither},
		{"55 forwarder 2.0", "0a fc 03 aa bb 01 04 0c 22 22", stranger, V20},
		{"forwarder 2.0 from a 1.2 device's address", "0a fc 03 aa bb 01 04 0c 22 22", known12, V20},
		{"58 protection", "1e ff 41 00 00 11 22 33 44 55 66 77 a1 b2 c3 d4 00 05 04 0c 22 22 5f 2e 2a 22 a7 6e 65 ae", stranger, V20},

		// Peers with a session.
		{"CONNECT 2.0 of a 1.2 device", "0a 01 01 10 01 02 00 3c 00 00", known12, V20},
		{"CONNECT 1.2 of a 2.0 device", "0a 04 04 01 00 3c 64 65 76 31", known20, V12},
		{"CONNECT of another protocol of a 2.0 device", "07 04 04 03 00 3c 61", known20, V20},
		{"SEARCHGW 1.2 of a 2.0 device", "03 01 01", known20, V12},
		{"malformed CONNECT 2.0 of a 2.0 device", "09 01 01 10 01 02 00 3c 00", known20, V20},
		{"SEARCHGW 1.2 of a 1.2 device", "03 01 01", known12, V12},
		{"PINGREQ 1.2 of a 1.2 device", "02 16", known12, V12},
		{"PINGREQ 2.0 of a 2.0 device", "04 0c 22 22", known20, V20},
		{"PUBLISH 1.2 of a 2.0 device is for the 2.0 codec to refuse", "07 0c 00 00 01 00 00", known20, V20},
		{"what fits neither, of a 1.2 device", "02 03", known12, V12},
		{"wrong length of a 1.2 device", "05 16", known12, V12},
		{"wrong length of a 2.0 device", "05 0c 22 22", known20, V20},

		// Strangers and types of which the table has no row.
		{"wrong length", "05 0c 22 22", stranger, Neither},
		{"no header", "01 00", known12, Neither},
		{"nothing", "", known20, Neither},
		{"ADVERTISE 1.2", "05 00 01 03 84", group, V12},
		{"GWINFO 1.2", "03 02 01", group, V12},
		{"reserved in both", "02 1e", stranger, Neither},
		{"16 PUBLISH 2.0", "09 03 00 00 21 32 31 2e 35", stranger, V20},
		{"26 PUBREC 2.0", "04 05 00 08", stranger, V20},
		{"27 PUBREL 2.0", "04 06 00 08", stranger, V20},
		{"28 PUBCOMP 2.0 or WILLTOPIC 1.2", "05 07 00 08 92", stranger, Ambiguous},
		{"WILLTOPIC 1.2", "06 07 00 61 2f 62", stranger, V12},
		{"29 SUBSCRIBE 2.0", "08 08 23 00 09 61 2f 23", stranger, V20},
		{"WILLMSG 1.2", "06 09 67 6f 6e 65", stranger, V12},
		{"REGISTER 1.2", "09 0a 00 00 00 01 61 2f 62", stranger, V12},
		{"34 UNSUBSCRIBE 2.0", "08 0a 03 00 0c 61 2f 23", stranger, V20},
		{"UNSUBSCRIBE 2.0 by session alias", "07 0a 00 11 0d 00 22", stranger, V20},
		{"35 UNSUBSCRIBE 2.0 or REGISTER 1.2", "07 0a 00 00 0d 00 22", stranger, Ambiguous},
		{"REGACK 1.2", "07 0b 00 01 00 01 00", stranger, V12},
		{"PUBACK 1.2", "07 0d 00 01 00 02 00", stranger, V12},
		{"PUBCOMP 1.2 or DISCONNECT 2.0", "04 0e 04 82", stranger, Ambiguous},
		{"40 DISCONNECT 2.0", "03 0e 00", stranger, V20},
		{"PUBREC 1.2", "04 0f 12 34", stranger, V12},
		{"10 AUTH 2.0", "0e 0f 00 04 18 05 53 43 52 41 4d 01 02 03", stranger, V20},
		{"PUBREL 1.2", "04 10 12 34", stranger, V12},
		{"11 REGISTER 2.0", "08 10 00 00 05 61 2f 62", stranger, V20},
		{"15 REGACK 2.0", "06 11 00 00 06 00", stranger, V20},
		{"46 SLEEPREQ 2.0", "09 13 01 00 0e 00 00 02 58", stranger, V20},
		{"UNSUBSCRIBE 1.2", "0c 14 00 00 08 63 6d 64 2f 6c 65 64", stranger, V12},
		{"server's packets come from no client", "02 15", stranger, Neither},
		{"WILLTOPICUPD 1.2", "0a 1a 00 73 74 61 74 65 2f 78", stranger, V12},
		{"WILLMSGUPD 1.2", "06 1c 67 6f 6e 65", stranger, V12},
	} {
		t.Run(tt.name, func(t *testing.T) {
			require.Equal(t, tt.want, Detect(octets(tt.hex), tt.from))
		})
	}
}

// Appendix C.6 of the draft describes a packet of version 1.2, which our codec for that version reads.
func TestPublishQoSMinus1(t *testing.T) {
	p, err := mqttsn.Parse(octets("08 0c 61 00 09 00 00 37"))
	require.NoError(t, err)
	require.Equal(t, &mqttsn.Publish{Flags: mqttsn.QoSMinus1.Flags() | mqttsn.Predefined.Flags(), TopicID: 9, Data: []byte("7")}, p)
}

// Whatever a client of either version sends to a gateway that does not know it, it is not taken for the other version.
func TestDetectNeverConfuses(t *testing.T) {
	for _, ex := range examples {
		if !ex.packet.Type().SentBy(Client) {
			continue
		}
		for _, from := range []Origin{stranger, {Pubwos: true}, known20} {
			v := Detect(octets(ex.hex), from)
			require.Contains(t, []Version{V20, Ambiguous}, v, "%s: %v", ex.name, ex.packet)
		}
	}
}

func TestDetectDoesNotAllocate(t *testing.T) {
	wire := octets("09 03 00 00 21 32 31 2e 35")
	require.Zero(t, testing.AllocsPerRun(100, func() { Detect(wire, known20) }))
}

func TestVersionNames(t *testing.T) {
	var names []string
	for _, v := range []Version{Neither, V12, V20, Ambiguous} {
		names = append(names, v.String())
	}
	require.Equal(t, "neither 1.2 2.0 ambiguous", strings.Join(names, " "))
}

// A verdict is never against what the codecs can read.
func FuzzDetect(f *testing.F) {
	for _, ex := range examples {
		f.Add(octets(ex.hex), false, false)
	}
	for _, wire := range []string{"0a 04 04 01 00 3c 64 65 76 31", "03 01 01", "08 0c 61 00 09 00 00 37", "07 0a 00 00 0d 00 22",
		"05 fe 00 00 13 08 04 04 01 00 3c 6e 31"} {
		f.Add(octets(wire), true, true)
	}
	f.Fuzz(func(t *testing.T, datagram []byte, multicast, pubwos bool) {
		v := Detect(datagram, Origin{Multicast: multicast, Pubwos: pubwos})
		if v == Neither {
			p, err := Parse(datagram)
			require.False(t, err == nil && p.Type().SentBy(Client), "2.0: %v", p)
		}
	})
}
