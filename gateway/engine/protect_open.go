package engine

import (
	"bytes"
	"errors"

	v2 "mqttsn-gateway/mqttsn/v2"
	"mqttsn-gateway/mqttsn/v2/protection"
)

// unprotect opens a protected packet, and hands what is inside to serve, with the sender in its address: at once, or when
// the disk knows that the packet must not be accepted again. Serve may read the packet during the call only.
//
// Whatever is wrong with the envelope changes nothing but counters. Who sent it may be told that the key is not known or
// meant for something else, at a limited rate; of tags and counters nothing is said (docs/mqttsn-2.0.md).
func (e *Engine) unprotect(a Addr, datagram []byte, serve func(a Addr, packet []byte) error) error {
	p := &e.protector
	id, err := protection.SenderOf(datagram)
	if err != nil {
		return e.unopened(a, id, err)
	}
	g := p.guards[id]
	switch {
	case len(p.guards) == 0:
		return e.unopened(a, id, errUnprotected)
	case g == nil:
		return e.unopened(a, id, errUnknownSender)
	}
	packet, err := g.receiver.Open(p.opened[:0], datagram)
	if fault := new(v2.Error); errors.As(err, &fault) && !errors.Is(err, v2.ErrScheme) {
		// The tag was right: what is inside is the sender's fault, and is answered like a bare packet's.
		e.stats.Protected++
		a.Sender = id
		return e.nonsense20(e.protector.find(a), err)
	}
	if err != nil {
		return e.unopened(a, id, err)
	}
	p.opened = packet
	e.stats.Protected++
	a.Sender = id
	if d := e.byAddr[a]; d != nil && !d.rate.take(e.now) {
		e.stats.Limited++
		return nil
	}
	if gate := p.remember(g); !e.rec.passed(gate) {
		p.await(g, gate, packet, func(packet []byte) {
			if err := serve(a, packet); err != nil {
				e.blame(a, err)
			}
		})
		return nil
	}
	return serve(a, packet)
}

// What is wrong with a sender, as far as it may be told.
var (
	errUnprotected   = &v2.Error{Type: v2.TypeProtection, Reason: v2.ProtectionNotSupported, Err: errors.New("nobody has a key")}
	errUnknownSender = &v2.Error{Type: v2.TypeProtection, Reason: v2.UnknownSenderID, Err: errors.New("sender has no key")}
)

// unopened drops an envelope, and counts and answers it as far as the fault allows.
func (e *Engine) unopened(a Addr, id v2.SenderID, err error) error {
	fault := new(v2.Error)
	switch {
	case errors.Is(err, protection.ErrForged):
		e.stats.Forged++
		e.warn(NoteForged, a, id.String())
	case errors.Is(err, protection.ErrReplayed):
		e.stats.Replayed++
		e.out.note(NoteReplayed, "", a, id.String())
	case errors.Is(err, protection.ErrUncounted):
		e.stats.Replayed++
		e.warn(NoteUncounted, a, id.String())
	case errors.As(err, &fault) && fault.Reason != v2.MalformedPacket:
		e.stats.NoKey++
		e.warn(NoteNoKey, a, id.String()+": "+fault.Reason.String())
		e.protest(a, fault.Reason)
	default:
		return err
	}
	e.links[a.Link].stats.Dropped++
	return nil
}

// warn tells the log of a refusal, unless it has told of many.
func (e *Engine) warn(kind NoteKind, a Addr, text string) {
	if e.protector.warnings.take(e.now) {
		e.out.note(kind, "", a, text)
	}
}

// protest answers a stranger with DISCONNECT, at a limited rate.
func (e *Engine) protest(a Addr, reason v2.ReasonCode) {
	if e.strangers.take(e.now) {
		e.send(a, v2.Disconnect{Reason: reason}.Append)
	}
}

// remember sees to it that a restart refuses what the guard has accepted. It returns the gate that has to open before a
// packet may be served.
func (p *protector) remember(g *guard) (gate uint64) {
	w := g.receiver.Window
	covered := g.disk.Covers(&w)
	switch {
	case g.disk == w: // a packet without a counter
	case g.exact.take(p.e.now):
		p.saveWindow(g, w)
	case !covered:
		w.Skip(windowBlock)
		p.saveWindow(g, w)
	}
	if p.reserve(g.counter); g.counter.Left() == 0 {
		return p.e.rec.gate() // or nothing could be answered
	}
	return g.gate
}

// await keeps a packet until the gate opens. Packets of one device come in order: the gates of later ones are not earlier.
func (p *protector) await(g *guard, gate uint64, packet []byte, serve func(packet []byte)) {
	if p.e.rec.failing || g.behind >= maxBehind {
		p.e.stats.Unremembered++
		return
	}
	g.behind++
	packet = bytes.Clone(packet)
	p.e.rec.after(gate, func() {
		g.behind--
		serve(packet)
	})
}
