package radio

import (
	"errors"
	"fmt"
	"net"
	"net/netip"
	"os"
	"syscall"

	"golang.org/x/sys/unix"
)

// readBufferGranted asks for the size of the receive buffer. Linux tells twice the size, half being for its bookkeeping.
func readBufferGranted(raw syscall.RawConn) (int, error) {
	n, err := 0, error(nil)
	e := raw.Control(func(fd uintptr) { n, err = unix.GetsockoptInt(int(fd), unix.SOL_SOCKET, unix.SO_RCVBUF) })
	if e != nil {
		return 0, e
	}
	return n / 2, os.NewSyscallError("getsockopt", err)
}

// hearOwnGroups makes a socket deaf to groups on its port that only other programs of this machine have joined. Where the
// system cannot, as emulated ones cannot, it hears them, too.
func hearOwnGroups(c *net.UDPConn, ipv6 bool) error {
	err := setOption(c, unix.IPPROTO_IP, unix.IP_MULTICAST_ALL, 0)
	if ipv6 && err == nil {
		const ipv6MulticastAll = 29 // IPV6_MULTICAST_ALL of linux/in6.h
		err = setOption(c, unix.IPPROTO_IPV6, ipv6MulticastAll, 0)
	}
	if errors.Is(err, unix.ENOPROTOOPT) {
		return nil
	}
	return err
}

// shareAddress lets programs on this machine hear the same groups on the same port. It comes after binding, so a second
// gateway on our port is still refused: the system asks both sockets, at the time of the second's binding.
func shareAddress(c *net.UDPConn) error { return setOption(c, unix.SOL_SOCKET, unix.SO_REUSEADDR, 1) }

func setOption(c *net.UDPConn, level, option, value int) error {
	raw, err := c.SyscallConn()
	if err != nil {
		return err
	}
	e := raw.Control(func(fd uintptr) { err = unix.SetsockoptInt(int(fd), level, option, value) })
	if e != nil {
		return e
	}
	return os.NewSyscallError("setsockopt", err)
}

// listenGroup opens a socket bound to a group's own address. Package net would bind it to every address, where it would
// hear foreign groups too and be in the way of the link's own socket.
func listenGroup(a netip.AddrPort, ifIndex int) (*net.UDPConn, error) {
	var to unix.Sockaddr = &unix.SockaddrInet6{Port: int(a.Port()), Addr: a.Addr().As16(), ZoneId: uint32(ifIndex)}
	family := unix.AF_INET6
	if a.Addr().Is4() {
		family, to = unix.AF_INET, &unix.SockaddrInet4{Port: int(a.Port()), Addr: a.Addr().As4()}
	}
	fd, err := unix.Socket(family, unix.SOCK_DGRAM|unix.SOCK_CLOEXEC|unix.SOCK_NONBLOCK, 0)
	if err != nil {
		return nil, os.NewSyscallError("socket", err)
	}
	f := os.NewFile(uintptr(fd), "udp group")
	defer f.Close() // FilePacketConn makes a copy
	if err := unix.SetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_REUSEADDR, 1); err != nil {
		return nil, os.NewSyscallError("setsockopt", err)
	}
	if err := unix.Bind(fd, to); err != nil {
		return nil, os.NewSyscallError("bind", err)
	}
	c, err := net.FilePacketConn(f)
	if err != nil {
		return nil, err
	}
	conn, ok := c.(*net.UDPConn)
	if !ok {
		return nil, fmt.Errorf("socket is a %T", c)
	}
	return conn, nil
}
