package e2e

import (
	"strconv"
	"strings"
	"testing"

	"mqttsn-gateway/gateway/e2e/programs"
)

// A conversation is a row of a table: what a device and the gateway say to each other, in the notation of script. The
// numbers E01 to E52 are those of the worked examples in the MQTT-SN 1.2 reference, section 13; all of them that a
// gateway sends or gets are here, and the traces of section 14.
type conversation struct {
	name   string
	script string
	flags  []string // of the gateway

	builtinOnly bool // the script depends on messages being with the gateway as soon as their publisher has PUBACK
}

const (
	connect = `
		C 0F 04 04 01 00 3C "sensor-01"         // E06 CONNECT, clean, keep-alive 60
		G 03 05 00                              // E08 CONNACK
	`
	// alive shows that a session lives, and that nothing came before the answer.
	alive = `
		C 02 16                                 // E38 PINGREQ
		G 02 17                                 // E40 PINGRESP
	`
	// stranger shows the same where there is no session.
	stranger = `
		C 02 18                                 // E41 DISCONNECT
		G 02 18
	`
	registerTemp = `
		C 11 0A 00 00 00 01 "site/a/temp"       // E15 REGISTER
		G 07 0B <temp> 00 01 00                 // E16 REGACK
	`
	subscribeLED = `
		C 0C 12 20 00 03 "cmd/led"              // E29 SUBSCRIBE q1
		G 08 13 20 <led> 00 03 00               // E30 SUBACK
	`
)

func TestConversations(t *testing.T) {
	for mode, table := range map[string][]conversation{
		"session":   sessionConversations,
		"uplink":    upConversations,
		"downlink":  downConversations,
		"sleep":     sleepConversations,
		"will":      willConversations,
		"malformed": malformedConversations(),
	} {
		for _, c := range table {
			t.Run("builtin/"+mode+"/"+c.name, func(t *testing.T) {
				t.Parallel()
				g := startBuiltin(t, gatewayOptions{flags: c.flags})
				play(g, newDevice(t, g.udp), c.script)
			})
			if c.builtinOnly {
				continue
			}
			t.Run("transparent/"+mode+"/"+c.name, func(t *testing.T) {
				t.Parallel()
				programs.Ours(t, "mqttsn-gateway")
				g := startTransparent(t, startMosquitto(t).addr, gatewayOptions{flags: c.flags})
				play(g, newDevice(t, g.udp), c.script)
			})
		}
	}
}

var sessionConversations = []conversation{
	{name: "search", flags: []string{"--gateway-id", "7"}, script: `
		C 03 01 01                              // E02 SEARCHGW
		G 03 02 07                              // E03 GWINFO
	`},
	{name: "GWINFO from a client is ignored", script: `
		C 09 02 01 C0 A8 01 0A 27 10            // E04
		C 06 02 01 02 00 00                     // E05
		C 05 00 01 03 84                        // E01 ADVERTISE
	` + stranger},
	{name: "connect", script: connect + alive},
	{name: "connect twice", script: connect + connect + alive},
	{name: "connect again, other client id", script: connect + `
		C 0B 04 04 01 01 2C "pump7"
		G 03 05 00
	` + alive},
	{name: "keep-alive 0", script: `
		C 0B 04 04 01 00 00 "pump7"
		G 03 05 00
	` + alive},
	{name: "unknown protocol", script: `
		C 0B 04 04 05 00 3C "pump7"
		G 03 05 03                              // not supported
	` + stranger},
	{name: "ping with client id while active", script: connect + `
		C 0B 16 "sensor-01"                     // E39
		G 02 17
	`},
	{name: "ping in long form", script: connect + `
		C 01 00 04 16
		G 02 17
		C 01 00 04 17                           // E52, unasked
	` + alive},
	{name: "disconnect", script: connect + `
		C 02 18                                 // E41
		G 02 18
		C 02 16
		G 02 18                                 // no longer known
	`},
	{name: "strangers are told to connect", script: `
		C 0B 0C 20 00 01 00 02 "21.5"           // E19, the gateway lost the session
		G 02 18
		C 11 0A 00 00 00 01 "site/a/temp"
		G 02 18
	`},
	{name: "unknown client id in PINGREQ", script: `
		C 0B 16 "sensor-01"
		G 02 18
	`},
	{name: "behind a forwarder", script: `
		C 05 FE 00 00 13 08 04 04 01 00 3C "n1" // E48
		G 05 FE ?? 00 13 03 05 00
		C 05 FE 00 00 14 08 04 04 01 00 3C "n2" // another node, same forwarder
		G 05 FE ?? 00 14 03 05 00
		C 05 FE 00 00 13 02 16
		G 05 FE ?? 00 13 02 17
		C 03 FE 00 08 04 04 01 00 3C "n3"       // a node id of no octets
		G 03 FE ?? 03 05 00
	`},
}

