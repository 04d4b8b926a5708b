package dtls

import (
	"net"
	"sync"
	"sync/atomic"
	"time"

	"github.com/pion/transport/v5/deadline"

	"mqttsn-gateway/radio"
)

// pipeLength is how many datagrams may wait for one connection. Only a flood of one device fills it.
const pipeLength = 64

// A pipe is the datagrams of one connection: the net.PacketConn that the DTLS library works on.
type pipe struct {
	udp    *radio.UDP
	in     chan inPipe
	closed chan struct{}
	once   sync.Once
	late   *deadline.Deadline // of reading; a write does not wait

	// helloSent is set when a ServerHello has gone out: the address at the other end has returned our cookie.
	helloSent atomic.Bool
}

type inPipe struct {
	from address
	data []byte
}

// An address is where a datagram came from. It is comparable, as the library compares net.Addrs.
type address struct {
	udp  *radio.UDP
	peer radio.Peer
}

func (address) Network() string  { return "udp" }
func (a address) String() string { return a.udp.FormatPeer(a.peer) }

var _ net.PacketConn = (*pipe)(nil)

func newPipe(u *radio.UDP) *pipe {
	return &pipe{udp: u, in: make(chan inPipe, pipeLength), closed: make(chan struct{}), late: deadline.New()}
}

// push hands a datagram to the connection, which owns it from now on. It reports false if too many wait.
func (p *pipe) push(from radio.Peer, b []byte) bool {
	select {
	case p.in <- inPipe{address{p.udp, from}, b}:
		return true
	default:
		return false
	}
}

// ReadFrom implements net.PacketConn.
func (p *pipe) ReadFrom(b []byte) (int, net.Addr, error) {
	select {
	case <-p.closed:
		return 0, nil, net.ErrClosed
	default:
	}
	select {
	case d := <-p.in:
		return copy(b, d.data), d.from, nil
	case <-p.late.Done():
		return 0, nil, timeout{}
	case <-p.closed:
		return 0, nil, net.ErrClosed
	}
}

// WriteTo implements net.PacketConn.
func (p *pipe) WriteTo(b []byte, to net.Addr) (int, error) {
	select {
	case <-p.closed:
		return 0, net.ErrClosed
	default:
	}
	if isHello(b, helloFromServer) {
		p.helloSent.Store(true)
	}
	a := to.(address) // we gave no other
	if _, err := p.udp.WriteBatch([]radio.Packet{{Peer: a.peer, Data: b}}); err != nil {
		return 0, err
	}
	return len(b), nil
}

// Close ends reads and writes.
func (p *pipe) Close() error {
	p.once.Do(func() { close(p.closed) })
	return nil
}

// LocalAddr implements net.PacketConn.
func (p *pipe) LocalAddr() net.Addr { return net.UDPAddrFromAddrPort(p.udp.LocalAddr()) }

// SetDeadline implements net.PacketConn, as do SetReadDeadline and SetWriteDeadline.
func (p *pipe) SetDeadline(t time.Time) error { return p.SetReadDeadline(t) }

// SetReadDeadline is how the library ends a read.
func (p *pipe) SetReadDeadline(t time.Time) error {
	p.late.Set(t)
	return nil
}

// SetWriteDeadline has nothing to do.
func (p *pipe) SetWriteDeadline(time.Time) error { return nil }

// timeout is a net.Error.
type timeout struct{}

func (timeout) Error() string   { return "dtls: deadline exceeded" }
func (timeout) Timeout() bool   { return true }
func (timeout) Temporary() bool { return true }
