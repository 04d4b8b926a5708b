package e2e

const (
	connectWill = `
		C 0B 04 0C 01 01 2C "pump7"             // E07 CONNECT, clean, will, keep-alive 300
		G 02 06                                 // E10 WILLTOPICREQ
	`
	giveWill = `
		C 0E 07 30 "state/pump7"                // E11 WILLTOPIC q1 retained
		G 02 08                                 // E13 WILLMSGREQ
		C 09 09 "offline"                       // E14 WILLMSG
		G 03 05 00
	`
	// connectBrief has a keep-alive of one second, after half of which more the device is lost.
	connectBrief = `
		C 0B 04 0C 01 00 01 "pump7"
		G 02 06
	`
)

var willConversations = []conversation{
	{name: "connect", script: connectWill + giveWill + alive},
	{name: "every step twice", script: connectWill + connectWill + `
		C 0E 07 30 "state/pump7"
		G 02 08
		C 0E 07 30 "state/pump7"
		G 02 08
		C 09 09 "offline"
		G 03 05 00
		C 09 09 "offline"
		G 03 05 00
	` + alive},
	{name: "no will after all", script: connectWill + `
		C 02 07                                 // E12 empty WILLTOPIC
		G 03 05 00
	` + alive},
	{name: "lost", script: `
		M sub state/#
	` + connectBrief + giveWill + `
		M got state/pump7 q1 "offline"
		M sub state/#
		M got state/pump7 q1r "offline"
	`},
	{name: "binary", script: `
		M sub state/#
	` + connectBrief + `
		C 0E 07 00 "state/pump7"
		G 02 08
		C 06 09 FF 00 FE 00
		G 03 05 00
		M got state/pump7 q0 "\xff\x00\xfe\x00"
	`},
	{name: "not after DISCONNECT", script: `
		M sub #
	` + connectWill + giveWill + `
		C 02 18
		G 02 18
	` + connect + registerTemp + `
		C 0B 0C 20 <temp> 00 02 "21.5"
		G 07 0D <temp> 00 02 00
		M got site/a/temp q1 "21.5"             // and nothing before it
	`},
	{name: "updated", script: `
		M sub state/#
	` + connectBrief + giveWill + `
		C 0A 1A 00 "state/x"                    // E43 WILLTOPICUPD
		G 03 1B 00                              // E45
		C 06 1C "gone"                          // E46 WILLMSGUPD
		G 03 1D 00
		M got state/x q0 "gone"
	`},
	{name: "deleted", script: `
		M sub #
	` + connectBrief + giveWill + `
		C 02 1A                                 // E44 empty WILLTOPICUPD
		G 03 1B 00
	` + alive},
	{name: "QoS 3", script: connectWill + `
		C 0E 07 60 "state/pump7"
		G 03 05 03
	`},
}
