package engine_test

import (
	"bytes"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"
	"time"

	"mqttsn-gateway/gateway/engine"
	"mqttsn-gateway/gateway/store"
	"mqttsn-gateway/mqtt"
	"mqttsn-gateway/mqttsn"
	"mqttsn-gateway/radio"
)

// A world is an engine, the time, and what surrounds them.
type world struct {
	config engine.Config
	engine *engine.Engine
	now    time.Duration
	began  time.Duration // the line "after"
	out    engine.Out

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
	w := &world{config: c, disk: store.Memory()}
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

// do performs a line that puts something into the engine.
func (w *world) do(verb string, args []string) error {
	w.began = w.now
	switch kindOf(verb) {
	case "device":
		return w.device(verb, args)
	case "after":
		d, err := time.ParseDuration(args[0])
		if err != nil {
			return err
		}
		return w.advance(w.now + d)
	case "message":
		p, err := parseMQTT(append([]string{"PUBLISH", "topic=" + args[0], "id=1"}, args[1:]...))
		if err == nil {
			w.packet(w.observer, p)
		}
		return err
	case "client":
		return w.client(args)
	case "broker":
		return w.broker(args)
	case "radio":
		return w.radio(verb, args[0])
	case "disk":
		return w.diskDoes(args[0])
	case "restart":
		return w.start()
	case "shutdown":
		return w.call(func(out *engine.Out) { w.engine.Shutdown(w.now, out) })
	}
	return fmt.Errorf("%s: no such line", verb)
}

func (w *world) device(verb string, args []string) error {
	a, err := parseAddr(w.config, verb)
	if err != nil {
		return err
	}
	var data []byte
	if args[0] == "hex" {
		data, err = hex.DecodeString(strings.Join(args[1:], ""))
	} else {
		var p mqttsn.Packet
		if p, err = parsePacket(args); err == nil {
			data = p.Append(nil)
		}
	}
	if err != nil {
		return err
	}
	if a.Forwarded {
		data = mqttsn.Forward{NodeID: []byte(a.Node), Inner: data}.Append(nil)
	}
	return w.call(func(out *engine.Out) {
		w.engine.Datagram(w.now, a.Link, a.Peer, data, out)
		clear(data) // the engine must have copied what it keeps
	})
}

func (w *world) client(args []string) error {
	name := "to " + args[0]
	id := w.conns[name]
	if id == 0 {
		id = w.accept(name)
	}
	if args[1] == "lost" {
		return w.lose(id)
	}
	p, err := parseMQTT(args[1:])
	if err != nil {
		return err
	}
	return w.packet(id, p)
}

func (w *world) broker(args []string) error {
	id := w.conns["uplink "+args[0]]
	if id == 0 || len(args) < 2 {
		return fmt.Errorf("there is no connection for %s", args[0])
	}
	switch args[1] {
	case "accepts":
		return w.call(func(out *engine.Out) { w.engine.Dialed(w.now, id, out) })
	case "lost":
		return w.lose(id)
	}
	p, err := parseMQTT(args[1:])
	if err != nil {
		return err
	}
	return w.packet(id, p)
}

func (w *world) radio(verb, what string) error {
	a, err := parseAddr(w.config, verb)
	if err != nil {
		return err
	}
	kinds := map[string]radio.EventKind{"send-failed": radio.SendFailed, "up": radio.LinkUp, "down": radio.LinkDown}
	kind, ok := kinds[what]
	if !ok {
		return fmt.Errorf("a radio cannot %s", what)
	}
	return w.call(func(out *engine.Out) { w.engine.LinkEvent(w.now, a.Link, radio.Event{Kind: kind, Peer: a.Peer}, out) })
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
		w.add(sentDatagram(w.config, d))
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
		w.add(sent{to: name, text: "dial"})
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

func (w *world) diskDoes(what string) error {
	switch what {
	case "waits":
		w.slow = true
	case "writes":
		w.slow = false
		for _, b := range w.waiting {
			w.commit(b)
		}
		w.waiting = nil
		w.carryOut()
	default:
		return fmt.Errorf("a disk cannot %s", what)
	}
	return nil
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

// check looks at counters, states or the log. It returns what is instead, or nothing.
func (w *world) check(verb string, args []string) string {
	if verb == "logged" {
		return w.checkLog(strings.Trim(args[0], `"`))
	}
	for _, arg := range args {
		name, want, _ := strings.Cut(arg, "=")
		is, ok := w.count(verb, name)
		if !ok {
			return name + " is not counted"
		}
		if is != want {
			return verb + " " + name + "=" + is
		}
	}
	return ""
}

func (w *world) checkLog(text string) string {
	if text == silence && len(w.notes) > 0 {
		return "logged " + w.notes[0].Kind.String()
	}
	seen := 0
	for _, n := range w.notes {
		if n.Kind.String() == text {
			seen++
		}
	}
	if seen == 1 || text == silence {
		return ""
	}
	return fmt.Sprintf("logged %d times: %s", seen, text)
}

func (w *world) count(verb, name string) (string, bool) {
	stats := w.engine.Stats()
	if verb == "devices" {
		for s := engine.Disconnected; s <= engine.Lost; s++ {
			if s.String() == name {
				return fmt.Sprint(stats.Devices(s)), true
			}
		}
		return "", false
	}
	field := fieldNamed(stats, name)
	if !field.IsValid() || !field.CanUint() {
		return "", false
	}
	return fmt.Sprint(field.Uint()), true
}
