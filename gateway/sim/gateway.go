package sim

import (
	"math"
	"math/rand/v2"
	"slices"
	"time"

	"mqttsn-gateway/gateway/engine"
	"mqttsn-gateway/mqtt"
	"mqttsn-gateway/radio"
)

// A gateway drives the engine as the real driver does: it hands events over, carries out the effects, sometimes of
// several events together, and calls Tick in time. It can crash, stop and start.
type gateway struct {
	w      *world
	engine *engine.Engine
	out    engine.Out
	up     bool
	life   int           // counts starts
	boot   time.Duration // the engine's time begins here
	disk   *disk

	conns    []*conn // of this life, in the order in which they were made
	byID     map[engine.ConnID]*conn
	accepted int // connections
	stopping bool
	lurking  bool // for an acknowledgement, to crash behind it

	alarm   *timer // the engine's deadline
	late    *timer // effects wait to be carried out
	trouble *timer // the next crash
}

func newGateway(w *world) *gateway {
	g := &gateway{w: w}
	g.disk = newDisk(w, g)
	g.alarm = newTimer(&w.clock, func() { g.late.at(w.now) })
	g.late = newTimer(&w.clock, g.carryOut)
	g.trouble = newTimer(&w.clock, g.stumble)
	return g
}

// now is the time as the engine counts it.
func (g *gateway) now() time.Duration { return g.w.now - g.boot }

// start begins a life: a new engine, with what is on disk.
func (g *gateway) start() {
	w := g.w
	c := w.config
	c.Random = rand.New(loaded{rand.NewPCG(w.dice.Uint64(), w.dice.Uint64())})
	e, err := engine.New(c)
	if err != nil {
		w.fail("", nil, "the engine refuses its configuration: %v", err)
		return
	}
	g.engine, g.out, g.boot, g.up = e, engine.Out{}, w.now, true
	g.life++
	g.conns, g.byID, g.accepted = nil, make(map[engine.ConnID]*conn), 0
	w.tell("", "the gateway starts")
	if w.plan.durable {
		g.call(func(now time.Duration, out *engine.Out) {
			if err := g.disk.restore(e.Restore(now), now, out); err != nil {
				w.fail("", nil, "what was on disk cannot be restored: %v", err)
			}
		})
	}
	for _, name := range w.watchNames() {
		w.watches[name].gatewayStarts()
	}
	g.late.at(w.now)
	if w.plan.crashes > 0 && !w.calm {
		g.trouble.after(w.dice.around(w.plan.crashes))
	}
}

// stumble is a crash, perhaps just when somebody has been told that a message is safe, or now and then an orderly restart.
func (g *gateway) stumble() {
	w := g.w
	switch {
	case !g.up:
		return
	case !g.lurking && w.dice.chance(0.5):
		g.lurking = true
		return
	case w.dice.chance(0.15):
		w.tell("", "the gateway stops")
		g.stopping = true
		g.call(g.shutdown)
		g.carryOut()
		g.disk.finish()
	default:
		w.tell("", "the gateway crashes")
		if w.dice.chance(0.5) {
			g.late.stop() // what was to be carried out never happens
		} else {
			g.sendAll() // it was sent, and the disk has not had the records
		}
		g.disk.crash()
	}
	g.end()
	w.after(w.dice.around(5*time.Second), g.start)
}

func (g *gateway) shutdown(now time.Duration, out *engine.Out) { g.engine.Shutdown(now, out) }

func (g *gateway) end() {
	g.w.stats.Crashes++
	g.up, g.stopping, g.lurking = false, false, false
	g.late.stop()
	g.alarm.stop()
	for _, c := range g.conns {
		c.gatewayDied()
	}
	for _, name := range g.w.watchNames() {
		g.w.watches[name].gatewayEnds()
	}
	g.w.overflows += g.losses()
}

// losses is how many messages the engine says that it has given up because queues were full.
func (g *gateway) losses() int {
	s := g.engine.Stats()
	return int(s.QueueOverflow + s.ClientDropped)
}

// promised notes an acknowledgement that is about to leave.
func (g *gateway) promised() {
	if g.lurking && !g.trouble.set {
		g.trouble.after(g.w.dice.between(0, 5*time.Millisecond))
	}
}

func (g *gateway) calm() {
	g.trouble.stop()
	g.lurking = false
}

