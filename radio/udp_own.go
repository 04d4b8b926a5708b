package radio

import (
	"net"
	"net/netip"
)

// learnOwn notes our present addresses.
func (g *groups) learnOwn(u *UDP) {
	local := u.LocalAddr()
	own := map[Peer]struct{}{u.Peer(local): {}}
	if local.Addr().IsUnspecified() {
		addOwnAddresses(u, own, local.Port())
	}
	g.own.Store(&own)
}

// addOwnAddresses adds every address of this machine, as a peer with our port.
func addOwnAddresses(u *UDP, own map[Peer]struct{}, port uint16) {
	interfaces, _ := net.Interfaces() // without them our own broadcasts are heard, a nuisance and no more
	for _, ifi := range interfaces {
		addrs, _ := ifi.Addrs()
		for _, a := range addrs {
			n, ok := a.(*net.IPNet)
			if !ok {
				continue
			}
			ip, _ := netip.AddrFromSlice(n.IP)
			if ip = ip.Unmap(); ip.IsLinkLocalUnicast() && ip.Is6() {
				ip = ip.WithZone(ifi.Name)
			}
			own[u.Peer(netip.AddrPortFrom(ip, port))] = struct{}{}
		}
	}
}

// ownBroadcast reports whether p is this link itself: multicasts come back to their sender's machine.
func (g *groups) ownBroadcast(p Peer) bool {
	own := g.own.Load()
	if own == nil {
		return false
	}
	_, is := (*own)[p]
	return is
}
