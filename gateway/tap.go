package gateway

import (
	"context"
	"encoding/binary"
	"net/netip"
	"time"

	"mqttsn-gateway/gateway/config"
	"mqttsn-gateway/gateway/engine"
	"mqttsn-gateway/gateway/trace"
	"mqttsn-gateway/radio"
)

// watch lets a tap see packets until it is closed. It reports false if the loop has ended.
func (l *loop) watch(ctx context.Context, t *trace.Tap) bool {
	return l.ask(ctx, func(e *engine.Engine, _ time.Duration, _ *engine.Out) {
		if l.taps == nil {
			l.taps = new(trace.Taps)
		}
		l.taps.Prune()
		l.taps.Add(t)
		if d, ok := e.Device(t.Client()); ok && d.Located {
			l.taps.Know(d.Addr, t.Client())
		}
	})
}

// serveWatched serves a datagram, and shows it to who watches. The session that it concerns may begin or end with it.
func (l *loop) serveWatched(now time.Duration, link engine.LinkID, p *radio.Packet) {
	a := trace.AddrOf(link, p.Peer, p.Data)
	client, version := l.engine.Owner(a)
	l.engine.Datagram(now, link, p.Peer, p.Data, &l.out)
	if c, v := l.engine.Owner(a); c != "" {
		client, version = c, v
	}
	l.show(trace.Packet{Addr: a, Client: client, Version: version, Data: p.Data})
}

// watchSent shows what is about to be sent.
func (l *loop) watchSent() {
	for i := range l.out.Datagrams {
		d := &l.out.Datagrams[i]
		a := trace.AddrOf(d.Link, d.Peer, d.Data)
		client, version := l.engine.Owner(a)
		l.show(trace.Packet{Out: true, Addr: a, Client: client, Version: version, Data: d.Data})
	}
	for i := range l.out.Broadcasts {
		b := &l.out.Broadcasts[i]
		l.show(trace.Packet{Out: true, Broadcast: true, Addr: engine.Addr{Link: b.Link}, Data: b.Data})
	}
}

// show shows a packet while somebody watches.
func (l *loop) show(p trace.Packet) {
	if l.taps == nil {
		return
	}
	p.At = time.Now()
	if !l.taps.Show(p) {
		l.taps = nil
	}
}

// traceLinks is what captures say of the links.
func (g *gateway) traceLinks() []trace.Link {
	var links []trace.Link
	for i, link := range g.loop.links {
		c := &g.cfg.Links[i]
		t := trace.Link{Name: c.Name, Type: string(c.Type), Station: stations[c.Type]}
		if udp, ok := link.Link.(*radio.UDP); ok {
			a := udp.LocalAddr()
			t.Local = netip.AddrPortFrom(a.Addr().Unmap(), a.Port())
		}
		links = append(links, t)
	}
	return links
}

// stations tell peers apart that have no IP address, as trace.Link has it.
var stations = map[config.LinkType]func(radio.Peer) uint64{
	config.XBee: func(p radio.Peer) uint64 { return binary.BigEndian.Uint64(p[1:]) }, // see xbee.Peer64
	config.DTLS: func(p radio.Peer) uint64 { return binary.BigEndian.Uint64(p[8:]) }, // the connection's number
}
