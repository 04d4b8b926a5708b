package e2e

// malformedConversations sends what the reference lists in section 15, from a stranger and from a device with a
// session: the answer is the one that the list gives, if any, and the session goes on.
func malformedConversations() []conversation {
	var silent string
	for _, datagram := range []string{
		``, `00`, `00 04`, // nothing, length 0
		`01`, `01 00`, `01 00 04`, // long form, cut off
		`02`,          // shorter than its length
		`01 00 03 17`, // long form, length below 4
		`05 00 01 03`,
		`02 16 00`,    // longer than its length
		`04 04 04 01`, // CONNECT without duration
		`06 0C 00 00 01 00`,
		`03 18 0E`,                                  // half a duration
		`02 03`, `02 11`, `02 19`, `02 1E`, `02 FF`, // reserved types
		`02 FE`, `03 FE 00`, `05 FE 00 00 13`, // nothing inside
		`05 FE 00 00 13 05 FE 00 00 14 02 16`, // nested
	} {
		silent += "C " + datagram + "\n"
	}
	return []conversation{
		{name: "from a stranger", script: silent + stranger},
		{name: "from a device", script: connect + silent + `
			C 05 05 00 00 00                        // CONNACK with more than it has; from a stranger it is of version 2.0
		` + alive},
		{name: "empty client id", script: `
			C 06 04 04 01 00 3C
			G 03 05 03
		` + stranger},
		{name: "topic id 0", script: connect + `
			C 07 0C 20 00 00 00 01
			G 07 0D 00 00 00 01 02
		` + alive},
		{name: "empty filter", script: connect + `
			C 05 12 00 00 01
			G 08 13 ?? ?? ?? 00 01 03
		` + alive},
		{name: "short topic of three octets", script: connect + `
			C 08 12 02 00 01 "abc"
			G 08 13 ?? ?? ?? 00 01 03
		` + alive},
		{name: "filter with a misplaced wildcard", script: connect + `
			C 0A 12 00 00 01 "a/#/b"
			G 08 13 ?? ?? ?? 00 01 03
			C 09 12 00 00 02 61 00 "/b"             // U+0000
			G 08 13 ?? ?? ?? 00 02 03
			C 07 12 00 00 03 FF FE                  // not UTF-8
			G 08 13 ?? ?? ?? 00 03 03
		` + alive},
		{name: "topic id type 3", script: connect + `
			C 07 12 03 00 01 00 0A
			G 08 13 ?? ?? ?? 00 01 03
			C 09 0C 23 00 0A 00 02 "42"
			G 07 0D 00 0A 00 02 03
		` + alive},
	}
}
