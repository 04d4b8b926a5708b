package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/netip"
	"sync/atomic"
	"syscall"
	"time"
)

// A wire is the way to a gateway: a UDP socket, DTLS connection or serial line that shows what passes, if that is wanted,
// and tells at once when it cannot work. It is a client.Transport.
type wire struct {
	net.Conn
	trace  trace
	failed func(error) // called when the network refuses a datagram, from any goroutine
	lost   atomic.Pointer[error]
}

func (w *wire) Read(b []byte) (int, error) {
	n, err := w.Conn.Read(b)
	switch {
	case err == nil:
		w.trace.show("<", b[:n])
	case !errors.Is(err, net.ErrClosed):
		w.failed(err)
	}
	return n, err
}

func (w *wire) Write(b []byte) (int, error) {
	w.trace.show(">", b)
	n, err := w.Conn.Write(b)
	if err != nil {
		w.lost.Store(&err)
		w.failed(err)
	}
	return n, err
}

// writeError is why a datagram could not be sent since the last call.
func (w *wire) writeError() error {
	if err := w.lost.Swap(nil); err != nil {
		return *err
	}
	return nil
}

// A trace shows packets of a version of the protocol.
type trace struct {
	w       io.Writer // nil: show nothing
	version versionFlag
}

// show writes a line with the time, where the packet goes, and what it says.
func (t trace) show(direction string, datagram []byte) {
	if t.w != nil {
		words, _ := t.version.describe(datagram)
		fmt.Fprintf(t.w, "%s %s %s\n", time.Now().Format(clock), direction, words)
	}
}

// clock is how times are shown that concern the present.
const clock = "15:04:05.000"

// addresses resolves the host.
func (t *target) addresses(ctx context.Context) ([]netip.AddrPort, error) {
	ips, err := net.DefaultResolver.LookupNetIP(ctx, t.network(), t.host)
	if err != nil {
		return nil, t.explainLookup(err)
	}
	list := make([]netip.AddrPort, 0, len(ips))
	for _, ip := range ips {
		list = append(list, netip.AddrPortFrom(ip.Unmap(), t.port))
	}
	return list, nil
}

// An attempt tries what is to be done over a wire, under a context that ends when the network says that nobody is there.
// The wire is its own if it succeeds.
type attempt func(context.Context, *wire) error

// reach finds the way to the gateway: the serial line, or the first of the host's addresses where somebody listens.
func (t *target) reach(ctx context.Context, log io.Writer, try attempt) error {
	trace := t.trace(log)
	if t.line.given() {
		return over(ctx, t.line.open, trace, try)
	}
	list, err := t.addresses(ctx)
	if err != nil {
		return err
	}
	dial := dialUDP
	if t.secured.given() {
		dial = func(ctx context.Context, to netip.AddrPort) (net.Conn, error) { return t.secured.dial(ctx, to, t.host) }
	}
	return dialEach(ctx, list, dial, trace, try)
}

// trace shows every packet, if that is wanted.
func (t *target) trace(log io.Writer) trace {
	if !t.debug {
		log = nil
	}
	return trace{log, t.version}
}

// A dialer connects with a gateway.
type dialer func(ctx context.Context, to netip.AddrPort) (net.Conn, error)

func dialUDP(_ context.Context, to netip.AddrPort) (net.Conn, error) {
	return net.DialUDP("udp", nil, net.UDPAddrFromAddrPort(to))
}

func dialEach(ctx context.Context, list []netip.AddrPort, dial dialer, trace trace, try attempt) (err error) {
	for _, address := range list {
		open := func(ctx context.Context) (net.Conn, error) { return dial(ctx, address) }
		err = over(ctx, open, trace, try)
		if err == nil || !refused(err) {
			return err
		}
	}
	return err
}

// over opens a connection and tries it.
func over(ctx context.Context, open func(context.Context) (net.Conn, error), trace trace, try attempt) error {
	conn, err := open(ctx)
	if err != nil {
		return err
	}
	trying, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	w := &wire{Conn: conn, trace: trace, failed: cancel}
	err = try(trying, w)
	if err == nil {
		return nil
	}
	conn.Close()
	if cause := context.Cause(trying); cause != nil && ctx.Err() == nil {
		return cause
	}
	return err
}

// refused tells whether an error is the network's word that nobody can be reached at an address.
func refused(err error) bool {
	return errors.Is(err, syscall.ECONNREFUSED) || errors.Is(err, syscall.EHOSTUNREACH) ||
		errors.Is(err, syscall.ENETUNREACH) || errors.Is(err, syscall.EADDRNOTAVAIL)
}
