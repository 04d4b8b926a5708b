package engine

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"maps"
	"slices"
	"time"
)

// A Restorer gives a new engine back what the last one had on disk. Add takes the records, in any order; Finish puts them
// together.
type Restorer struct {
	e        *Engine
	out      Out
	devices  map[uint64]*Device
	clients  map[uint64]*Client
	messages map[uint64]*Message
	parts    []part // what belongs to a session or a message
	orphans  []part // whose session is gone
}

// A part is a record that needs others.
type part struct {
	key   []byte
	value []byte
}

// Restore begins. It must be called before the engine is handed anything else.
func (e *Engine) Restore(now time.Duration) *Restorer {
	r := &Restorer{
		e: e, devices: make(map[uint64]*Device), clients: make(map[uint64]*Client),
		messages: make(map[uint64]*Message),
	}
	e.enter(now, &r.out)
	e.rec.durable = false // what comes from the disk need not go there
	return r
}

const (
	shortKey = 1 + 8
	longKey  = 1 + 8 + 8
)

// Add takes a record. It fails for one that this release does not understand.
func (r *Restorer) Add(key, value []byte) error {
	if len(key) != shortKey && len(key) != longKey {
		return r.unknown(key)
	}
	kind, id := recordKind(key[0]), binary.BigEndian.Uint64(key[1:])
	f := &fields{b: value}
	switch {
	case kind == recordWindow && len(key) == longKey:
		r.e.protector.restoreWindow(id, binary.BigEndian.Uint64(key[shortKey:]), f)
	case kind == recordCounter && len(key) == shortKey:
		r.e.protector.restoreCounter(id, f)
	default:
		r.e.rec.lastID = max(r.e.rec.lastID, id)
		if err := r.add(kind, id, key, f); err != nil {
			return err
		}
	}
	if f.bad {
		return fmt.Errorf("engine: record %x is damaged", key)
	}
	return nil
}

// add takes a record that belongs to something with a number.
func (r *Restorer) add(kind recordKind, id uint64, key []byte, f *fields) error {
	switch {
	case kind == recordDevice && len(key) == shortKey:
		r.devices[id] = r.e.restoreDevice(id, f)
	case kind == recordClient && len(key) == shortKey:
		r.clients[id] = r.e.restoreClient(id, f)
	case kind == recordApproval && len(key) == shortKey:
		r.e.restoreApproval(id, f)
	case kind == recordMessage && len(key) == shortKey:
		m := &Message{record: id}
		m.read(f, r.e.now)
		r.messages[id] = m
	case kind == recordRetained && len(key) == shortKey:
		m := &Message{retained: id}
		m.read(f, r.e.now)
		r.e.router.retained.set(m)
	case kind == recordWant && len(key) == longKey && r.e.bridge != nil:
		r.e.bridge.wants.restore(f.readString(), uint32(binary.BigEndian.Uint64(key[shortKey:])))
	case len(key) == longKey:
		r.e.rec.lastID = max(r.e.rec.lastID, binary.BigEndian.Uint64(key[shortKey:]))
		r.parts = append(r.parts, part{bytes.Clone(key), bytes.Clone(f.b)})
	default:
		return r.unknown(key)
	}
	return nil
}

func (r *Restorer) unknown(key []byte) error {
	return fmt.Errorf("engine: record %x is of a kind that this release does not know", key)
}

// Finish puts the sessions together, and lists in out what they want to do first. Every live session goes on without
// CONNECT, with a full fresh period.
func (r *Restorer) Finish(now time.Duration, out *Out) error {
	e := r.e
	slices.SortFunc(r.parts, func(a, b part) int { return bytes.Compare(a.key, b.key) })
	for _, p := range r.parts {
		if err := r.join(p); err != nil {
			return err
		}
	}
	e.rec.durable = e.cfg.Durable
	e.enter(now, out)
	for id, m := range r.messages {
		if m.refs == 0 {
			e.rec.drop(recordMessage, id, 0) // its last reader was removed, and the power went
		}
	}
	for _, p := range r.orphans {
		e.rec.remove(p.key)
	}
	e.protector.restart()
	// In an order that depends on nothing but the records, so that the simulation can live through a crash twice.
	for _, id := range slices.Sorted(maps.Keys(r.clients)) {
		r.clients[id].schedule()
	}
	if e.bridge != nil {
		e.bridge.expectAge()
	}
	for _, id := range slices.Sorted(maps.Keys(r.devices)) {
		r.devices[id].restart()
	}
	return nil
}

