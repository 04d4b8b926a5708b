// Package frame speaks the API serial protocol of Digi's XBee radio modems: it turns octets on a serial line into frames
// and frames into octets. It opens no port, reads no clock and keeps no state beside the [Parser]'s unfinished frame.
//
// On the line, a frame is
//
//	7E Length(2) Data(Length) Checksum(1)
//
// and its data begins with a [Type]. Every type is a struct with two methods: Append encodes the frame data, type
// octet included, at the end of a slice; Parse reads it. [Append] and [Parser] put the frame data on the line and take
// it off again, plain or escaped according to the [Mode] of the modem.
//
// Slices in a parsed frame share memory with what was parsed.
package frame
