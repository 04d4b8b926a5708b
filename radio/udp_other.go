//go:build !linux

package radio

import (
	"errors"
	"net"
	"net/netip"
	"syscall"
)

// Elsewhere than on Linux a UDP link works for development: the kernel's buffer is not told, and groups must be on the
// port of a link that listens on every address.

func readBufferGranted(syscall.RawConn) (int, error) { return 0, nil }
func hearOwnGroups(_ *net.UDPConn, _ bool) error     { return nil }
func shareAddress(*net.UDPConn) error                { return nil }
func listenGroup(netip.AddrPort, int) (*net.UDPConn, error) {
	return nil, errors.ErrUnsupported
}
