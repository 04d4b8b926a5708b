// Package protection seals packets of MQTT-SN 2.0 in the Protection Encapsulation, and opens them (draft CSD01, 3.17).
//
// A [Sender] seals what one side sends, with a [Counter] that makes every packet different; a [Receiver] opens what one
// sender has sent, with a [Window] that lets every packet in once. Both need a [Key]. Which key belongs to which sender
// identifier, and where counters and windows are kept while the process is down, is for the caller to know: nothing here
// touches a disk or a clock, and nothing may be used by two goroutines at once.
//
//	key, err := protection.NewKey(v2.AESCCM64128, secret)
//	…
//	datagram, err := protection.NewSender(key, ourID, counter).Seal(nil, packet)
//
//	receiver := protection.Receiver{ID: theirID, Key: key}
//	packet, err := receiver.Open(nil, datagram)
//
// The draft leaves open what the algorithms are applied to, and says nothing of failed tags, of the counter's first value
// and of its last. Our readings are in docs/mqttsn-2.0.md, with the tests that hold us to them. In short: the tag covers
// everything before it, the header with the final length included; the nonce is made of everything before the packet
// inside; a packet is dropped in silence unless its tag is right and its counter is new.
//
// HMAC, SHA-3, AES and GCM are those of the standard library, ChaCha20-Poly1305 is golang.org/x/crypto's and CCM is that of
// pion/dtls. CMAC is our own, for want of a maintained one.
package protection
