package radio

import (
	"errors"
	"fmt"
	"net"
	"net/netip"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/net/ipv4"
	"golang.org/x/net/ipv6"
)

// A MulticastGroup is a place where a UDP link broadcasts: a multicast group, or an IPv4 broadcast address.
type MulticastGroup struct {
	// Addr is the group's address and port, such as 239.1.1.1:1884 or [ff02::1:1884]:1884. Port 0 means the port that
	// the link listens on.
	Addr netip.AddrPort

	// Interface names the network interface to send and to hear on. Empty means the one that the system's routes
	// choose, which for IPv6 link-local groups is seldom the right one.
	Interface string
}

var errNotGroup = errors.New("neither a multicast group nor an IPv4 broadcast address")

// maxHeard bounds the datagrams that wait between the groups' own sockets and the reader.
const maxHeard = 256

// groups is the broadcasting half of a UDP link.
//
// A socket listening on every address hears the groups on its own port by itself. For any other group a second socket
// is bound to the group's address and read by a goroutine, which queues what it hears and wakes the link's reader.
type groups struct {
	list     []group
	hopLimit int
	p4       *ipv4.PacketConn
	p6       *ipv6.PacketConn

	conns  []*net.UDPConn
	closed sync.WaitGroup

	mu    sync.Mutex
	heard []Packet

	// own holds the names under which our broadcasts come back to us. Written when we broadcast, read for each datagram.
	own atomic.Pointer[map[Peer]struct{}]
}

// A group is a MulticastGroup in use.
type group struct {
	addr    netip.AddrPort
	ifName  string
	ifIndex int // 0: the system's choice
	conn    *net.UDPConn
}

// join opens the groups. On error the caller closes.
func (g *groups) join(u *UDP, list []MulticastGroup, hopLimit int) error {
	g.hopLimit = hopLimit
	g.p4, g.p6 = ipv4.NewPacketConn(u.conn), ipv6.NewPacketConn(u.conn)
	for _, m := range list {
		if err := g.add(u, m); err != nil {
			return fmt.Errorf("group %s: %w", m.Addr, err)
		}
	}
	if len(list) > 0 {
		g.learnOwn(u)
	}
	for _, c := range g.conns {
		g.closed.Go(func() { g.listen(u, c) })
	}
	return nil
}

func (g *groups) add(u *UDP, m MulticastGroup) error {
	local := u.LocalAddr()
	ip := m.Addr.Addr().Unmap()
	if !ip.IsValid() || !ip.IsMulticast() && !ip.Is4() {
		return errNotGroup
	}
	port := m.Addr.Port()
	if port == 0 {
		port = local.Port()
	}
	gr := group{addr: netip.AddrPortFrom(ip, port), ifName: m.Interface, conn: u.conn}
	ifi, err := gr.find()
	if err != nil {
		return err
	}
	if !local.Addr().IsUnspecified() || port != local.Port() {
		if gr.conn, err = listenGroup(gr.addr, gr.ifIndex); err != nil {
			return err
		}
		g.conns = append(g.conns, gr.conn)
	} else if err := shareAddress(u.conn); err != nil {
		return err
	}
	g.list = append(g.list, gr)
	return gr.enter(ifi)
}

// find looks up the interface and remembers its index. It returns nil for the system's choice.
func (gr *group) find() (*net.Interface, error) {
	if gr.ifName == "" {
		return nil, nil
	}
	ifi, err := net.InterfaceByName(gr.ifName)
	if err != nil {
		return nil, fmt.Errorf("interface %s: %w", gr.ifName, err)
	}
	gr.ifIndex = ifi.Index
	return ifi, nil
}

// enter makes the kernel a member of the group. A broadcast address needs no membership.
func (gr *group) enter(ifi *net.Interface) error {
	to := &net.UDPAddr{IP: gr.addr.Addr().AsSlice()}
	switch {
	case !gr.addr.Addr().IsMulticast():
		return nil
	case gr.addr.Addr().Is4():
		return ipv4.NewPacketConn(gr.conn).JoinGroup(ifi, to)
	default:
		return ipv6.NewPacketConn(gr.conn).JoinGroup(ifi, to)
	}
}

// listen queues what one group's socket hears until the socket is closed.
func (g *groups) listen(u *UDP, c *net.UDPConn) {
	buf := make([]byte, MaxUDP)
	for {
		n, a, err := c.ReadFromUDPAddrPort(buf)
		if err != nil {
			return
		}
		p := Packet{Peer: u.Peer(a), Data: append([]byte(nil), buf[:n]...)}
		g.mu.Lock()
		full := len(g.heard) == maxHeard
		if !full {
			g.heard = append(g.heard, p)
		}
		g.mu.Unlock()
		if full {
			u.CountOverflow()
		}
		_ = u.conn.SetReadDeadline(time.Unix(1, 0)) // wakes the reader; fails only when the link is closed
	}
}

// take moves what the groups' sockets heard to the reader's packets.
func (g *groups) take(u *UDP, ps []Packet) (n int) {
	if len(g.conns) == 0 {
		return 0
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	for len(g.heard) > 0 && n < len(ps) {
		h := g.heard[0]
		g.heard = g.heard[1:]
		size := copy(ps[n].Data, h.Data)
		if u.received(&ps[n], size, h.Peer, size < len(h.Data)) {
			n++
		}
	}
	return n
}

// Broadcast sends to every configured group; a link without groups reaches nobody this way, which is no error. The
// radius limits the hops of a multicast within the configured limit.
func (u *UDP) Broadcast(b []byte, radius uint8) error {
	if len(b) > u.mtu {
		u.CountSendError()
		return ErrTooLong
	}
	hops := u.groups.hopLimit
	if radius > 0 {
		hops = min(hops, int(radius))
	}
	if len(u.groups.list) > 0 {
		u.groups.learnOwn(u)
	}
	var first error
	for i := range u.groups.list {
		gr := &u.groups.list[i]
		err := u.groups.send(u, gr, b, hops)
		if err = u.sent(len(b), err); err != nil && first == nil {
			first = fmt.Errorf("group %s: %w", gr.addr, err)
		}
	}
	return first
}

// send sends b to one group. An interface that came back with another index has lost our membership, so join again.
func (g *groups) send(u *UDP, gr *group, b []byte, hops int) error {
	// The interface is named per datagram, which also resets the source: say again what the socket is bound to.
	var source net.IP
	if local := u.LocalAddr().Addr(); !local.IsUnspecified() {
		source = local.AsSlice()
	}
	before := gr.ifIndex
	ifi, err := gr.find()
	if err != nil {
		return err
	}
	if gr.ifIndex != before {
		if err := gr.enter(ifi); err != nil {
			return err
		}
	}
	var control []byte
	if gr.addr.Addr().Is4() {
		if gr.addr.Addr().IsMulticast() {
			if err := g.p4.SetMulticastTTL(hops); err != nil {
				return err
			}
		}
		control = (&ipv4.ControlMessage{Src: source, IfIndex: gr.ifIndex}).Marshal()
	} else {
		control = (&ipv6.ControlMessage{Src: source, IfIndex: gr.ifIndex, HopLimit: hops}).Marshal()
	}
	_, _, err = u.conn.WriteMsgUDPAddrPort(b, control, gr.addr)
	return err
}

func (g *groups) close() {
	for _, c := range g.conns {
		c.Close()
	}
	g.closed.Wait()
}
