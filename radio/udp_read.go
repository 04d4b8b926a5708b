package radio

import (
	"errors"
	"net"
	"os"
	"time"
)

// ReadBatch implements Link.
func (u *UDP) ReadBatch(ps []Packet) (int, error) {
	for {
		if n := u.groups.take(u, ps); n > 0 {
			return n, nil
		}
		n, err := u.reader.read(u, ps)
		switch {
		case n > 0:
			return n, nil
		case errors.Is(err, net.ErrClosed):
			return 0, net.ErrClosed
		case errors.Is(err, os.ErrDeadlineExceeded):
			// A group's socket heard something and woke us. The deadline goes before the queue is looked at: if more
			// is queued in between, the new deadline stays and the next read returns at once.
			if err := u.conn.SetReadDeadline(time.Time{}); err != nil {
				return 0, net.ErrClosed
			}
		case err != nil:
			return 0, err
		}
	}
}

// received completes p, of which the first n octets of Data came from peer. It reports whether p is for the caller.
func (u *UDP) received(p *Packet, n int, peer Peer, truncated bool) bool {
	if truncated {
		u.CountOversize()
		return false
	}
	if u.groups.ownBroadcast(peer) {
		return false
	}
	p.Peer, p.Data, p.RSSI = peer, p.Data[:n], 0
	u.CountReceived(n)
	return true
}
