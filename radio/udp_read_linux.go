//go:build !portable

package radio

import (
	"encoding/binary"
	"net/netip"
	"os"
	"syscall"
	"unsafe"

	"golang.org/x/sys/unix"
)

// maxBatch is how many datagrams one system call fetches.
const maxBatch = 32

// A batchReader fetches what waits in a socket with one recvmmsg(2). The system's structures live in it, so a read
// allocates nothing. Package net would make a system call for each datagram, and could not ask for a second one without
// waiting for it.
type batchReader struct {
	raw   syscall.RawConn
	fetch func(fd uintptr) bool // r.recvmmsg, made once

	messages [maxBatch]message
	buffers  [maxBatch]unix.Iovec
	senders  [maxBatch]unix.RawSockaddrInet6 // room for IPv4 too

	want, got int
	err       error
}

// message is struct mmsghdr.
type message struct {
	header unix.Msghdr
	length uint32
}

func (r *batchReader) init(_ *UDP, raw syscall.RawConn) {
	r.raw, r.fetch = raw, r.recvmmsg
	for i := range r.messages {
		h := &r.messages[i].header
		h.Name = (*byte)(unsafe.Pointer(&r.senders[i]))
		h.Iov = &r.buffers[i]
		h.SetIovlen(1)
	}
}

// read waits for a datagram and returns how many of ps it filled, which is 0 if none of those that came was for the caller.
func (r *batchReader) read(u *UDP, ps []Packet) (n int, err error) {
	r.want = min(len(ps), maxBatch)
	for i := range r.want {
		r.messages[i].header.Namelen = uint32(unsafe.Sizeof(r.senders[i]))
		r.buffers[i].Base = unsafe.SliceData(ps[i].Data)
		r.buffers[i].SetLen(len(ps[i].Data))
	}
	if err := r.raw.Read(r.fetch); err != nil {
		return 0, err
	}
	if r.err != nil {
		return 0, r.err
	}
	for i := range r.got {
		m := &r.messages[i]
		ps[n].Data, ps[i].Data = ps[i].Data, ps[n].Data // those that were not for the caller leave their buffers behind
		if u.received(&ps[n], int(m.length), r.sender(u, i), m.header.Flags&unix.MSG_TRUNC != 0) {
			n++
		}
	}
	return n, nil
}

// recvmmsg is called by package net, and again when the socket becomes readable until it returns true.
func (r *batchReader) recvmmsg(fd uintptr) bool {
	for {
		n, _, errno := unix.Syscall6(unix.SYS_RECVMMSG, fd, uintptr(unsafe.Pointer(&r.messages)), uintptr(r.want), unix.MSG_DONTWAIT, 0, 0)
		switch errno {
		case 0:
			r.got, r.err = int(n), nil
			return true
		case unix.EAGAIN:
			return false
		case unix.EINTR:
		default:
			r.got, r.err = 0, os.NewSyscallError("recvmmsg", errno)
			return true
		}
	}
}

// sender is where message i came from.
func (r *batchReader) sender(u *UDP, i int) Peer {
	s := &r.senders[i]
	port := binary.BigEndian.Uint16((*[2]byte)(unsafe.Pointer(&s.Port))[:])
	if s.Family == unix.AF_INET {
		ip := netip.AddrFrom4((*unix.RawSockaddrInet4)(unsafe.Pointer(s)).Addr)
		return udpPeer(ip.As16(), port, 0)
	}
	return udpPeer(s.Addr, port, u.zones.numberOfIndex(s.Scope_id))
}
