// Package dtls moves datagrams over DTLS 1.2 with pre-shared keys or certificates. [Listen] opens the gateway's side as a
// [radio.Link]; [Dial] opens a device's side.
//
// A peer of this link is a DTLS connection, not an address: with a connection id (RFC 9146) it keeps its peer when its
// address changes, and a new connection from the same address is another peer. Link.Identity tells who was
// authenticated.
//
// The link demultiplexes datagrams itself, over one [radio.UDP], and hands each connection of the DTLS library its own.
// So it can bound what strangers cost: a ClientHello from an unproven address takes a place among few, which the next one
// may take away, and unprotected records never reach an established connection.
package dtls
