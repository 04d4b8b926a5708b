//go:build !linux || portable

package radio

import (
	"net"
	"syscall"
)

// A batchReader reads with package net, one datagram a call.
type batchReader struct{ conn *net.UDPConn }

func (r *batchReader) init(u *UDP, _ syscall.RawConn) { r.conn = u.conn }

func (r *batchReader) read(u *UDP, ps []Packet) (int, error) {
	p := &ps[0]
	n, _, flags, a, err := r.conn.ReadMsgUDPAddrPort(p.Data, nil)
	if err != nil || !u.received(p, n, u.Peer(a), flags&syscall.MSG_TRUNC != 0) {
		return 0, err
	}
	return 1, nil
}
