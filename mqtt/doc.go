// Package mqtt moves MQTT packets over connections: versions 3.1.1 and 5, and 3.1 as far as it differs from them in name
// only; over TCP, TLS and WebSocket; for the server's side and for the client's.
//
// There is one struct a packet, and it is neutral of the version: whoever uses this package speaks MQTT 5, and a [Conn]
// to a peer of an older version leaves out what that version cannot say and translates the reason codes. Sections in the
// comments are those of the MQTT 5 specification unless they say otherwise.
//
// The package knows packets and connections. Sessions, quality of service, subscriptions and keep alive are its caller's;
// but what can be judged from one packet and from the order of the first packets (reserved bits, text encoding, lengths,
// properties, which side may send what) is judged here, strictly, and ends in a [ProtocolError] with the reason to send.
package mqtt
