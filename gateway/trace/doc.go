// Package trace shows the datagrams that pass a running gateway to who asks for them: in words, and as a pcapng file that
// Wireshark opens.
//
//	packet.go   what is shown of a datagram
//	tap.go      who watches, what of it, and what is dropped if they are slow
//	witness.go  whose a datagram is, and of which version of the protocol
//	words.go    datagrams in words
//	pcapng.go   the file, datagram.go the IP and UDP headers in it
//	blocks.go   copies a file that may end at any moment
//
// The gateway's loop makes Packets while there is a Tap, and hands them over without waiting. Everything that costs time
// is done by who reads the Tap.
package trace
