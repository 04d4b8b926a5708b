package radio

import (
	"errors"
	"fmt"
	"net"
	"net/netip"
	"sync"
	"syscall"
)

// MaxUDP is the largest datagram that UDP carries over IPv4, in octets.
const MaxUDP = 65507

// UDPConfig says how a UDP link listens.
type UDPConfig struct {
	// Listen is the address and port, as in package net. ":1884" is IPv4 and IPv6, "0.0.0.0:1884" IPv4 only,
	// "[::]:1884" IPv6 only. Port 0 takes a free port.
	Listen string

	// Groups are where Broadcast sends to. The link also hears what others send there.
	Groups []MulticastGroup

	// HopLimit is how many hops a multicast travels when its radius is 0, and the most that a radius may ask for:
	// 1 to 255. 0 means 1, the local network.
	HopLimit int

	// ReadBuffer is the size of the kernel's receive buffer to ask for, in octets; 0 means 4 MiB. The kernel may grant
	// less: see ReadBufferGranted.
	ReadBuffer int

	// MTU is the largest datagram to send, in octets; 0 means MaxUDP.
	MTU int
}

// DefaultReadBuffer holds what 10 000 devices say at once, with room for the kernel's bookkeeping.
const DefaultReadBuffer = 4 << 20

// A UDP is a link over one UDP socket, and one more for each group that this socket cannot hear.
type UDP struct {
	Counters

	conn    *net.UDPConn
	reader  batchReader
	writing sync.Mutex
	writer  batchWriter
	zones   zones
	mtu     int
	granted int
	groups  groups
}

var _ Link = (*UDP)(nil)

// ListenUDP opens a UDP link. Errors wrap those of package net and the system (syscall.EADDRINUSE).
func ListenUDP(c UDPConfig) (*UDP, error) {
	if c.ReadBuffer == 0 {
		c.ReadBuffer = DefaultReadBuffer
	}
	if c.HopLimit == 0 {
		c.HopLimit = 1
	}
	if c.MTU == 0 {
		c.MTU = MaxUDP
	}
	if c.HopLimit < 1 || c.HopLimit > 255 {
		return nil, fmt.Errorf("radio: hop limit %d is not in 1..255", c.HopLimit)
	}
	if c.MTU < 1 || c.MTU > MaxUDP {
		return nil, fmt.Errorf("radio: MTU %d is not in 1..%d", c.MTU, MaxUDP)
	}
	conn, err := listenUDP(c.Listen)
	if err != nil {
		return nil, err
	}
	u := &UDP{conn: conn, mtu: c.MTU}
	if err := u.prepare(c); err != nil {
		u.Close()
		return nil, fmt.Errorf("udp %s: %w", c.Listen, err)
	}
	return u, nil
}

// listenUDP opens the socket. Package net alone would make 0.0.0.0 a dual-stack address too.
func listenUDP(listen string) (*net.UDPConn, error) {
	a, err := net.ResolveUDPAddr("udp", listen)
	if err != nil {
		return nil, err
	}
	network := "udp"
	switch {
	case a.IP.To4() != nil:
		network = "udp4"
	case a.IP != nil:
		network = "udp6"
	}
	return net.ListenUDP(network, a)
}

func (u *UDP) prepare(c UDPConfig) error {
	if err := u.conn.SetReadBuffer(c.ReadBuffer); err != nil {
		return err
	}
	// A write that finds the send buffer full waits for the network card. A burst to thousands of devices should not.
	if err := u.conn.SetWriteBuffer(c.ReadBuffer); err != nil {
		return err
	}
	raw, err := u.conn.SyscallConn()
	if err != nil {
		return err
	}
	if u.granted, err = readBufferGranted(raw); err != nil {
		return err
	}
	if err := hearOwnGroups(u.conn, u.LocalAddr().Addr().Is6()); err != nil {
		return err
	}
	u.reader.init(u, raw)
	u.writer.init(u, raw)
	return u.groups.join(u, c.Groups, c.HopLimit)
}

// LocalAddr is the address that the link listens on, with the port that it was given.
func (u *UDP) LocalAddr() netip.AddrPort {
	a := u.conn.LocalAddr().(*net.UDPAddr).AddrPort()
	return netip.AddrPortFrom(a.Addr().Unmap(), a.Port())
}

// ReadBufferGranted is the size of the receive buffer in octets that the kernel granted, 0 where it does not tell. Less
// than was asked for means that a burst may be lost; on Linux net.core.rmem_max is the limit.
func (u *UDP) ReadBufferGranted() int { return u.granted }

// MTU is the configured limit; the network may refuse less with ErrTooLong.
func (u *UDP) MTU() int { return u.mtu }

// WriteBatch implements Link. Unlike that of other links, it may be called by several goroutines at once.
func (u *UDP) WriteBatch(ps []Packet) (n int, err error) {
	if len(ps) == 1 {
		err = u.write(&ps[0])
	} else {
		u.writing.Lock()
		err = u.writer.write(u, ps)
		u.writing.Unlock()
	}
	if errors.Is(err, net.ErrClosed) {
		return 0, err
	}
	return len(ps), err
}

func (u *UDP) write(p *Packet) error {
	if len(p.Data) > u.mtu {
		u.CountSendError()
		return ErrTooLong
	}
	_, err := u.conn.WriteToUDPAddrPort(p.Data, u.AddrPort(p.Peer))
	return u.sent(len(p.Data), err)
}

// sent counts what came of sending n octets, and gives a datagram that the network found too long our name for it.
func (u *UDP) sent(n int, err error) error {
	if err == nil {
		u.CountSent(n)
		return nil
	}
	u.CountSendError()
	if errors.Is(err, syscall.EMSGSIZE) {
		return fmt.Errorf("%w: %w", ErrTooLong, err)
	}
	return err
}

// Close implements Link.
func (u *UDP) Close() error {
	err := u.conn.Close()
	u.groups.close()
	if errors.Is(err, net.ErrClosed) {
		return nil
	}
	return err
}
