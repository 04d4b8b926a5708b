package client

import "time"

// A dialect speaks one version of the protocol for a Core. The Core has what the versions share: the queue of requests,
// one of them under way, its retries, the state, the keep alive and the topics. The dialect has the packets.
type dialect interface {
	// check tells what the version does not have, before a request is queued.
	check(r *request) error

	// begin takes the first step of the current request.
	begin(now time.Duration, out *Out)

	// packet appends the datagram of the current step, which is sent for the first time or again.
	packet(b []byte) ([]byte, error)

	// patience is how long to wait for the answer to that datagram.
	patience() time.Duration

	// unanswered ends the current request: it has been sent often enough.
	unanswered(now time.Duration, out *Out)

	// hear takes a datagram from the gateway.
	hear(now time.Duration, datagram []byte, out *Out)

	// stray appends a message to whoever listens, which needs no connection.
	stray(b []byte, m Message) ([]byte, error)
}
