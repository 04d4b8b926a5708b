package e2e

import "strings"

var downConversations = []conversation{
	{name: "subscribe by name", script: connect + subscribeLED + `
		M pub -q 1 -t cmd/led -m open
		G 0B 0C 20 <led> <m> "open"
		C 07 0D <led> <m> 00
	` + alive},
	{name: "subscribe twice", script: connect + subscribeLED + subscribeLED + `
		M pub -q 0 -t cmd/led -m open
		G 0B 0C 00 <led> 00 00 "open"           // once
	` + alive},
	{name: "id of a subscription serves publications", script: connect + subscribeLED + `
		M sub cmd/#
		C 09 0C 00 <led> 00 00 "on"
		M got cmd/led q0 "on"
		G 09 0C 00 <led> 00 00 "on"             // to itself as well: version 1.2 has no No Local
	`},
	{name: "QoS 0", script: connect + subscribeLED + `
		M pub -q 0 -t cmd/led -m open
		G 0B 0C 00 <led> 00 00 "open"
	` + alive},
	{name: "QoS 2", script: connect + `
		C 0C 12 40 00 03 "cmd/led"
		G 08 13 40 <led> 00 03 00
		M pub -q 2 -t cmd/led -m open
		G 0B 0C 40 <led> <m> "open"
		C 04 0F <m>
		G 04 10 <m>
		C 04 0E <m>
	` + alive},
	{name: "QoS of the subscription is the limit", script: connect + subscribeLED + `
		M pub -q 2 -t cmd/led -m open
		G 0B 0C 20 <led> <m> "open"
		C 07 0D <led> <m> 00
	` + alive},
	{name: "one message in flight", script: connect + subscribeLED + `
		M pub -q 1 -t cmd/led -m first
		G 0C 0C 20 <led> <a> "first"
		M pub -q 1 -t cmd/led -m second
	` + alive + `
		C 07 0D <led> <a> 00
		G 0D 0C 20 <led> <b> "second"
		C 07 0D <led> <b> 00
	` + alive},
	{name: "wildcard", script: connect + `
		C 0B 12 00 00 04 "site/#"               // E31
		G 08 13 00 00 00 00 04 00               // E32
		M pub -t site/a/temp -m 21.5
		G 11 0A <temp> <m> "site/a/temp"        // E17 REGISTER
		C 07 0B <temp> <m> 00
		G 0B 0C 00 <temp> 00 00 "21.5"
		M pub -t site/a/temp -m 21.6
		G 0B 0C 00 <temp> 00 00 "21.6"          // known by now
	`},
	{name: "REGISTER is never answered", script: connect + `
		C 0B 12 00 00 04 "site/#"
		G 08 13 00 00 00 00 04 00
		M pub -t site/a/temp -m 21.5
		G 11 0A <temp> <m> "site/a/temp"
	` + subscribeLED + alive},
	{name: "predefined topic", flags: []string{"--predefined", "10=site/a/level"}, script: connect + `
		C 07 12 41 00 05 00 0A                  // E33
		G 08 13 40 00 0A 00 05 00
		M pub -t site/a/level -m 42
		G 09 0C 01 00 0A 00 00 "42"
	`},
	{name: "unknown predefined topic", script: connect + `
		C 07 12 41 00 05 00 0A
		G 08 13 ?? ?? ?? 00 05 02               // E35
	` + alive},
	{name: "short topic", script: connect + `
		C 07 12 22 00 06 "t1"                   // E34
		G 08 13 20 "t1" 00 06 00                // the name in place of an id: RIOT's emcute needs it
		M pub -t t1 -m on
		G 09 0C 02 "t1" 00 00 "on"
	`},
	{name: "name of two octets", script: connect + `
		C 07 12 20 00 06 "t1"                   // by name: an ordinary topic
		G 08 13 20 <t1> 00 06 00
		M pub -t t1 -m on
		G 09 0C 00 <t1> 00 00 "on"
	`},
	{name: "unsubscribe", script: connect + subscribeLED + `
		C 0C 14 00 00 08 "cmd/led"              // E36
		G 04 15 00 08                           // E37
		M pub -q 1 -t cmd/led -m open
	` + alive + `
		C 0C 14 00 00 09 "not/had"
		G 04 15 00 09
	`},
	{name: "retained", script: connect + `
		M pub -q 1 -r -t cmd/led -m open
	` + subscribeLED + `
		G 0B 0C 30 <led> <m> "open"
		C 07 0D <led> <m> 00
		M pub -q 0 -r -t cmd/led -m shut
		G 0B 0C ?? <led> 00 00 "shut"           // RETAIN is as the subscription's options are
	`},
	{name: "long message", script: connect + subscribeLED + `
		M pub -t cmd/led -m ` + strings.Repeat("A", 300) + `
		G 01 01 35 0C 00 <led> 00 00 300*41
		M pub -t cmd/led -m ` + strings.Repeat("B", 248) + `
		G FF 0C 00 <led> 00 00 248*42
		M pub -t cmd/led -m ` + strings.Repeat("B", 249) + `
		G 01 01 02 0C 00 <led> 00 00 249*42
	`},
	{name: "device refuses the id", script: connect + subscribeLED + `
		M pub -q 1 -t cmd/led -m open
		G 0B 0C 20 <led> <m> "open"
		C 07 0D <led> <m> 02                    // invalid topic id
		G 0D 0A <led> <r> "cmd/led"
		C 07 0B <led> <r> 00
		G 0B 0C ?? <led> <n> "open"             // once more
		C 07 0D <led> <n> 00
	` + alive},
	{name: "subscribe with QoS 3", script: connect + `
		C 0C 12 60 00 03 "cmd/led"
		G 08 13 ?? ?? ?? 00 03 03
	` + alive},
}
