package engine_test

import (
	"bytes"
	"errors"
	"strings"
	"time"

	"mqttsn-gateway/gateway/engine"
	"mqttsn-gateway/gateway/store"
	"mqttsn-gateway/mqtt"
)

// A world is an engine, the time, and what surrounds them.
type world struct {
	config engine.Config
	engine *engine.Engine
	now    time.Duration
	began  time.Duration // the line "after"
	out    engine.Out

	keyholders map[string]*keyholder // senders of protected packets

	disk    store.Store // of a durable engine
	slow    bool        // batches wait for a line of the scenario
	waiting []batch

	accepted engine.ConnID            // the last number given
	conns    map[string]engine.ConnID // "to c1", "uplink th7"
	names    map[engine.ConnID]string
	observer engine.ConnID // a client that publishes "message" and hears "routed"; 0 without a built-in broker

	later []func(*engine.Out) // what follows from the effects being carried out
	sent  []sent
	notes []engine.Note
}

// A batch is what the engine wants to have on disk in one piece.
type batch struct {
	records *store.Batch
	number  uint64
}

func newWorld(c engine.Config) (*world, error) {
	w := &world{config: c, disk: store.Memory(), keyholders: make(map[string]*keyholder)}
	return w, w.start()
}

// start begins with what is on disk. Nothing else is left of an engine that ran before.
func (w *world) start() (err error) {
	if w.engine, err = engine.New(w.config); err != nil {
		return err
	}
	w.conns, w.names, w.waiting, w.later = make(map[string]engine.ConnID), make(map[engine.ConnID]string), nil, nil
	restorer := w.engine.Restore(w.now)
	if err := w.disk.Load(restorer.Add); err != nil {
		return err
	}
	if err := restorer.Finish(w.now, &w.out); err != nil {
		return err
	}
	w.carryOut()
	if w.config.Mode != engine.Transparent {
		w.observe()
	}
	return w.advance(w.now)
}

// observe connects a client that hears everything but what it says itself.
func (w *world) observe() {
	w.observer = w.accept("observer")
	w.packet(w.observer, &mqtt.Connect{Version: mqtt.V5, ClientID: "observer", CleanStart: true})
	w.packet(w.observer, &mqtt.Subscribe{PacketID: 1, Subscriptions: []mqtt.Subscription{
		{Filter: "#", QoS: 2, NoLocal: true, RetainAsPublished: true, RetainHandling: mqtt.NoRetained},
	}})
	w.notes = nil
}

func (w *world) accept(name string) engine.ConnID {
	w.accepted += 2
	id := w.accepted - 1 // the driver's numbers are odd
	w.conns[name], w.names[id] = id, name
	info := engine.ConnInfo{Remote: name, Welcome: true}
	w.call(func(out *engine.Out) { w.engine.Accepted(w.now, id, info, out) })
	return id
}

// lose breaks a connection. The engine's Close is its receipt, and no line of the scenario.
func (w *world) lose(id engine.ConnID) error {
	w.forget(id)
	return w.call(func(out *engine.Out) { w.engine.Lost(w.now, id, errors.New("connection lost"), out) })
}

func (w *world) forget(id engine.ConnID) {
	if w.conns[w.names[id]] == id {
		delete(w.conns, w.names[id])
	}
	delete(w.names, id)
}

func (w *world) packet(id engine.ConnID, p mqtt.Packet) error {
	return w.call(func(out *engine.Out) { w.engine.Packet(w.now, id, p, out) })
}

// call hands something to the engine, carries out the effects, and serves the deadlines that have come.
func (w *world) call(f func(out *engine.Out)) error {
	f(&w.out)
	w.carryOut()
	return w.advance(w.now)
}

// advance lets time pass until t.
func (w *world) advance(t time.Duration) error {
	for range 100_000 {
		at := w.engine.Deadline()
		if at > t {
			w.now = t
			return nil
		}
		w.now = max(w.now, at)
		w.engine.Tick(w.now, &w.out)
		w.carryOut()
	}
	return errors.New("the engine's deadline does not move")
}

