package engine

import (
	"encoding/binary"
	"maps"
	"slices"

	v2 "mqttsn-gateway/mqttsn/v2"
	"mqttsn-gateway/mqttsn/v2/protection"
)

// Records of windows and counters stand under the sender identifier, where others have the number of a session. They stay
// when a key is taken out of use: one that comes back must not begin anew.

func (p *protector) saveWindow(g *guard, w protection.Window) {
	g.disk = w
	p.e.rec.put(recordWindow, binary.BigEndian.Uint64(g.window.sender[:]), g.window.key, func(f *fields) {
		f.num(uint64(w.Top))
		f.num(w.Seen)
	})
	g.gate = p.e.rec.gate()
}

func (p *protector) saveCounter(c *counter) {
	p.e.rec.put(recordCounter, binary.BigEndian.Uint64(c.id[:]), 0, func(f *fields) { f.num(c.limit) })
}

// restoreWindow gives back the window of a key, whether it is in use or not.
func (p *protector) restoreWindow(sender, key uint64, f *fields) {
	id := windowID{key: key}
	binary.BigEndian.PutUint64(id.sender[:], sender)
	w := protection.Window{Top: uint32(f.readNum()), Seen: f.readNum()}
	if g := p.guards[id.sender]; g != nil && g.window == id {
		g.receiver.Window, g.disk = w, w
	} else {
		p.windows[id] = w
	}
}

func (p *protector) restoreCounter(sender uint64, f *fields) {
	var id v2.SenderID
	binary.BigEndian.PutUint64(id[:], sender)
	c := p.counterOf(id)
	c.limit = f.readNum()
	*c.Counter = *protection.NewCounter(c.limit)
}

// restart reserves values for what restored sessions may want to send first.
func (p *protector) restart() {
	for _, id := range slices.SortedFunc(maps.Keys(p.guards), compareSenders) {
		if g := p.guards[id]; g.session != nil {
			p.reserve(g.counter)
		}
	}
}
