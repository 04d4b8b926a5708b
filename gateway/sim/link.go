package sim

import (
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"time"

	"mqttsn-gateway/gateway/engine"
	"mqttsn-gateway/mqttsn"
	v2 "mqttsn-gateway/mqttsn/v2"
	"mqttsn-gateway/radio"
)

// A link carries datagrams, badly.
type link struct {
	w     *world
	id    engine.LinkID
	plan  linkPlan
	burst bool // hardly anything gets through at present
}

func newLink(w *world, id engine.LinkID, p linkPlan) *link {
	l := &link{w: w, id: id, plan: p}
	if p.bursts > 0 {
		w.after(w.dice.around(p.bursts), l.toggle)
	}
	return l
}

// toggle begins and ends bursts of loss.
func (l *link) toggle() {
	l.burst = !l.burst
	if l.burst {
		l.w.after(l.w.dice.around(10*time.Second), l.toggle)
	} else {
		l.w.after(l.w.dice.around(l.plan.bursts), l.toggle)
	}
}

// up carries a datagram from a station to the gateway. Who is nil for strangers.
func (l *link) up(from engine.Addr, who *watch, datagram []byte) {
	l.carry(datagram, l.w.dice.chance(l.plan.doubled), who != nil && who.young != nil, func(b []byte) { l.w.enterDatagram(from, who, b) })
}

// upTwice carries a datagram that its sender says twice.
func (l *link) upTwice(from engine.Addr, who *watch, datagram []byte) {
	l.carry(datagram, true, false, func(b []byte) { l.w.enterDatagram(from, who, b) })
}

// down carries a datagram from the gateway to a station.
func (l *link) down(to engine.Addr, datagram []byte) {
	if to.Forwarded {
		_, _, inner, err := mqttsn.SplitForward(datagram)
		if err != nil {
			l.w.fail("", nil, "an encapsulation was sent that cannot be read: %x", datagram)
			return
		}
		datagram = inner
	}
	l.carry(datagram, l.w.dice.chance(l.plan.doubled), l.w.youngAt(to) != nil, func(b []byte) {
		if s := l.w.stations[to]; s != nil {
			s.receive(b)
		} else if l.id == 1 {
			l.undelivered(to)
		}
	})
}

// undelivered is what a radio link reports when nobody is at an address.
func (l *link) undelivered(to engine.Addr) {
	if l.w.dice.chance(0.5) {
		ev := radio.Event{Kind: radio.SendFailed, Peer: to.Peer}
		g := l.w.gateway
		g.call(func(now time.Duration, out *engine.Out) { g.engine.LinkEvent(now, l.id, ev, out) })
	}
}

// carry loses, damages and delays, and doubles if it is told to. Of version 2.0 it loses what it damages: there, nonsense from
// an address ends the connection.
func (l *link) carry(datagram []byte, twice, young bool, deliver func([]byte)) {
	d, p := l.w.dice, &l.plan
	delay := p.latency + d.between(0, p.jitter)
	if l.w.calm {
		l.w.after(delay, func() { deliver(datagram) })
		return
	}
	loss := p.loss
	if l.burst {
		loss = 0.9
	}
	if d.chance(loss) {
		return
	}
	if d.chance(p.damaged) {
		if datagram = l.damage(datagram); datagram == nil || young {
			return
		}
	}
	if d.chance(p.late) {
		delay += d.between(0, p.retry/3)
	}
	l.w.after(delay, func() { deliver(datagram) })
	if twice {
		// The copy arrives before anything can that answers the answer to the first: MQTT-SN 1.2 cannot tell a QoS 2
		// message from a new one when the exchange is over.
		l.w.after(delay+d.between(0, p.latency), func() { deliver(slices.Clone(datagram)) })
	}
}

// damage flips bits. Most networks notice and drop the datagram. We let through only what is nonsense then: a flipped
// bit in a payload is beyond what the protocol can see, and what looks like version 2.0 is answered as such.
func (l *link) damage(datagram []byte) []byte {
	b := slices.Clone(datagram)
	for range 1 + l.w.dice.IntN(8) {
		i := l.w.dice.IntN(len(b))
		b[i] ^= 1 << l.w.dice.IntN(8)
	}
	if l.w.dice.chance(0.2) {
		b = b[:l.w.dice.IntN(len(b))]
	}
	if _, err := mqttsn.Parse(b); err == nil || errors.Is(err, mqttsn.ErrBadTopic) {
		return nil
	}
	for _, known := range []v2.Version{v2.Neither, v2.V12} {
		if v2.Detect(b, v2.Origin{Version: known}) == v2.V20 {
			return nil
		}
	}
	return b
}

// peerAt is the address of a host and port.
func peerAt(host, port uint32) (p radio.Peer) {
	binary.BigEndian.PutUint32(p[:], host)
	binary.BigEndian.PutUint32(p[4:], port)
	return p
}

func hostOf(p radio.Peer) uint32 { return binary.BigEndian.Uint32(p[:]) }

func formatPeer(_ engine.LinkID, p radio.Peer) string { return hex.EncodeToString(p[:]) }

func parsePeer(_ engine.LinkID, s string) (p radio.Peer, err error) {
	b, err := hex.DecodeString(s)
	if err == nil && copy(p[:], b) != len(p) {
		err = fmt.Errorf("sim: no peer: %q", s)
	}
	return p, err
}

func sameHost(a, b engine.Addr) bool {
	return a.Link == b.Link && a.Node == b.Node && a.Forwarded == b.Forwarded && hostOf(a.Peer) == hostOf(b.Peer)
}

// addrOf is where a datagram of the engine's goes.
func addrOf(d engine.Datagram) engine.Addr {
	a := engine.Addr{Link: d.Link, Peer: d.Peer}
	if len(d.Data) > 1 && mqttsn.Type(d.Data[1]) == mqttsn.TypeForward && d.Data[0] != 1 {
		if node, _, _, err := mqttsn.SplitForward(d.Data); err == nil {
			a.Node, a.Forwarded = string(node), true
		}
	}
	return a
}
