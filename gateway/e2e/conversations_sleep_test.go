package e2e

var sleepConversations = []conversation{
	{name: "one message is kept", script: connect + subscribeLED + `
		C 04 18 0E 10                           // E42 DISCONNECT 3600
		G 02 18
		M pub -q 1 -t cmd/led -m open
		G silent
		W 0B 0C 20 <led> <m> "open"
		C 07 0D <led> <m> 00
		G 02 17
		G silent
	`},
	{name: "three wake cycles", builtinOnly: true, script: connect + subscribeLED + `
		C 04 18 0E 10
		G 02 18
		C 0B 16 "sensor-01"
		G 02 17
		M pub -q 1 -t cmd/led -m a
		M pub -q 1 -t cmd/led -m b
		C 0B 16 "sensor-01"
		G 08 0C 20 <led> <a> "a"
		C 07 0D <led> <a> 00
		G 08 0C 20 <led> <b> "b"
		C 07 0D <led> <b> 00
		G 02 17
		M pub -q 0 -t cmd/led -m c
		G silent
		C 0B 16 "sensor-01"
		G 08 0C 00 <led> 00 00 "c"
		G 02 17
	`},
	{name: "new duration while asleep", script: connect + `
		C 04 18 0E 10
		G 02 18
		C 04 18 00 3C
		G 02 18
		C 0B 16 "sensor-01"
		G 02 17
	`},
	{name: "connect from sleep", script: connect + subscribeLED + `
		C 04 18 0E 10
		G 02 18
		M pub -q 1 -t cmd/led -m open
		C 0F 04 00 01 00 3C "sensor-01"         // not clean
		G 03 05 00
		G 0D 0A <led> <r> "cmd/led"             // it may have lost its table: it may have rebooted
		C 07 0B <led> <r> 00
		G 0B 0C 20 <led> <m> "open"
		C 07 0D <led> <m> 00
	` + alive},
	{name: "disconnect from sleep", script: connect + `
		C 04 18 0E 10
		G 02 18
		C 02 18
		G 02 18
		C 0B 16 "sensor-01"
		G 02 18                                 // a clean session ended
	`},
	{name: "duration 0 is no sleep", script: connect + `
		C 04 18 00 00
		G 02 18
		C 02 16
		G 02 18
	`},
}