// call hands something to the engine, and reads what it wants done.
func (g *gateway) call(f func(now time.Duration, out *engine.Out)) {
	if !g.up || g.w.failure != nil {
		return
	}
	o := &g.out
	datagrams, conns, notes, records := len(o.Datagrams), len(o.Conns), len(o.Notes), o.Records.Len()
	f(g.now(), o)
	effects := len(o.Datagrams) - datagrams + len(o.Conns) - conns + o.Records.Len() - records
	g.w.stats.MaxEffects = max(g.w.stats.MaxEffects, effects)
	if effects > g.maxEffects() {
		g.w.fail("", nil, "one event had %d effects", effects)
	}
	for _, n := range o.Notes[notes:] {
		g.w.readNote(n)
	}
	for _, d := range o.Datagrams[datagrams:] {
		g.w.readDatagram(d)
	}
	for _, ef := range o.Conns[conns:] {
		if c := g.byID[ef.Conn]; c != nil && ef.Packet != nil {
			c.peer.leaves(c, ef.Packet)
		}
	}
	if !g.late.set {
		g.late.after(g.patience())
	}
}

// maxEffects is more than any event may cause: it has to do with how many sessions there are and how long their queues
// may be (a session that ends drops two records for each message, and those that a restart gave the same full period end
// together), not with how long the gateway runs.
func (g *gateway) maxEffects() int {
	return 20*len(g.w.ledger.parties) + 10*g.w.config.Device.Queue.Messages
}

// patience is how long effects wait, for those of the next events to come along.
func (g *gateway) patience() time.Duration {
	if g.w.dice.chance(0.7) {
		return 0
	}
	return g.w.dice.between(0, 2*time.Millisecond)
}

// carryOut does what the engine asked for.
func (g *gateway) carryOut() {
	g.late.stop()
	if !g.up {
		return
	}
	if g.engine.Deadline() <= g.now() {
		g.call(func(now time.Duration, out *engine.Out) { g.engine.Tick(now, out) })
		if g.engine.Deadline() <= g.now() {
			g.w.fail("", nil, "the deadline is in the past after Tick")
		}
	}
	g.disk.take(&g.out.Records, g.out.Batch, g.out.Urgent)
	g.effects()
	g.late.stop() // nothing is left
	if at := g.engine.Deadline(); at < math.MaxInt64 {
		g.alarm.at(g.boot + at + g.w.dice.between(0, time.Millisecond))
	}
	g.w.checkInvariants()
}

// effects carries out what goes to links and connections.
func (g *gateway) effects() {
	for range 10 {
		for _, c := range g.sendAll() {
			octets := c.backlog()
			g.call(func(now time.Duration, out *engine.Out) { g.engine.Buffered(now, c.id, octets, out) })
		}
		if len(g.out.Datagrams) == 0 && len(g.out.Conns) == 0 && g.out.Records.Len() == 0 && !g.out.Urgent {
			return
		}
		g.disk.take(&g.out.Records, g.out.Batch, g.out.Urgent)
	}
	g.w.fail("", nil, "the effects of Buffered never end")
}

// sendAll returns the connections on which something was sent.
func (g *gateway) sendAll() (touched []*conn) {
	for _, d := range g.out.Datagrams {
		g.w.links[d.Link].down(addrOf(d), slices.Clone(d.Data))
	}
	for _, ef := range g.out.Conns {
		if c := g.connEffect(ef); c != nil && !slices.Contains(touched, c) {
			touched = append(touched, c)
		}
	}
	g.out.Reset()
	return touched
}

// connEffect returns the connection if something was sent on it.
func (g *gateway) connEffect(ef engine.ConnEffect) *conn {
	c := g.byID[ef.Conn]
	switch {
	case ef.Dial != nil:
		g.w.broker.dialled(ef.Conn)
	case c == nil:
	case ef.Close:
		c.closeByGateway()
		delete(g.byID, ef.Conn)
	default:
		c.toPeer(ef.Packet)
		return c
	}
	return nil
}

// accept takes a connection from an ordinary client; nil if the gateway is down.
func (g *gateway) accept(peer connPeer) *conn {
	if !g.up {
		return nil
	}
	c := g.connect(engine.ConnID(2*g.accepted+1), peer)
	g.accepted++
	info := engine.ConnInfo{Remote: "client", Listener: "mqtt", Welcome: true}
	g.call(func(now time.Duration, out *engine.Out) { g.engine.Accepted(now, c.id, info, out) })
	return c
}

func (g *gateway) connect(id engine.ConnID, peer connPeer) *conn {
	c := newConn(g.w, id, peer)
	g.conns = append(g.conns, c)
	g.byID[id] = c
	return c
}

// datagram brings a datagram to the engine.
func (g *gateway) datagram(link engine.LinkID, peer radio.Peer, data []byte) {
	g.call(func(now time.Duration, out *engine.Out) { g.engine.Datagram(now, link, peer, data, out) })
}

func (g *gateway) packet(id engine.ConnID, p mqtt.Packet) {
	g.call(func(now time.Duration, out *engine.Out) { g.engine.Packet(now, id, p, out) })
}

func (g *gateway) lost(id engine.ConnID, err error) {
	g.call(func(now time.Duration, out *engine.Out) { g.engine.Lost(now, id, err, out) })
}
