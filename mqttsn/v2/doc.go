// Package v2 reads and writes the packets of MQTT-SN version 2.0, as the OASIS draft CSD01 of 14 August 2026 has them.
//
// The draft may change, and it contradicts itself in places. How we read it is written down, point by point and with
// the tests that hold us to it, in docs/mqttsn-2.0.md. Nothing but the coding of the header is common with version 1.2:
// no packet type has kept its number. [Detect] tells whose packet a datagram is.
//
// The package is used like the one for 1.2. Every packet is a struct with the methods Append, Parse and Len; [Split]
// cuts a datagram into type and body:
//
//	typ, body, err := v2.Split(datagram)
//	if err == nil && typ == v2.TypePublish {
//		var p v2.Publish
//		err = p.Parse(body)
//		…
//	}
//
// None of this allocates unless a packet is refused. Parsed slices share memory with the datagram: whoever keeps one
// beyond the next read copies it. Tools use [Parse], [Encode] and String.
//
// Parse is strict, as the draft wants it: reserved bits, ill-formed text and octets too many are errors. An [Error]
// carries the reason code to answer with, and the packet identifier if it was read before the fault. What a codec cannot
// know it leaves to its caller: which side may send a packet ([Type.SentBy]) or a reason code ([ReasonCode.Allowed]),
// whether a topic name is valid or an alias known, and what belongs to a session.
//
// Parse accepts more than one form where the draft does, and Append writes one of them: the short header wherever it
// will do; no field whose absence says the same as its value (a reason code of Success, except in SUBACK; a session
// expiry of 0 in CONNECT).
//
// The packet of the Protection Encapsulation is here; sealing and opening it is the business of package protection.
//
// Numbers of rules in comments, such as 3.1.7-1, are those of the draft's conformance statements without their prefix.
package v2
