//go:build !portable

package radio

import (
	"encoding/binary"
	"os"
	"syscall"
	"unsafe"

	"golang.org/x/sys/unix"
)

// A batchWriter sends many datagrams with one sendmmsg(2). The system's structures live in it, so a write allocates
// nothing.
type batchWriter struct {
	raw  syscall.RawConn
	send func(fd uintptr) bool // w.sendmmsg, made once
	ipv4 bool                  // the socket knows no IPv6 addresses

	messages  [maxBatch]message
	buffers   [maxBatch]unix.Iovec
	receivers [maxBatch]unix.RawSockaddrInet6 // room for IPv4 too

	next, end int // messages to send
	got       int
	err       error
}

func (w *batchWriter) init(u *UDP, raw syscall.RawConn) {
	w.raw, w.send, w.ipv4 = raw, w.sendmmsg, u.LocalAddr().Addr().Is4()
	for i := range w.messages {
		h := &w.messages[i].header
		h.Name = (*byte)(unsafe.Pointer(&w.receivers[i]))
		h.Iov = &w.buffers[i]
		h.SetIovlen(1)
	}
}

// write sends ps, and returns the first thing that went wrong; what came after it was still tried.
func (w *batchWriter) write(u *UDP, ps []Packet) (first error) {
	note := func(err error) {
		if first == nil {
			first = err
		}
	}
	for len(ps) > 0 {
		n := 0
		for ; n < len(ps) && n < maxBatch && w.takes(u, &ps[n]); n++ {
			w.address(n, &ps[n])
		}
		if n == 0 { // too long, or to an address that needs its interface named
			note(u.write(&ps[0]))
			ps = ps[1:]
			continue
		}
		if err := w.flush(u, ps[:n], note); err != nil {
			return err
		}
		ps = ps[n:]
	}
	return first
}

func (w *batchWriter) takes(u *UDP, p *Packet) bool {
	zone := binary.BigEndian.Uint16(p.Peer[udpPeerZone:])
	return len(p.Data) <= u.mtu && len(p.Data) > 0 && zone == 0
}

func (w *batchWriter) address(i int, p *Packet) {
	w.buffers[i].Base = unsafe.SliceData(p.Data)
	w.buffers[i].SetLen(len(p.Data))
	to, header := &w.receivers[i], &w.messages[i].header
	copy((*[2]byte)(unsafe.Pointer(&to.Port))[:], p.Peer[udpPeerPort:])
	if w.ipv4 {
		to.Family = unix.AF_INET
		copy((*unix.RawSockaddrInet4)(unsafe.Pointer(to)).Addr[:], p.Peer[12:16])
		header.Namelen = unix.SizeofSockaddrInet4
		return
	}
	to.Family = unix.AF_INET6
	copy(to.Addr[:], p.Peer[:16])
	header.Namelen = unix.SizeofSockaddrInet6
}

// flush sends what was addressed. Only the end of the socket is an error; what concerns one datagram goes to note.
func (w *batchWriter) flush(u *UDP, ps []Packet, note func(error)) error {
	for w.next, w.end = 0, len(ps); w.next < w.end; {
		if err := w.raw.Write(w.send); err != nil {
			return err
		}
		if w.err != nil { // the system stopped at a datagram that it could not send
			note(u.sent(len(ps[w.next].Data), w.err))
			w.next++
			continue
		}
		for range w.got {
			note(u.sent(len(ps[w.next].Data), nil))
			w.next++
		}
	}
	return nil
}

// sendmmsg is called by package net, and again when the socket becomes writable until it returns true.
func (w *batchWriter) sendmmsg(fd uintptr) bool {
	for {
		n, _, errno := unix.Syscall6(unix.SYS_SENDMMSG, fd, uintptr(unsafe.Pointer(&w.messages[w.next])),
			uintptr(w.end-w.next), unix.MSG_DONTWAIT, 0, 0)
		switch errno {
		case 0:
			w.got, w.err = int(n), nil
			return true
		case unix.EAGAIN:
			return false
		case unix.EINTR:
		default:
			w.got, w.err = 0, os.NewSyscallError("sendmmsg", errno)
			return true
		}
	}
}
