//go:build !linux || portable

package radio

import (
	"errors"
	"net"
	"syscall"
)

// A batchWriter writes with package net, one datagram a call.
type batchWriter struct{}

func (w *batchWriter) init(*UDP, syscall.RawConn) {}

func (w *batchWriter) write(u *UDP, ps []Packet) (first error) {
	for i := range ps {
		err := u.write(&ps[i])
		if errors.Is(err, net.ErrClosed) {
			return err
		}
		if first == nil {
			first = err
		}
	}
	return first
}
