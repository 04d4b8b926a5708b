// Package mqttsn reads and writes the packets of MQTT-SN version 1.2.
//
// Every packet of the protocol is a struct with three methods: Append encodes it at the end of a buffer, Parse reads
// it from the body of a datagram, and Len tells how long it is on the wire. [Split] cuts a datagram into type and body:
//
//	typ, body, err := mqttsn.Split(datagram)
//	if err != nil {
//		return err // not MQTT-SN: count it and drop it
//	}
//	switch typ {
//	case mqttsn.TypePublish:
//		var p mqttsn.Publish
//		if err := p.Parse(body); err != nil {
//			return err
//		}
//		…
//	}
//
// None of this allocates: parsed slices share memory with the datagram, so whoever keeps one beyond the next read
// copies it. Tools that care more for comfort than for speed use [Parse] and [Encode], and print packets with String.
//
// The package checks that a packet has the shape that the specification gives it, and nothing else. Whether a topic
// name is valid, a client id too long or a topic id known is for the gateway and the client to judge; they can answer,
// a codec can only refuse. Bits that the specification calls "not used" are ignored when read and kept as they are.
//
// Section numbers in comments point into the specification, "MQTT For Sensor Networks (MQTT-SN) Version 1.2" of
// November 2013.
package mqttsn