// carryOut carries out what the engine wants done, and hands it what follows from that.
func (w *world) carryOut() {
	out := w.out
	w.out = engine.Out{}
	w.notes = append(w.notes, out.Notes...)
	for _, d := range out.Datagrams {
		w.add(w.opened(sentDatagram(w.config, d)))
	}
	for _, b := range out.Broadcasts {
		to := "broadcast"
		if b.Link > 0 {
			to += "%" + w.config.Links[b.Link].Name
		}
		w.add(sent{to: withRadius(to, b.Radius), text: showWire(b.Data), wire: bytes.Clone(b.Data)})
	}
	for _, c := range out.Conns {
		w.connEffect(c)
	}
	if out.Records.Len() > 0 {
		w.commit(batch{&out.Records, out.Batch})
	}
	for _, c := range out.Checks {
		w.later = append(w.later, func(out *engine.Out) {
			w.engine.Checked(w.now, c.ID, string(c.Password) == "right", out)
		})
	}
	later := w.later
	w.later = nil
	for _, f := range later {
		w.call(f)
	}
}

func (w *world) add(s sent) {
	s.at = w.now - w.began
	w.sent = append(w.sent, s)
}

func (w *world) connEffect(c engine.ConnEffect) {
	if c.Dial != nil {
		name := "uplink " + c.Dial.ClientID
		if c.Dial.ClientID == "" {
			name = "uplink anonymous"
		}
		w.conns[name], w.names[c.Conn] = c.Conn, name
		text := "dial"
		if names := w.config.Uplink.Brokers; len(names) > 1 {
			text += " " + names[c.Dial.Broker]
		}
		w.add(sent{to: name, text: text})
		return
	}
	name, known := w.names[c.Conn]
	switch {
	case c.Conn == w.observer:
		w.observed(c.Packet)
	case c.Close && known:
		w.forget(c.Conn)
		w.add(sent{to: name, text: "close"})
	case c.Packet != nil:
		w.add(sent{to: name, text: showMQTT(c.Packet)})
		w.taken(c.Conn)
	}
}

// commit writes a batch, at once if the disk is fast.
func (w *world) commit(b batch) {
	if w.slow {
		w.waiting = append(w.waiting, b)
		return
	}
	w.later = append(w.later, func(out *engine.Out) {
		if err := w.disk.Commit(b.records); err != nil {
			panic(err) // the disk is memory
		}
		w.engine.Committed(w.now, b.number, out)
	})
}

// taken says that the network has taken everything that was sent on a connection.
func (w *world) taken(id engine.ConnID) {
	w.later = append(w.later, func(out *engine.Out) { w.engine.Buffered(w.now, id, 0, out) })
}

func (w *world) answer(p mqtt.Packet) {
	w.later = append(w.later, func(out *engine.Out) { w.engine.Packet(w.now, w.observer, p, out) })
}

// observed notes a publication that reached the observer, and acknowledges it.
func (w *world) observed(p mqtt.Packet) {
	switch p := p.(type) {
	case *mqtt.Publish:
		w.add(sent{to: "routed", text: showRouted(p)})
		switch p.QoS {
		case 1:
			w.answer(&mqtt.Ack{Kind: mqtt.PUBACK, PacketID: p.PacketID})
		case 2:
			w.answer(&mqtt.Ack{Kind: mqtt.PUBREC, PacketID: p.PacketID})
		}
	case *mqtt.Ack:
		switch p.Kind {
		case mqtt.PUBREC:
			w.answer(&mqtt.Ack{Kind: mqtt.PUBREL, PacketID: p.PacketID})
		case mqtt.PUBREL:
			w.answer(&mqtt.Ack{Kind: mqtt.PUBCOMP, PacketID: p.PacketID})
		}
	}
	w.taken(w.observer)
}

// showRouted shows a publication without what belongs to the connection.
func showRouted(p mqtt.Packet) string {
	m := *p.(*mqtt.Publish)
	m.PacketID, m.Dup = 0, false
	return strings.TrimPrefix(showMQTT(&m), "PUBLISH topic=")
}
