package client

import (
	"context"
	"encoding/binary"
	"net"
	"net/netip"
	"time"

	"mqttsn-gateway/mqttsn"
)

// Search looks for a gateway on a network that conn is part of, with SEARCHGW sent to a broadcast or multicast address,
// and returns the id and address of the first that is heard. It goes on until ctx ends. Meanwhile conn is read by
// nobody else; its read deadline is clear afterwards.
func Search(ctx context.Context, conn net.PacketConn, broadcast net.Addr, cfg DiscoveryConfig) (uint8, net.Addr, error) {
	heard, stop := hear(conn)
	defer stop()
	start := time.Now()
	d := NewDiscovery(cfg)
	d.Search(0)
	timer := time.NewTimer(0)
	defer timer.Stop()
	for {
		at, _ := d.Deadline() // there is one as long as we search
		timer.Reset(time.Until(start.Add(at)))
		select {
		case <-ctx.Done():
			return 0, nil, ctx.Err()
		case <-timer.C:
			if b := d.Tick(time.Since(start)); b != nil {
				if _, err := conn.WriteTo(b, broadcast); err != nil {
					return 0, nil, err
				}
			}
		case p := <-heard:
			if p.err != nil {
				return 0, nil, p.err
			}
			if g, ok := d.Receive(time.Since(start), p.data, p.from.String()); ok {
				if addr := gatewayAddr(g, p.from); addr != nil {
					return g.ID, addr, nil
				}
				d.Search(time.Since(start)) // of no use to us
			}
		}
	}
}

type heardPacket struct {
	data []byte
	from net.Addr
	err  error // the last one
}

// hear reads from conn until stop is called.
func hear(conn net.PacketConn) (packets <-chan heardPacket, stop func()) {
	ch, quit, done := make(chan heardPacket), make(chan struct{}), make(chan struct{})
	go func() {
		defer close(done)
		buf := make([]byte, mqttsn.MaxLen)
		for {
			n, from, err := conn.ReadFrom(buf)
			select {
			case <-quit:
				return
			case ch <- heardPacket{append([]byte(nil), buf[:n]...), from, err}:
			}
			if err != nil {
				return
			}
		}
	}()
	return ch, func() {
		close(quit)
		_ = conn.SetReadDeadline(time.Unix(1, 0))
		<-done
		_ = conn.SetReadDeadline(time.Time{})
	}
}

// gatewayAddr is where a gateway is: where we heard it, or where another client says. Over UDP that is an IP address
// and a port; nil if it is anything else.
func gatewayAddr(g Gateway, from net.Addr) net.Addr {
	if len(g.GwAdd) == 0 {
		return from
	}
	for _, b := range [][]byte{g.GwAdd, mqttsn.GwInfo{GwAdd: g.GwAdd}.Address()} {
		ip, ok := netip.AddrFromSlice(b[:max(0, len(b)-2)])
		if ok {
			port := binary.BigEndian.Uint16(b[len(b)-2:])
			return net.UDPAddrFromAddrPort(netip.AddrPortFrom(ip, port))
		}
	}
	return nil
}