// join adds a part to its session. Parts of sessions that no longer exist are removed.
func (r *Restorer) join(p part) error {
	kind := recordKind(p.key[0])
	session, number := binary.BigEndian.Uint64(p.key[1:]), binary.BigEndian.Uint64(p.key[shortKey:])
	d, c := r.devices[session], r.clients[session]
	f := &fields{b: p.value}
	switch {
	case session == bridgeRecord:
		return r.joinBridge(p, f)
	case d == nil && c == nil:
		r.orphans = append(r.orphans, p) // of a session that was forgotten, and the power went
		return nil
	case kind == recordTopic && d != nil:
		d.restoreTopic(uint16(number), f)
	case kind == recordSub:
		s := &subscription{record: number}
		s.read(f)
		if d != nil {
			s.owner, s.filter = d, d.mapping.moved(s.filter)
			d.subs = append(d.subs, s)
			d.north.restored(d, s)
		} else {
			s.owner = c
			c.subs[s.fullFilter()] = s
			r.e.attach(s)
			if s.owed != nil {
				c.owed = append(c.owed, s)
			}
		}
	case kind == recordInbound && d != nil:
		d.restoreInbound(number, f)
	case kind == recordInbound:
		c.received[uint16(number-1)] = struct{}{}
	case kind == recordQueued:
		r.restoreEntry(d, c, number, f)
	case kind == recordUpstream && d != nil:
		d.north.restoredUpstream(d, uint16(number-1))
	case kind == recordSend && d != nil:
		m := &Message{origin: d}
		id, released := uint16(f.readNum()), false
		f.readFlags(&released)
		m.read(f, r.e.now)
		d.north.restoredSend(d, m, uint32(number), id, released)
	default:
		return r.unknown(p.key)
	}
	if f.bad {
		return fmt.Errorf("engine: record %x is damaged", p.key)
	}
	return nil
}

// joinBridge gives the bridge its spool back. Without aggregating mode it waits on disk for the day of its return.
func (r *Restorer) joinBridge(p part, f *fields) error {
	number, b := binary.BigEndian.Uint64(p.key[shortKey:]), r.e.bridge
	switch kind := recordKind(p.key[0]); {
	case kind == recordQueued:
		en, done := r.readEntry(number, f)
		switch {
		case f.bad || b == nil:
		case en.id != 0:
			b.flights = append(b.flights, clientFlight{entry: en, released: done})
		default:
			en.since = r.e.now
			b.spool.push(en)
		}
	case b == nil:
	case kind == recordUpstream:
		b.received[uint16(number-1)] = struct{}{}
	}
	if f.bad {
		return fmt.Errorf("engine: record %x is damaged", p.key)
	}
	return nil
}

// readEntry reads an entry of a queue, and whether its receiver has it already.
func (r *Restorer) readEntry(number uint64, f *fields) (en entry, done bool) {
	en = entry{record: number, msg: r.messages[f.readNum()]}
	en.qos = uint8(f.readNum())
	f.readFlags(&en.retain, &done)
	en.id = uint16(f.readNum())
	en.upstream = uint16(f.readNum())
	for n := f.readNum(); n > 0 && !f.bad; n-- {
		en.subIDs = append(en.subIDs, uint32(f.readNum()))
	}
	if en.msg == nil || f.bad {
		f.bad = true
		return en, false
	}
	en.msg.refs++
	return en, done
}

func (r *Restorer) restoreEntry(d *Device, c *Client, number uint64, f *fields) {
	en, done := r.readEntry(number, f)
	switch {
	case f.bad:
	case d != nil && en.id != 0:
		d.restoreFlight(en, done)
	case d != nil:
		d.queue.push(en)
	case en.id != 0:
		c.flights = append(c.flights, clientFlight{entry: en, released: done})
	default:
		c.queue.push(en)
	}
}

// restoreFlight puts back a QoS 2 message that was sent under an id, or was about to be.
func (d *Device) restoreFlight(en entry, done bool) {
	fl := flight{entry: en, phase: published, paused: true}
	if done {
		fl.phase = released
	}
	d.flights = append(d.flights, fl)
}

// restart lets a restored session go on. The radio of an active device is on: what is in flight is sent again soon,
// spread over a retry period, so that ten thousand devices are not spoken to at once.
func (d *Device) restart() {
	if d.located {
		if d.ruled(); !d.rights.Connect() {
			d.unlocate() // the rules have changed: from now on it is a stranger
		}
	}
	d.topics.index()
	for i := range d.flights {
		d.flights[i].topic = d.nameTopic(d.flights[i].msg.Topic)
	}
	d.north.restart(d)
	if d.reachable() {
		d.stalled = true
		d.resumeAt = d.e.now + time.Duration(d.e.cfg.Random.Int64N(int64(d.link.Retry)))
	}
	d.schedule()
}