var upConversations = []conversation{
	{name: "register and publish QoS 1", script: connect + registerTemp + `
		M sub site/#
		C 0B 0C 20 <temp> 00 02 "21.5"          // E19
		G 07 0D <temp> 00 02 00                 // E21
		M got site/a/temp q1 "21.5"
	`},
	{name: "QoS 1 sent again", script: connect + registerTemp + `
		C 0B 0C 20 <temp> 00 02 "21.5"
		G 07 0D <temp> 00 02 00
		C 0B 0C A0 <temp> 00 02 "21.5"          // E20, DUP
		G 07 0D <temp> 00 02 00
	`},
	{name: "QoS 0", script: connect + registerTemp + `
		M sub site/#
		C 0B 0C 00 <temp> 00 00 "21.5"          // E18
		M got site/a/temp q0 "21.5"
		C 0B 0C 00 <temp> 00 09 "21.6"          // a message id where none belongs
		M got site/a/temp q0 "21.6"
	` + alive},
	{name: "QoS 2, retained, short topic", script: connect + `
		M sub t1
		C 09 0C 52 "t1" 12 34 "on"              // E23
		G 04 0F 12 34                           // E24 PUBREC
		C 09 0C D2 "t1" 12 34 "on"              // DUP: PUBREC was lost
		G 04 0F 12 34
		C 04 10 12 34                           // E25 PUBREL
		G 04 0E 12 34                           // E26 PUBCOMP
		C 04 10 12 34                           // PUBCOMP was lost
		G 04 0E 12 34
		M got t1 q2 "on"
		C 09 0C 42 "t1" 12 35 "of"
		G 04 0F 12 35
		C 04 10 12 35
		G 04 0E 12 35
		M got t1 q2 "of"                        // not "on" for the second time
		M sub t1
		M got t1 q2r "on"
	`},
	{name: "predefined topic", flags: []string{"--predefined", "10=site/a/level"}, script: connect + `
		M sub site/#
		C 09 0C 21 00 0A 00 02 "42"
		G 07 0D 00 0A 00 02 00
		M got site/a/level q1 "42"
	`},
	{name: "unknown topic id", script: connect + `
		C 0B 0C 20 00 01 00 02 "21.5"
		G 07 0D 00 01 00 02 02                  // E22
		C 0B 0C 00 00 01 00 00 "21.5"
		G 07 0D 00 01 00 00 02                  // QoS 0 as well
		C 09 0C 21 00 0A 00 03 "42"
		G 07 0D 00 0A 00 03 02                  // predefined
	`},
	{name: "topic table was lost", script: connect + `
		C 0B 0C A0 00 01 00 02 "21.5"
		G 07 0D 00 01 00 02 02
	` + registerTemp + `
		M sub site/#
		C 0B 0C 20 <temp> 00 02 "21.5"
		G 07 0D <temp> 00 02 00
		M got site/a/temp q1 "21.5"
	`},
	{name: "register twice", script: connect + registerTemp + registerTemp + `
		C 0D 0A 00 00 00 02 "cmd/led"
		G 07 0B <other> 00 02 00
		M sub #
		C 0B 0C 20 <temp> 00 03 "21.5"
		G 07 0D <temp> 00 03 00
		M got site/a/temp q1 "21.5"
		C 0B 0C 20 <other> 00 04 "21.5"
		G 07 0D <other> 00 04 00
		M got cmd/led q1 "21.5"
	`},
	{name: "register a wildcard", script: connect + `
		C 0C 0A 00 00 00 01 "site/#"
		G 07 0B 00 00 00 01 03
	` + alive},
	{name: "two messages at once", script: connect + registerTemp + `
		C 0D 0A 00 00 00 02 "cmd/led"
		G 07 0B <led> 00 02 00
		M sub #
		C 09 0C 20 <temp> 00 03 "t1"
		C 09 0C 20 <led> 00 04 "on"
		G 07 0D <temp> 00 03 00                 // each with its own topic id
		G 07 0D <led> 00 04 00
		M got site/a/temp q1 "t1"
		M got cmd/led q1 "on"
	`},
	{name: "QoS -1 is off", flags: []string{"--predefined", "10=site/a/level"}, script: `
		M sub #
		C 09 0C 61 00 0A 00 00 "42"             // E27
		C 09 0C 62 "ab" 00 00 "42"              // E28
	` + connect + registerTemp + `
		C 0B 0C 20 <temp> 00 02 "21.5"
		G 07 0D <temp> 00 02 00
		M got site/a/temp q1 "21.5"             // and nothing before it
	`},
	{name: "QoS -1", flags: []string{"--predefined", "10=site/a/level", "--allow-qos-minus-one"}, script: `
		M sub #
		C 09 0C 61 00 0A 00 00 "42"             // E27
		M got site/a/level q0 "42"
		C 09 0C 62 "ab" 00 00 "42"              // E28
		M got ab q0 "42"
	` + stranger},
	{name: "long messages", script: connect + registerTemp + `
		M sub site/#
		C 01 01 35 0C 00 <temp> 00 00 300*41    // E49
		M got site/a/temp q0 ` + strconv.Quote(strings.Repeat("A", 300)) + `
		C FF 0C 00 <temp> 00 00 248*42          // E50
		M got site/a/temp q0 ` + strconv.Quote(strings.Repeat("B", 248)) + `
		C 01 01 02 0C 00 <temp> 00 00 249*42    // E51
		M got site/a/temp q0 ` + strconv.Quote(strings.Repeat("B", 249)) + `
		C 01 00 0D 0C 00 <temp> 00 00 "21.5"    // longer than it need be
		M got site/a/temp q0 "21.5"
	`},
	{name: "empty payload", script: connect + registerTemp + `
		M sub site/#
		C 07 0C 20 <temp> 00 02
		G 07 0D <temp> 00 02 00
		M got site/a/temp q1 ""
	`},
}
