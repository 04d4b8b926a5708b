package radio

import "errors"

// ErrTooLong says that a datagram is longer than the link's MTU. It was not sent.
var ErrTooLong = errors.New("radio: datagram longer than the link carries")

// A Peer is the address of a peer as its link knows it: an IP address and port, a DTLS connection, a radio's 64-bit
// address. The bytes mean something to that link only; everyone else compares them with == or uses them as a map key.
// The zero Peer is nobody.
type Peer [20]byte

// A Packet is one datagram and the peer that it came from or goes to.
type Packet struct {
	Peer Peer

	// Data is the caller's buffer. ReadBatch fills it and shortens it to the datagram, WriteBatch only reads it.
	Data []byte

	// RSSI is the signal strength at which a datagram was received, in dBm; 0 where the link does not know it.
	RSSI int8
}

// A Link moves datagrams over one network. One goroutine may read while another writes; no more than one each.
// All methods but Close may be called only while the link is open.
type Link interface {
	// ReadBatch waits for at least one datagram and stores what has arrived, at most len(ps) datagrams, each in the
	// Data that the caller supplied (a datagram longer than that is dropped and counted). It returns how many. After
	// Close it returns net.ErrClosed; any other error is passing, and the caller may read again.
	ReadBatch(ps []Packet) (n int, err error)

	// WriteBatch hands datagrams to the network in order and returns how many were taken. It does not wait for a
	// slow peer. A datagram that cannot be sent (ErrTooLong, no route) is reported by the error and passed over: n
	// counts it, and the ones after it were still tried.
	WriteBatch(ps []Packet) (n int, err error)

	// Broadcast sends one datagram to everyone in reach. Radius limits the hops where the network can; 0 means the
	// whole network.
	Broadcast(b []byte, radius uint8) error

	// MTU is the largest datagram that the link carries, in octets, after the link's own overhead.
	MTU() int

	// FormatPeer shows a peer to people, ParsePeer reads what FormatPeer wrote; the store keeps peers in this form.
	FormatPeer(p Peer) string
	ParsePeer(s string) (Peer, error)

	// Close ends the link and unblocks a reader and a writer. It may be called more than once.
	Close() error
}

// An EventKind says what a link reports of itself beside datagrams.
type EventKind uint8

const (
	LinkUp     EventKind = iota + 1 // the network is there (again)
	LinkDown                        // the network is gone: a dongle was pulled; Err says why
	SendFailed                      // a datagram to Peer could not be delivered; the sender may retry early
	PeerGone                        // Peer has left for good (its DTLS connection ended)
)

// An Event is something that a link reports beside datagrams. Links take an OnEvent function in their configuration and
// call it from their own goroutines; it must not block.
type Event struct {
	Kind EventKind
	Peer Peer
	Err  error
}
