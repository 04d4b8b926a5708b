package e2e

import (
	"testing"

	"mqttsn-gateway/gateway/e2e/programs"
)

// Conversations in version 2.0, octet for octet, with the gateway's process and an ordinary MQTT client. The numbers 01 to 62
// are those of the worked examples in our reference of the draft, section 11.
func TestConversations20(t *testing.T) {
	for _, c := range conversations20 {
		t.Run("builtin/"+c.name, func(t *testing.T) {
			t.Parallel()
			g := startBuiltin(t, gatewayOptions{flags: c.flags})
			play(g, newDevice(t, g.udp), c.script)
		})
		if c.builtinOnly {
			continue
		}
		t.Run("transparent/"+c.name, func(t *testing.T) {
			t.Parallel()
			programs.Ours(t, "mqttsn-gateway")
			g := startTransparent(t, startMosquitto(t).addr, gatewayOptions{flags: c.flags})
			play(g, newDevice(t, g.udp), c.script)
		})
	}
}

const (
	connect20 = `
		C 0E 01 01 00 01 02 01 2C 00 FF "dev1"  // 02 CONNECT, clean start, keep alive 300, packets of up to 255 octets
		G 06 02 00 00 01 00                     // CONNACK
	`
	alive20 = `
		C 04 0C 22 22                           // 37 PINGREQ
		G 04 0D 22 22                           // 38 PINGRESP
	`
	gone20 = `
		C 04 0C 22 22                           // 37 PINGREQ
		G 04 0E 04 F4                           // DISCONNECT: no virtual connection
	`
)

var conversations20 = []conversation{
	{name: "smallest CONNECT", script: `
		C 0A 01 01 10 01 02 00 3C 00 00         // 01, no client id
		G 1B 02 00 10 01 00 "auto-" ?? ?? ?? ?? ?? ?? ?? ?? ?? ?? ?? ?? ?? ?? ?? ??
	` + alive20},
	{name: "another version", script: `
		C 0A 01 01 00 01 03 00 3C 00 00         // N3
		G 06 02 00 00 01 84                     // 09
	` + gone20},
	{name: "publish and goodbye", script: `
		M sub #
	` + connect20 + `
		C 08 10 00 00 05 "a/b"                  // 11 REGISTER
		G 07 11 04 00 05 <ab>                   // 13 REGACK
		C 09 03 00 <ab> "21.5"                  // 16 PUBLISH q0
		M got a/b q0 "21.5"
		C 0A 03 03 00 03 "a/b" "hi"             // 17 PUBLISH q0 by name
		M got a/b q0 "hi"
		C 08 03 40 00 08 <ab> "x"               // 19 PUBLISH q2
		G 04 05 00 08                           // 26 PUBREC
		C 08 03 C0 00 08 <ab> "x"               // 20 the same with DUP
		G 04 05 00 08
		C 04 06 00 08                           // 27 PUBREL
		G 04 07 00 08
		M got a/b q2 "x"
		C 03 0E 00                              // 40 DISCONNECT
	` + gone20},
	{name: "subscribe", script: connect20 + `
		C 08 08 23 00 09 "a/#"                  // 29 SUBSCRIBE
		G 06 09 01 00 09 01                     // 32 SUBACK
		M pub -q 1 -t a/b -m on
		G 0C 03 23 <m> 00 03 "a/b" "on"         // PUBLISH q1 by name
		C 04 04 <m>                             // 24 PUBACK
		C 08 0A 03 00 0C "a/#"                  // 34 UNSUBSCRIBE
		G 04 0B 00 0C
		C 08 0A 03 00 0D "a/#"
		G 05 0B 00 0D 11                        // 36 UNSUBACK: there was none
	` + alive20},
	{name: "sleep", script: connect20 + `
		C 08 08 23 00 09 "a/b"
		G 08 09 04 00 09 <ab> 01                // 31 SUBACK with an alias
		C 09 13 01 00 0E 00 00 02 58            // 46 SLEEPREQ
		G 05 14 00 00 0E                        // 47 SLEEPRESP
		C 04 0C 22 22
		G 04 0D 22 22
		C 09 03 00 <ab> "21.5"                  // a sleeper must not
		G 04 0E 04 82
	` + gone20},
	{name: "malformed", script: connect20 + `
		C 06 03 0C 00 21 31                     // N6
		G 04 0E 04 81
	` + gone20},
	{name: "will", script: `
		M sub lwt/#
		C 1B 01 03 17 00 02 02 00 3C 00 00 00 06 "lwt/s7" 00 04 "gone" "s7"  // 04
		G 06 02 00 00 02 00
		C 04 0E 04 04                           // DISCONNECT with will
		M got lwt/s7 q1 "gone"
	`},
	{name: "forwarder", script: `
		C 13 FC 03 AA BB 01 0D 01 01 00 01 02 01 2C 00 00 "dev"
		G 0C FC 03 AA BB 01 06 02 00 00 01 00
		C 0A FC 03 AA BB 01 04 0C 22 22         // 55
		G 0A FC 03 AA BB 01 04 0D 22 22
	`},
	{name: "beside 1.2", script: `
		C 02 17                                 // 51 SEARCHGW
		G 03 18 01                              // 53 GWINFO
		C 03 01 01                              // 65 SEARCHGW of 1.2
		G 03 02 01
	` + connect20 + alive20 + connect + alive + connect20 + alive20},
}
