package client

import (
	"context"
	"errors"
	"net"
	"syscall"
)

// A Transport carries datagrams between the client and its gateway. A connected UDP socket is one, so is a DTLS
// connection, and so is a serial port behind a framer.
type Transport interface {
	// Read waits for a datagram and copies it to p. If p is too short, the rest is lost.
	Read(p []byte) (n int, err error)

	// Write sends p as one datagram. It must not wait for the other side.
	Write(p []byte) (n int, err error)

	// Close ends a Read that waits.
	Close() error
}

// Dial is a Client for the gateway at a UDP address, "host:port". Nothing is sent before Connect.
func Dial(ctx context.Context, address string, cfg Config) (*Client, error) {
	var d net.Dialer
	conn, err := d.DialContext(ctx, "udp", address)
	if err != nil {
		return nil, err
	}
	return New(conn, cfg), nil
}

// passing tells whether a transport may work again after the error. A UDP socket reports that nobody listens at the
// other end, and is none the worse for it: the gateway may be starting.
func passing(err error) bool {
	return errors.Is(err, syscall.ECONNREFUSED) || errors.Is(err, syscall.EHOSTUNREACH) ||
		errors.Is(err, syscall.ENETUNREACH)
}
